import { Icon } from '../../parts/Icon'
import { textOf } from '../../parts/States'
import { Visible } from '../../parts/Visible'
import type { Verdict } from './verdict'

/** The answer in a sentence; each reason leads to the panel that shows it. Null until it can be said. */
export function VerdictBar({ verdict, stale, failed }: { verdict: Verdict | null; stale: boolean; failed: Error | null }) {
  if (verdict === null) return <section class="verdict waiting" aria-label="Verdict" aria-live="polite" aria-busy><Icon name="health" size={20} /><div><h2>Looking …</h2></div></section>
  const { state, text, reasons } = verdict
  return (
    <section class={`verdict ${state} ${stale ? 'stale' : ''}`} aria-label="Verdict" aria-live="polite">
      <Icon name={state === 'good' ? 'check' : state === 'look' ? 'warning' : 'health'} size={20} />
      <div>
        <h2>{text}</h2>
        {reasons.length > 0 && (
          <ul>{reasons.map(reason => <li key={reason.text}><a href={`#${reason.panel}`} onClick={event => { event.preventDefault(); show(reason.panel) }}><Visible text={reason.text} /></a></li>)}</ul>
        )}
        {failed !== null && state !== 'good' && <p class="note">Not everything could be asked: {textOf(failed)}</p>}
      </div>
    </section>
  )
}

function show(panel: string) {
  const element = document.getElementById(panel)
  element?.scrollIntoView({ block: 'start' })
  element?.focus({ preventScroll: true })
}
