import { Icon } from '../../parts/Icon'
import { textOf } from '../../parts/States'
import { Visible } from '../../parts/Visible'
import type { Verdict } from './verdict'

/** The answer in a sentence; each reason leads to the panel that shows it. */
export function VerdictBar({ verdict, stale, failed }: { verdict: Verdict; stale: boolean; failed: Error | null }) {
  const { state, text, reasons } = verdict
  const waiting = state === 'unknown' && failed === null
  return (
    <section class={`verdict ${waiting ? 'waiting' : state} ${stale ? 'stale' : ''}`} aria-label="Verdict" aria-live="polite" aria-busy={waiting}>
      <Icon name={state === 'good' ? 'check' : state === 'look' ? 'warning' : 'health'} size={20} />
      <div>
        <h2>{waiting ? 'Looking …' : text}</h2>
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
