import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { useFields } from '../../api/catalogue'
import { query, Refused } from '../../api/client'
import { useAsked } from '../../api/use'
import { useWhere } from '../../filter/use'
import { Dialog } from '../../parts/Dialog'
import { useKeys } from '../../shell/Shortcuts'
import { isMoving, useRange } from '../../state/range'
import { refreshNow, useRefreshChoice, useRefreshClock } from '../../state/refresh'
import { remember, remembered } from '../../state/stored'
import { go, useView, view } from '../../state/url'
import { useZone } from '../../state/zone'
import { rowsAskOf } from './ask'
import { useAround } from './around'
import type { Times } from './Cell'
import { columnsOf, columnsText, toggled } from './columns'
import { Facets } from './Facets'
import { Histogram, sumOf } from './Histogram'
import type { LogRow } from './identity'
import { useLive } from './live'
import { useNarrow } from './media'
import { usePages } from './pages'
import { RowDrawer } from './RowDrawer'
import { RowTable, type TableHandle } from './RowTable'
import { type LogSignal, signalOf } from './signals'
import { SignalSwitch } from './SignalSwitch'
import { AroundBar, NewRows, RowsState } from './States'
import { above } from './tail'
import { Toolbar } from './Toolbar'
import './logs.css'

const none: readonly LogRow[] = []

/** Every row: found by filter and facet, read in a table, opened in full, followed as it arrives, taken away as a file. */
export function Logs() {
  const signal = signalOf(useView().params.get('signal'))
  return <Rows key={signal.name} signal={signal} />
}

