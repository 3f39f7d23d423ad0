import { exact } from '../../format/numbers'
import { Icon } from '../../parts/Icon'
import { sentence } from '../../parts/States'
import { go } from '../../state/url'
import type { Live } from './live'
import { tailMost } from './tail'

/** Starts, pauses and ends the stream of new rows. */
export function LiveControls({ on, paused, onPause }: { on: boolean; paused: boolean; onPause: (paused: boolean) => void }) {
  return (
    <span class={`live-controls ${on ? 'joined' : ''}`}>
      <button type="button" class="button" aria-pressed={on} title={on ? 'End the stream of new rows' : 'Show rows as they arrive'} onClick={() => go({ live: on ? null : '1', around: null, mark: null }, { replace: true })}>
        <Icon name="live" /><span>Live</span>
      </button>
      {on && (
        <button type="button" class="button" aria-pressed={paused} title={paused ? 'Go on' : 'Pause'} aria-label={paused ? 'Go on' : 'Pause'} onClick={() => onPause(!paused)}>
          <Icon name={paused ? 'play' : 'pause'} size={14} />
        </button>
      )}
    </span>
  )
}

/** What the stream is doing, and what it could not show. */
export function LiveStatus({ live, paused }: { live: Live; paused: boolean }) {
  const { tail, state, problem } = live
  return (
    <span class={`live-status ${state}`}>
      <i class={state === 'live' && !paused ? 'pulse' : 'still'} aria-hidden="true" />
      <span role="status">{stateText(state, paused)}</span>
      <span>{exact(tail.arrived)} arrived</span>
      {tail.skipped > 0 && <b title="More rows matched in a second than the stream carries. A search of the range finds them.">{exact(tail.skipped)} more matched but came too fast to show</b>}
      {tail.dropped && <span>the newest {exact(tailMost)} are kept</span>}
      {state === 'problem' && problem !== null && <><span class="problem">{sentence(problem)}</span><button type="button" class="small" onClick={live.again}>Try again</button></>}
      {state === 'retrying' && problem !== null && <span>{sentence(problem)}</span>}
    </span>
  )
}

function stateText(state: Live['state'], paused: boolean): string {
  switch (state) {
    case 'off': return ''
    case 'connecting': return 'Connecting…'
    case 'live': return paused ? 'Paused' : 'Live'
    case 'retrying': return 'Connection lost, trying again…'
    case 'problem': return 'Stopped'
  }
}
