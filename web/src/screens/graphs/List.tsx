import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { type Asked, useAsked } from '../../api/use'
import { exact } from '../../format/numbers'
import { ago, at } from '../../format/times'
import { Icon } from '../../parts/Icon'
import { Spark } from '../../parts/Spark'
import { Failed, Loading } from '../../parts/States'
import { Visible } from '../../parts/Visible'
import { even, sameWindow, windowOf } from '../../parts/window'
import { go, useParam } from '../../state/url'
import { askLatest, askSeries, type GraphScope, keyOf, type Listing, namesOf, seriesMost, type SeriesRow } from './ask'
import { splitOf, targetOf, toggle } from './choose'
import { isOf, type Line, linesMost, usualStat } from './line'
import { type ListRow, type ListSort, type Opened, rowsOf } from './rows'
import { kindOf, unitName, written } from './units'
import { useSparks } from './useSparks'

const rowHeight = 42

export function sortOf(text: string | null): ListSort {
  return text === 'activity' ? 'activity' : 'name'
}

interface ListProps {
  readonly asked: Asked<Listing>
  readonly scope: GraphScope
  readonly find: string
  readonly lines: readonly Line[]
}

/** The metrics that came in the range, each with its course; one of them is open and shows its series. */
export function List({ asked, scope, find, lines }: ListProps) {
  const sort = sortOf(useParam('sort'))
  const open = useOpened(asked.data, scope, find)
  const rows = asked.data === null ? [] : rowsOf(asked.data.entries, sort, open.opened)
  const metrics = asked.data?.entries.length ?? 0
  const series = asked.data?.entries.reduce((sum, entry) => sum + entry.series, 0) ?? 0
  return (
    <section class="panel metric-panel" aria-busy={asked.loading}>
      <header class="panel-head">
        <h2>All metrics</h2>
        <span class="note" role="status">{asked.data !== null && `${exact(metrics)} metric${metrics === 1 ? '' : 's'}, ${exact(series)} series`}</span>
      </header>
      <div class="metric-tools">
        <Find />
        <select class="small" aria-label="Sort by" value={sort} onChange={event => go({ sort: event.currentTarget.value === 'activity' ? 'activity' : null }, { replace: true })}>
          <option value="name">By namespace</option>
          <option value="activity">Most points first</option>
        </select>
      </div>
      {asked.error !== null && asked.data === null && <Failed error={asked.error} />}
      {asked.data === null && asked.error === null && <Loading height={160} />}
      {asked.data !== null && (rows.length === 0
        ? <p class="note metric-none">{find !== '' ? 'No metric of this range has this in its name or dimensions.' : scope.where !== '' ? 'No series of this range passes the filter.' : 'No metric came in this range.'} <button type="button" class="quiet text" onClick={() => go({ find: null, q: null })}>Show all</button></p>
        : <Rows rows={rows} scope={scope} find={find} lines={lines} stale={asked.stale} latest={open.latest} />)}
      {asked.error !== null && asked.data !== null && <p class="panel-late" role="status">Not up to date: {asked.error.message}</p>}
      {asked.data?.cut === true && <p class="note metric-none">The first 10,000; search or filter to see others.</p>}
    </section>
  )
}

function Find() {
  const kept = useParam('find') ?? ''
  const [text, setText] = useState(kept)
  useEffect(() => setText(kept), [kept])
  useEffect(() => {
    if (text === kept) return
    const timer = setTimeout(() => go({ find: text }, { replace: true }), 250)
    return () => clearTimeout(timer)
  }, [text])
  return <input type="search" class="find" placeholder="Find namespace, metric or dimension" aria-label="Find metrics" value={text} maxLength={200} onInput={event => setText(event.currentTarget.value)} />
}

const noValues: ReadonlyMap<string, number> = new Map()