function Rows({ signal }: { signal: LogSignal }) {
  const { params } = useView()
  const narrow = useNarrow()
  const fields = useFields(signal.name)
  const range = useRange()
  const where = useWhere(signal.hosts)
  const zone = useZone()
  const fallback = narrow ? signal.narrowColumns : signal.columns
  const cols = params.get('cols')
  const columns = useMemo(() => columnsOf(cols, fields.map(field => field.name), fallback, signal.map), [cols, fields, fallback, signal])
  const on = params.get('live') !== null
  const mark = params.get('mark')
  const open = params.get('row')
  const asked = rowsAskOf(params, columns, signal)

  const [paused, setPaused] = useState(false)
  const [down, setDown] = useState(false)
  const pinned = useRef(false)
  const holding = useRef(false)
  pinned.current = down
  holding.current = paused || down
  const pages = usePages(signal, asked, { pinned, still: on })
  const live = useLive(signal, { on, where, columns, holding, onBegin: () => { handle.current?.toTop(); pinned.current = false; pages.reload() } })
  const around = useAround(signal, mark, params.get('around') ?? 'all', columns, zone)
  const refresh = useRefreshChoice()
  useRefreshClock(on && refresh === 'off' ? '10s' : 'off')
  const wasOn = useRef(on)
  useEffect(() => {
    if (!on) setPaused(false)
    // What arrived meanwhile is stored: the list goes on with it.
    if (!on && wasOn.current) refreshNow()
    wasOn.current = on
  }, [on])
  useEffect(() => { if (!paused && !down) live.release() }, [paused, down])

  // A range of the past has no newest rows for the live ones to stand on.
  const stored = on && !isMoving(range) ? none : pages.rows
  const searched = useMemo(() => on ? above(live.tail.shown, stored) : stored, [on, live.tail.shown, stored])
  const rows = mark === null ? searched : around.data?.around?.rows ?? none

  const wait = pages.loading === 'first' && pages.rows.length === 0
  const { from, to } = range
  // The rows come first: nothing else that the server works on makes them late.
  const histogram = useAsked(wait ? null : `log histogram ${signal.name} ${from} ${to} ${zone} ${where}`, abort =>
    query({ signal: signal.name, from, to, tz: zone, measures: signal.measures, by: ['time'], ...(where !== '' && { where }) }, abort))
  const total = histogram.data === null || histogram.stale ? null : sumOf(histogram.data, signal.count)
  const invalid = pages.error instanceof Refused && pages.error.kind === 'filter-invalid'

  const handle = useRef<TableHandle | null>(null)
  const [current, setCurrent] = useState<string | null>(null)
  const times = useTimes(zone, narrow)
  const types = useMemo(() => new Map(fields.map(field => [field.name, field.type])), [fields])
  const [facetsOpen, setFacetsOpen] = useState(false)
  const [wrap, setWrap] = useState(() => remembered('logs.wrap') === 'yes')
  const toggleWrap = () => {
    remember('logs.wrap', wrap ? null : 'yes')
    setWrap(!wrap)
  }

  // Keys come faster than drawings.
  const at = useRef<string | null>(null)
  const stand = (row: LogRow) => setCurrent((at.current = row.key))
  const openRow = (row: LogRow, replace = false) => {
    stand(row)
    go({ row: row.key }, { replace })
  }
  const closeRow = () => go({ row: null }, { replace: true })
  const wasOpen = useRef(open)
  useEffect(() => {
    // The drawer gives the focus back to where it was opened from; the reader may have gone on to another row.
    const place = wasOpen.current !== null && open === null ? placeOf(at.current) : -1
    if (place >= 0) handle.current?.show(place, 'focus')
    wasOpen.current = open
  }, [open])
  const placeOf = (key: string | null) => key === null ? -1 : rows.findIndex(row => row.key === key)
  const move = (by: number) => {
    const open = view.value.params.get('row')
    const from = placeOf(open ?? at.current)
    const place = from < 0 ? (by > 0 ? 0 : -1) : from + by
    const row = rows[place]
    if (row === undefined) return
    if (open !== null) openRow(row, true)
    else stand(row)
    handle.current?.show(place, open === null ? 'focus' : 'near')
  }
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ...(open !== null ? { Escape: closeRow } : mark !== null ? { Escape: () => leaveAround() } : {}),
  })
  const centred = useRef<string | null>(null)
  useEffect(() => {
    const about = mark === null ? null : `${mark} ${params.get('around')}`
    if (about === null) centred.current = null
    // Once: who asks for more at one end goes on reading there.
    if (about === null || around.data?.around == null || around.stale || centred.current === about) return
    centred.current = about
    handle.current?.show(placeOf(mark), 'middle')
  }, [mark, around.data, around.stale])

  const place = placeOf(open)
  const showNew = () => {
    setPaused(false)
    live.release()
    pages.showNewer()
    handle.current?.toTop()
  }
  const onColumn = (name: string) => go({ cols: columnsText(toggled(columns, name), fallback) }, { replace: true })
  const facets = <Facets signal={signal} asked={asked} wait={wait} invalid={invalid} columns={columns} onColumn={onColumn} />
  return (
    <div class="logs">
      <SignalSwitch signal={signal} />
      {!narrow && <aside class="log-facets" aria-label="Facets">{facets}</aside>}
      <div class="log-main">
        <Histogram signal={signal} answer={histogram} zone={zone} quiet={invalid} />
        <section class="log-panel" aria-label="Log rows">
          {mark === null
            ? (
              <Toolbar signal={signal} asked={asked} pages={pages} live={live} on={on} paused={paused} onPause={setPaused} total={total} loaded={rows.length} fields={fields} fallback={fallback}
                times={times} narrow={narrow} wrap={wrap} onWrap={toggleWrap} onFacets={() => setFacetsOpen(true)} />
            )
            : <AroundBar signal={signal} scope={params.get('around') ?? 'all'} around={around} rows={rows.length} />}
          <div class="log-stage">
            {mark === null && <NewRows count={on ? live.tail.heldCount : pages.newer} paused={paused} many={!on && pages.newer >= 200} onShow={showNew} />}
            <RowTable signal={signal} rows={rows} columns={columns} types={types} times={times} rowHeight={narrow ? 40 : 28} wrap={wrap && signal.text !== ''} current={current} open={open} marked={mark}
              live={on && mark === null} busy={mark === null ? pages.loading === 'first' : around.loading} stale={mark === null ? pages.stale : around.stale}
              total={on || mark !== null || pages.stale ? null : total} onOpen={row => openRow(row)} onPinned={setDown} handle={handle}
              onNearEnd={() => { if (mark === null && pages.error === null && !(on && rows.length >= 5000)) pages.more() }}>
              <RowsState pages={pages} around={mark === null ? null : around} where={where} on={on} live={live} count={rows.length} signal={signal} moving={isMoving(range)} />
            </RowTable>
          </div>
        </section>
      </div>
      {narrow && facetsOpen && <Dialog kind="drawer" name="Facets" title="Facets" onClose={() => setFacetsOpen(false)}>{facets}</Dialog>}
      {open !== null && (
        <RowDrawer signal={signal} rowKey={open} fields={fields} times={times} columns={columns} onColumn={onColumn}
          previous={place > 0 ? () => move(-1) : null} next={place >= 0 && place < rows.length - 1 ? () => move(1) : null}
          onClose={closeRow} onAround={scope => go({ around: scope, mark: open, row: null, live: null })} />
      )}
    </div>
  )
}

export function leaveAround() {
  go({ around: null, mark: null })
}

/** How times are written; "3 min ago" goes on while one looks. */
function useTimes(zone: string, narrow: boolean): Times & { readonly toggle: () => void } {
  const [relative, setRelative] = useState(() => remembered('logs.times') === 'relative')
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), relative ? 5000 : 60_000)
    return () => clearInterval(timer)
  }, [relative])
  const toggle = () => {
    remember('logs.times', relative ? null : 'relative')
    setNow(Date.now())
    setRelative(!relative)
  }
  return useMemo(() => ({ zone, relative, now, short: narrow, toggle }), [zone, relative, now, narrow])
}
