import { query, Refused } from '../../api/client'
import { useAsked } from '../../api/use'
import { exact } from '../../format/numbers'
import { Icon } from '../../parts/Icon'
import { Empty, Failed, Loading, sentence, textOf } from '../../parts/States'
import { Link } from '../../shell/Link'
import { go } from '../../state/url'
import type { AroundRow } from './around'
import type { Live } from './live'
import { type Pages, rowsMost } from './pages'
import { NothingYet } from './NothingYet'
import type { LogSignal } from './signals'

/** In place of the reading position: rows that came meanwhile are offered, not forced on. */
export function NewRows({ count, paused, many, onShow }: { count: number; paused: boolean; many: boolean; onShow: () => void }) {
  if (count === 0) return null
  return (
    <button type="button" class="primary new-rows" onClick={onShow}>
      <Icon name="up" size={14} />{exact(count)}{many ? '+' : ''} new {count === 1 ? 'row' : 'rows'}{paused ? ' while paused' : ''}
    </button>
  )
}

/** Above the rows around one: whose they are, and the way back. */
export function AroundBar({ signal, scope, around, rows }: { signal: LogSignal; scope: string; around: AroundRow; rows: number }) {
  const known = signal.scopes.some(one => one.field === scope) ? scope : 'all'
  const choose = (next: string) => go({ around: next }, { replace: true })
  return (
    <div class="log-bar around-bar">
      <p><b>Rows around one</b>{rows > 0 && <>, {exact(rows)} by time{signal.asFile ? ', the oldest first' : ''}</>}, without the filter</p>
      <div class="log-tools">
        <MoreAround signal={signal} around={around} above />
        <div class="segments" role="group" aria-label="Which rows">
          <button type="button" class="button" aria-pressed={known === 'all'} onClick={() => choose('all')}>All</button>
          {signal.scopes.map(one => <button type="button" class="button" key={one.field} aria-pressed={known === one.field} onClick={() => choose(one.field)}>{one.name}</button>)}
        </div>
        <button type="button" class="button" onClick={() => go({ around: null, mark: null })}><Icon name="left" size={14} />Back to the search</button>
      </div>
    </div>
  )
}

/** More rows at one end of those around one. */
function MoreAround({ signal, around, above }: { signal: LogSignal; around: AroundRow; above: boolean }) {
  const data = around.stale ? null : around.data?.around
  const newer = above !== signal.asFile
  const more = data != null && (newer ? data.moreNewer : data.moreOlder)
  if (!more && !above) return data != null ? <p class="log-note">{newer ? 'Nothing newer is stored here.' : 'Nothing older is stored here.'}</p> : null
  const button = <button type="button" class="button" disabled={!more} onClick={newer ? around.moreNewer : around.moreOlder}><Icon name={above ? 'up' : 'down'} size={14} />100 {newer ? 'newer' : 'older'}</button>
  return above ? button : <div class="log-note">{button}</div>
}

interface RowsStateProps {
  readonly signal: LogSignal
  readonly pages: Pages
  readonly around: AroundRow | null
  readonly where: string
  readonly on: boolean
  readonly live: Live
  readonly count: number
  readonly moving: boolean
}

/** What stands in place of the rows, or below the last one. */
export function RowsState(props: RowsStateProps) {
  const { pages, around, where, on, live, count, moving } = props
  if (around !== null) return <AroundState signal={props.signal} around={around} />
  if (pages.error instanceof Refused && pages.error.kind === 'filter-invalid' && count === 0) return <BadFilter error={pages.error} where={where} />
  if (pages.error !== null) return <div class="log-note"><Failed error={pages.error} /></div>
  if (on && count === 0 && (pages.loading === null || !moving)) {
    return <Empty title={live.state === 'problem' ? 'The stream has stopped' : 'Waiting for rows'}><p>Rows that pass the filter appear here as they arrive{moving ? '' : ', whatever the range of time'}.</p></Empty>
  }
  if (count === 0 && pages.loading === 'first') return <Loading rows={14} />
  if (count === 0) return <Nothing signal={props.signal} filtered={where !== ''} />
  if (pages.loading === 'more') return <p class="log-note" role="status">Loading more rows…</p>
  if (on) return null
  if (pages.end === 'full') return <p class="log-note">{exact(rowsMost)} rows are loaded. Narrow the range, filter, or export to see the others.</p>
  return pages.end === 'last' ? <p class="log-note">That is the last row.</p> : null
}

function AroundState({ signal, around }: { signal: LogSignal; around: AroundRow }) {
  if (around.error !== null) return <div class="log-note"><Failed error={around.error} /></div>
  if (around.data === null) return <Loading rows={14} />
  if (around.data.around === null) return around.stale ? null : <Empty title="This row is not stored"><p>It may be older than what is kept, or the link is not complete.</p></Empty>
  return <MoreAround signal={signal} around={around} above={false} />
}

/** The server says what is wrong and where; here is the filter that it read. */
function BadFilter({ error, where }: { error: Refused; where: string }) {
  return (
    <div class="log-note bad-filter" role="alert">
      <p><b>The filter cannot be read.</b> {sentence(error.message)}</p>
      <pre>{where}{error.position !== null && `\n${' '.repeat(Math.min(error.position, where.length))}^`}</pre>
      <button type="button" onClick={() => go({ q: null })}>Remove the filter</button>
    </div>
  )
}

function Nothing({ signal, filtered }: { signal: LogSignal; filtered: boolean }) {
  const ever = useAsked(`ever ${signal.name}`, abort => query({ signal: signal.name, from: '1970-01-01', to: 'now', measures: [signal.count] }, abort))
  if (ever.error !== null) return <p class="log-note">{textOf(ever.error)}</p>
  if (ever.data === null) return <Loading rows={3} />
  if (Number(ever.data.rows[0]?.[0] ?? 0) === 0) return <NothingYet signal={signal} />
  return (
    <Empty title="No rows in this range">
      <p>{filtered && <><Link changes={{ q: null, host: null }}>Remove the filter</Link> or </>}<Link changes={{ from: '-30d', to: null }}>look at the last 30 days</Link>.</p>
    </Empty>
  )
}
