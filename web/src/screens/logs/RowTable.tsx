import { Component, type ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { addressOf } from '../../state/url'
import { Cell, textOf, type Times } from './Cell'
import type { LogRow } from './identity'
import type { LogSignal } from './signals'
import { MessageCell } from './MessageCell'
import { useLines } from './lines'
import { sameWindow, scrollMiddle, scrollTo, windowOf } from '../../parts/window'

export interface RowTableProps {
  readonly signal: LogSignal
  readonly rows: readonly LogRow[]
  readonly columns: readonly string[]
  readonly types: ReadonlyMap<string, string>
  readonly times: Times
  readonly rowHeight: number
  /** Long texts are shown whole. */
  readonly wrap: boolean
  /** The row that the keys are at, the one that is open, the one that others stand around. */
  readonly current: string | null
  readonly open: string | null
  readonly marked?: string | null
  /** New rows come on top. */
  readonly live: boolean
  readonly busy: boolean
  readonly stale: boolean
  /** Rows beyond those that are loaded are not counted by the table. */
  readonly total: number | null
  readonly onOpen: (row: LogRow) => void
  readonly onNearEnd: () => void
  /** Told when the reader leaves the top, and when they are back. */
  readonly onPinned: (pinned: boolean) => void
  readonly handle: { current: TableHandle | null }
  /** In place of rows, or below the last of them. */
  readonly children?: ComponentChildren
}

export interface TableHandle {
  readonly toTop: () => void
  /** Brings a row in sight, on request with the focus on it, or to the middle. */
  readonly show: (place: number, how: 'near' | 'focus' | 'middle') => void
}

const head = 30

// Asked for in advance, so that scrolling does not meet the end.
const ahead = 60

/** Rows as a table of which only what is in sight is in the document. */
export function RowTable(props: RowTableProps) {
  const { signal, rows, columns, rowHeight, current, open, handle, onNearEnd, onPinned } = props
  const box = useRef<HTMLDivElement>(null)
  const place = useRef({ top: 0, height: 700, width: 0 })
  const pinned = useRef(false)
  const newest = useRef(0)
  const [, redraw] = useState(0)
  const again = useRef(() => redraw(count => count + 1)).current
  const { lines, isTall, fold, measure, foldedAll } = useLines(props, box)
  const view = windowOf(place.current.top, place.current.height, lines)
  const drawn = useRef(view)
  drawn.current = view

  const look = () => {
    const element = box.current!
    if (place.current.width !== element.clientWidth) measure.forget()
    place.current = { top: element.scrollTop, height: element.clientHeight, width: element.clientWidth }
    if (pinned.current !== element.scrollTop > rowHeight) onPinned((pinned.current = !pinned.current))
    if (!sameWindow(drawn.current, windowOf(place.current.top, place.current.height, lines))) again()
  }
  const looking = useRef(look)
  looking.current = look

  useLayoutEffect(() => {
    const watch = new ResizeObserver(() => looking.current())
    watch.observe(box.current!)
    return () => watch.disconnect()
  }, [])
  useLayoutEffect(look, [rows.length, rowHeight, props.wrap])
  useLayoutEffect(() => measure.look())
  useEffect(() => { if (rows.length > 0 && view.last >= rows.length - ahead) onNearEnd() })

  handle.current = {
    toTop: () => box.current?.scrollTo({ top: 0 }),
    show: (row, how) => {
      const { height } = place.current
      box.current!.scrollTop = how === 'middle' ? scrollMiddle(row, height, lines, head) : scrollTo(row, box.current!.scrollTop, height, lines, head)
      look()
      if (how === 'focus') requestAnimationFrame(() => box.current?.querySelector<HTMLElement>('tr[data-current] a')?.focus({ preventScroll: true }))
    },
  }

  // Live rows that were not there at the last drawing slide in.
  const before = newest.current
  useEffect(() => { newest.current = Math.max(newest.current, rows[0]?.id ?? 0) })
  const isFresh = (row: LogRow) => props.live && before > 0 && row.id > before

  const opening = useRef(props.onOpen)
  opening.current = props.onOpen
  const openRow = useRef((row: LogRow) => opening.current(row)).current

  return (
    <div class={`log-box ${props.stale ? 'stale' : ''}`} ref={box} onScroll={look} tabIndex={rows.length === 0 ? -1 : 0} role="region" aria-label="Rows" aria-busy={props.busy}>
      {rows.length > 0 && (
        <table class="log-table" aria-rowcount={props.total === null ? -1 : props.total + 1} style={{ minWidth: `${widthOf(props)}px` }}>
          <caption class="hidden-text">Rows, each with a link that opens it</caption>
          <colgroup>{columns.map(name => <col key={name} style={name === flexible(signal, columns) ? {} : { width: `${columnWidth(props, name)}px` }} />)}</colgroup>
          <thead>
            <tr aria-rowindex={1} style={{ height: `${head}px` }}>{columns.map(name => <th scope="col" key={name} class={alignOf(signal, name, props.types)} title={name}>{name}</th>)}</tr>
          </thead>
          <tbody>
            {view.before > 0 && <tr key="before" aria-hidden="true" class="log-gap" style={{ height: `${view.before}px` }}><td colSpan={columns.length} /></tr>}
            {rows.slice(view.first, view.last).map((row, offset) => (
              <Row key={row.id} row={row} place={view.first + offset} fresh={isFresh(row)} current={row.key === current} open={row.key === open} marked={row.key === props.marked}
                signal={signal} columns={columns} types={props.types} times={props.times} rowHeight={rowHeight} tall={isTall(row)} onFold={foldedAll ? null : fold} onOpen={openRow} />
            ))}
            {view.after > 0 && <tr key="after" aria-hidden="true" class="log-gap" style={{ height: `${view.after}px` }}><td colSpan={columns.length} /></tr>}
          </tbody>
        </table>
      )}
      {props.children}
    </div>
  )
}

interface RowProps extends Pick<RowTableProps, 'signal' | 'columns' | 'types' | 'times' | 'rowHeight' | 'onOpen'> {
  readonly row: LogRow
  readonly place: number
  readonly fresh: boolean
  readonly current: boolean
  readonly open: boolean
  readonly marked: boolean
  readonly tall: boolean
  readonly onFold: ((row: LogRow) => void) | null
}

/** Scrolling draws the rows that come into sight; those that stay are left alone. */
class Row extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    return (Object.keys(next) as (keyof RowProps)[]).some(name => next[name] !== this.props[name])
  }

  override render() {
    return <RowCells {...this.props} />
  }
}