/** The series of the metric that the address names as open, and the newest value of each. */
function useOpened(listing: Listing | null, scope: GraphScope, find: string): { readonly opened: Opened | null; readonly latest: ReadonlyMap<string, number> } {
  const key = useParam('open')
  const entry = key === null ? undefined : listing?.entries.find(one => openKey(one.namespace, one.metric) === key)
  const of = `${key} ${find} ${scope.key}`
  const series = useAsked(entry === undefined ? null : `series of ${of}`, signal => askSeries(scope, find, entry!, signal).then(rows => ({ of: key, rows })))
  const latest = useAsked(entry === undefined || series.data === null ? null : `latest of ${of}`, signal => askLatest(scope, entry!, signal).then(values => ({ of: key, values })))
  if (entry === undefined) return { opened: null, latest: noValues }
  const rows = series.data?.of === key ? series.data.rows : null
  return { opened: { key: keyOf(entry.namespace, entry.metric), series: rows, cut: rows !== null && rows.length >= seriesMost }, latest: latest.data?.of === key ? latest.data.values : noValues }
}

function openKey(namespace: string, metric: string): string {
  return `${namespace}:${metric}`
}

interface RowsProps {
  readonly rows: readonly ListRow[]
  readonly scope: GraphScope
  readonly find: string
  readonly lines: readonly Line[]
  readonly stale: boolean
  readonly latest: ReadonlyMap<string, number>
}

/** Only rows in sight are in the document: a store may have thousands of metrics. */
function Rows({ rows, scope, find, lines, stale, latest }: RowsProps) {
  const box = useRef<HTMLDivElement>(null)
  const place = useRef({ top: 0, height: 800 })
  const [, redraw] = useState(0)
  const heights = even(rows.length, rowHeight)
  const window = windowOf(place.current.top, place.current.height, heights)
  const drawn = useRef(window)
  drawn.current = window
  const look = () => {
    place.current = { top: box.current!.scrollTop, height: box.current!.clientHeight }
    if (!sameWindow(windowOf(place.current.top, place.current.height, heights), drawn.current)) redraw(count => count + 1)
  }
  useLayoutEffect(look)
  const shown = rows.slice(window.first, window.last)
  const sparks = useSparks(scope, find, shown, stale)
  const full = lines.length >= linesMost
  return (
    <div class={`metric-list ${stale ? 'stale' : ''}`} ref={box} onScroll={look} onKeyDown={walkRows} tabIndex={-1}>
      <ol aria-label="Metrics" style={{ paddingTop: `${window.before}px`, paddingBottom: `${window.after}px` }}>
        {shown.map((row, index) => (
          <li key={row.key} class={`metric-row of-${row.kind}`} aria-setsize={rows.length} aria-posinset={window.first + index + 1} style={{ height: `${rowHeight}px` }}>
            <OneRow row={row} lines={lines} full={full} zone={scope.tz} course={row.kind === 'metric' ? sparks.metrics.get(row.key) : row.kind === 'series' ? sparks.series.get(row.series.series) : undefined} latest={latest} />
          </li>
        ))}
      </ol>
    </div>
  )
}

interface OneRowProps {
  readonly row: ListRow
  readonly lines: readonly Line[]
  readonly full: boolean
  readonly zone: string
  readonly course: readonly (number | null)[] | undefined
  readonly latest: ReadonlyMap<string, number>
}

