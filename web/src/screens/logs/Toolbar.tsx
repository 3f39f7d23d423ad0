import type { Field } from '../../api/catalogue'
import { exact } from '../../format/numbers'
import { Icon } from '../../parts/Icon'
import { go } from '../../state/url'
import type { RowsAsk } from './ask'
import type { Times } from './Cell'
import { ColumnPicker } from './ColumnPicker'
import { ExportMenu } from './ExportMenu'
import { LiveControls, LiveStatus } from './LiveControls'
import type { Live } from './live'
import type { Pages } from './pages'
import type { LogSignal } from './signals'

interface ToolbarProps {
  readonly signal: LogSignal
  readonly asked: RowsAsk
  readonly pages: Pages
  readonly live: Live
  readonly on: boolean
  readonly paused: boolean
  readonly onPause: (paused: boolean) => void
  readonly total: number | null
  readonly loaded: number
  readonly fields: readonly Field[]
  readonly fallback: readonly string[]
  readonly times: Times & { readonly toggle: () => void }
  readonly narrow: boolean
  readonly wrap: boolean
  readonly onWrap: () => void
  readonly onFacets: () => void
}

/** How many rows there are, and what can be done with them. */
export function Toolbar(props: ToolbarProps) {
  const { signal, asked, pages, live, on, paused, onPause, total, loaded, fields, fallback, times, narrow, wrap, onWrap, onFacets } = props
  const oldestFirst = asked.order === 'time'
  const exported = pages.range === null || pages.stale || pages.rows.length === 0 ? null : { ...asked, ...pick(pages.range) }
  return (
    <div class="log-bar">
      <div class="log-counts">
        {on ? <LiveStatus live={live} paused={paused} /> : <Counts total={total} loaded={loaded} failed={pages.error !== null && loaded === 0} />}
      </div>
      <div class="log-tools">
        {narrow && <button type="button" class="button" onClick={onFacets}><Icon name="filter" /><span>Facets</span></button>}
        <LiveControls on={on} paused={paused} onPause={onPause} />
        {!on && (
          <button type="button" class="button" title={oldestFirst ? 'Oldest first: click for the newest first' : 'Newest first: click for the oldest first'} onClick={() => go({ order: oldestFirst ? null : 'time' }, { replace: true })}>
            <Icon name={oldestFirst ? 'up' : 'down'} /><span class="wide">{oldestFirst ? 'Oldest first' : 'Newest first'}</span>
          </button>
        )}
        {signal.text !== '' && <button type="button" class="button" aria-pressed={wrap} aria-label="Wrap" title="Show whole messages" onClick={onWrap}><Icon name="wrap" /><span class="wide">Wrap</span></button>}
        {!(narrow && signal.text !== '') && <button type="button" class="button" aria-pressed={times.relative} aria-label="Times as distance from now" title="Times as distance from now" onClick={times.toggle}><Icon name="clock" /></button>}
        <ColumnPicker signal={signal} asked={asked} columns={asked.columns} fallback={fallback} fields={fields} />
        <ExportMenu signal={signal} asked={exported} />
      </div>
    </div>
  )
}

function Counts({ total, loaded, failed }: { total: number | null; loaded: number; failed: boolean }) {
  if (failed) return <p class="log-loaded">No answer</p>
  return (
    <p>
      <b>{total === null ? '…' : exact(total)}</b> {total === 1 ? 'row' : 'rows'} in range<span class="log-loaded">, {exact(loaded)} loaded</span>
    </p>
  )
}

function pick({ from, to }: { from: string; to: string }) {
  return { from, to }
}