function RowCells({ row, place, fresh, current, open, marked, tall, signal, columns, types, times, rowHeight, onFold, onOpen }: RowProps) {
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return
    event.preventDefault()
    event.stopPropagation()
    onOpen(row)
  }
  const click = () => {
    // Who selects text does not want the row opened.
    if (String(getSelection()) === '') onOpen(row)
  }
  return (
    <tr
      aria-rowindex={place + 2} data-id={row.id} data-current={current || undefined} aria-current={open || marked || undefined} onClick={click}
      class={`${fresh ? 'fresh' : ''} ${current ? 'current' : ''} ${open ? 'open' : ''} ${marked ? 'marked' : ''} ${tall ? 'tall' : ''}`} style={{ height: `${rowHeight}px` }}>
      {columns.map((name, column) => {
        // The first cell is a link, which cannot hold a button.
        const cell = signal.shapes[name] === 'message'
          ? <MessageCell text={textOf(row.values[name] ?? null)} tall={tall} onFold={onFold === null || column === 0 ? null : () => onFold(row)} />
          : <Cell signal={signal} name={name} value={row.values[name] ?? null} times={times} />
        const style = signal.shapes[name] === 'message' ? 'log-cell message-cell' : 'log-cell'
        return column === 0
          ? <th scope="row" key={name} class={alignOf(signal, name, types)}><a class={style} href={addressOf(null, { row: row.key })} onClick={follow}>{cell}</a></th>
          : <td key={name} class={alignOf(signal, name, types)}><span class={style}>{cell}</span></td>
      })}
    </tr>
  )
}

function alignOf(signal: LogSignal, name: string, types: ReadonlyMap<string, string>): string {
  const shape = signal.shapes[name]
  if (shape === 'seconds' || shape === 'bytes') return 'number'
  return shape === undefined && (types.get(name) === 'integer' || types.get(name) === 'number') ? 'number' : shape === 'time' ? 'when' : ''
}

function columnWidth({ signal, types, times }: RowTableProps, name: string): number {
  const known = (times.short ? signal.narrowWidths[name] : undefined) ?? signal.widths[name]
  if (known !== undefined) return known
  if (signal.shapes[name] === 'time') return 190
  return Math.max(types.get(name) === 'text' ? 160 : 100, name.length * 7.4 + 24)
}

function flexible(signal: LogSignal, columns: readonly string[]): string {
  return columns.includes(signal.wideColumn) ? signal.wideColumn : columns[columns.length - 1]!
}

// A table that is narrower than its box would give the wide column nothing: this much it has at least.
function widthOf(props: RowTableProps): number {
  return props.columns.reduce((sum, name) => sum + columnWidth(props, name), 0)
}
