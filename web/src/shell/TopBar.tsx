import { Copy } from '../parts/Copy'
import { Icon } from '../parts/Icon'
import { Popover } from '../parts/Popover'
import { currentRange, isoOf, momentMs } from '../state/range'
import { choices, refreshNow, useRefreshChoice, type Refresh } from '../state/refresh'
import { type Screen, screenOf } from '../state/screens'
import { filterSignal } from './filterSignal'
import { addressOf, go, useParam, useView } from '../state/url'
import { currentZone } from '../state/zone'
import { FilterBar } from './FilterBar'
import { HostPicker } from './HostPicker'
import { TimePicker } from './TimePicker'
import { SavedViews } from './Views'

const refreshNames: Record<Refresh, string> = { off: 'Off', '10s': 'Every 10 s', '1m': 'Every minute', live: 'Live' }

/** What every screen of data shares: host, range, refresh, comparison, filter. */
export function TopBar({ screen }: { screen: Screen }) {
  const { title, tools, filter } = screenOf(screen)
  const compare = useParam('compare') !== null
  const { hosts } = filterSignal(useView())
  if (tools.length === 0) return <header class="top-bar"><h1>{title}</h1></header>
  return (
    <header class="top-bar">
      <h1>{title}</h1>
      <div class="top-tools">
        {tools.includes('host') && <HostPicker off={!hosts} />}
        {tools.includes('time') && <TimePicker />}
        {tools.includes('compare') && (
          <button type="button" class="button" aria-pressed={compare} title="Compare with the period before" onClick={() => go({ compare: compare ? null : '1' })}>
            <Icon name="compare" /><span class="wide">Compare</span>
          </button>
        )}
        {tools.includes('refresh') && <RefreshPicker />}
        {tools.includes('views') && <SavedViews />}
        <Popover class="share" name="Link to this view" align="right" label={<Icon name="link" />}>{() => <Share />}</Popover>
      </div>
      {filter && <FilterBar />}
    </header>
  )
}

function RefreshPicker() {
  const choice = useRefreshChoice()
  return (
    <div class="joined">
      <button type="button" class="button" onClick={refreshNow} aria-label="Ask again now" title="Ask again now (r)"><Icon name="refresh" /></button>
      <Popover align="right" name="Refresh" label={<>{choice === 'live' && <i class="pulse" aria-hidden="true" />}<span>{choice === 'off' ? '' : refreshNames[choice]}</span><Icon name="down" size={13} /></>}>
        {close => (
          <ul class="menu">
            {choices.map(one => (
              <li key={one}><button type="button" class="menu-item" aria-pressed={one === choice} onClick={() => { go({ refresh: one === 'off' ? null : one }, { replace: true }); close() }}>{refreshNames[one]}</button></li>
            ))}
          </ul>
        )}
      </Popover>
    </div>
  )
}

/** "The last day" is another day tomorrow: a link for somebody else says when it was. */
function Share() {
  const frozen = () => {
    const range = currentRange()
    const now = Date.now()
    const [from, to] = [momentMs(range.from, now), momentMs(range.to, now)]
    return location.origin + addressOf(null, { from: from === null ? range.from : isoOf(from), to: to === null ? range.to : isoOf(to), tz: currentZone(), refresh: null })
  }
  return (
    <div class="share-box">
      <p>A link that shows exactly this range, also later:</p>
      <Copy text={frozen} label="Copy link" class="primary" />
      <p class="note">Whoever opens it has to be signed in here.</p>
    </div>
  )
}