function OneRow({ row, lines, full, zone, course, latest }: OneRowProps) {
  switch (row.kind) {
    case 'namespace': return <h3><Visible text={row.namespace} /> <small>{row.metrics}</small></h3>
    case 'note': return <p class="note">{row.text}</p>
    case 'set': {
      const target = { namespace: row.entry.namespace, metric: row.entry.metric, series: null, set: row.set }
      return (
        <Pick pressed={lines.some(line => isOf(line, target))} full={full} title="Each series of these dimensions as a line" onPick={() => toggle(target, row.entry, splitOf(row.set))}>
          <span class="metric-name">{row.set === '' ? 'Without dimensions' : <>By <Visible text={row.set} /></>}</span><small>{exact(row.series)} series</small>
        </Pick>
      )
    }
    case 'series': {
      const { entry, series } = row
      const target = { namespace: entry.namespace, metric: entry.metric, series: series.series, set: null }
      const value = latest.get(series.series)
      const { name, factor } = kindOf(entry.unit)
      return (
        <>
          <Pick pressed={lines.some(line => isOf(line, target))} full={full} title={series.series} onPick={() => toggle(target, entry)}>
            <span class="metric-name"><Visible text={shortName(series)} empty="no dimensions" /></span>
            <small>{value === undefined ? '' : <span title={`${usualStat(entry.unit) === 'sum' ? 'Sum' : 'Average'} of its newest point`}>{written(value * factor, name)} · </span>}<Seen ms={series.lastSeen} zone={zone} /></small>
          </Pick>
          <Spark values={course ?? []} width={90} height={26} />
        </>
      )
    }
    case 'metric': {
      const { entry } = row
      const drawn = lines.some(line => line.namespace === entry.namespace && line.metric === entry.metric && line.series === null)
      const target = targetOf(entry)
      return (
        <>
          <button type="button" class="quiet metric-open" aria-expanded={row.open} aria-label={`Series of ${entry.metric}`} title="Series" onClick={() => go({ open: row.open ? null : openKey(entry.namespace, entry.metric) }, { replace: true })}>
            <Icon name={row.open ? 'down' : 'right'} size={14} />
          </button>
          <Pick pressed={drawn} full={full} title={`${entry.namespace} ${entry.metric}`} onPick={() => toggle(drawn ? { ...target, set: null } : target, entry)}>
            <span class="metric-name"><Visible text={entry.metric} /></span>
            <small>{row.named && <><Visible text={entry.namespace} /> · </>}{unitName(entry.unit)} · {exact(entry.series)} series · <Seen ms={entry.lastSeen} zone={zone} /></small>
          </Pick>
          <Spark values={course ?? []} width={90} height={26} />
        </>
      )
    }
  }
}

/** Under its set a series needs the name of its one dimension no more. */
function shortName({ set, series }: SeriesRow): string {
  return namesOf(set).length === 1 && series.startsWith(`${set}=`) ? series.slice(set.length + 1) : series
}

function Pick({ pressed, full, title, onPick, children }: { pressed: boolean; full: boolean; title: string; onPick: () => void; children: ComponentChildren }) {
  const refused = full && !pressed
  return (
    <button type="button" class="metric-pick" aria-pressed={pressed} aria-disabled={refused} title={refused ? `At most ${linesMost} lines in one graph` : `${title}\nClick to ${pressed ? 'remove it from' : 'draw it in'} the graph`} onClick={() => refused || onPick()}>
      <span class="metric-box" aria-hidden="true">{pressed && <Icon name="check" size={12} />}</span>
      <span class="metric-texts">{children}</span>
    </button>
  )
}

function Seen({ ms, zone }: { ms: number | null; zone: string }) {
  return ms === null ? null : <time title={`Last point ${at(ms, zone, 'full')}`} dateTime={new Date(ms).toISOString()}>{ago(ms, Date.now())}</time>
}

/** Up and down go from row to row, left and right close and open a metric. */
function walkRows(event: KeyboardEvent): void {
  const row = (event.target as Element).closest('li')
  if (row === null || event.altKey || event.ctrlKey || event.metaKey) return
  const opener = row.querySelector<HTMLButtonElement>('.metric-open')
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    event.preventDefault()
    const next = (from: Element): Element | null => event.key === 'ArrowDown' ? from.nextElementSibling : from.previousElementSibling
    let to = next(row)
    while (to !== null && to.querySelector('.metric-pick') === null) to = next(to)
    to?.querySelector<HTMLElement>('.metric-pick')?.focus()
  } else if (opener !== null && (event.key === 'ArrowRight' || event.key === 'ArrowLeft') && (opener.getAttribute('aria-expanded') === 'true') === (event.key === 'ArrowLeft')) {
    event.preventDefault()
    opener.click()
  }
}
