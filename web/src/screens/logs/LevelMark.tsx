import { levelOf } from '../../parts/levels'
import { Visible } from '../../parts/Visible'

/** The word says it, the colour repeats it. */
export function LevelMark({ level }: { level: string }) {
  const { name, color } = levelOf(level)
  return <span class={`log-status log-level level-${level === '' ? 'none' : level}`}><i style={{ background: `var(${color})` }} aria-hidden="true" />{level === '' ? <span class="nothing">none</span> : <Visible text={name} />}</span>
}
