import { type Order } from '../../parts/order'
import { type SortColumn, SortTable } from '../../parts/SortTable'
import { Visible } from '../../parts/Visible'
import { go } from '../../state/url'
import { type Series, summaryOf } from './series'
import { written } from './units'

interface LegendProps {
  readonly series: readonly Series[]
  readonly hidden: readonly string[]
  /** The place and the name of the period that is read out; null while none is. */
  readonly cursor: { readonly place: number; readonly name: string } | null
  readonly order: Order
  readonly onToggle: (name: string) => void
  readonly onChoose: (name: string | null) => void
}

interface Row extends Series {
  readonly at: number | null
  readonly min: number | null
  readonly max: number | null
  readonly avg: number | null
  readonly last: number | null
}

export const legendOrder = 'series'

/** Every series in numbers; its name shows and hides it. */
export function Legend({ series, hidden, cursor, order, onToggle, onChoose }: LegendProps) {
  const rows = series.map((one): Row => ({ ...one, ...summaryOf(one.values), at: cursor === null ? null : one.values[cursor.place] ?? null }))
  const figure = (key: 'at' | 'last' | 'min' | 'avg' | 'max', title: string, about: string): SortColumn<Row> =>
    ({ key, title, about, number: true, value: row => row[key], cell: row => written(row[key], row.kind) })
  const columns: SortColumn<Row>[] = [
    {
      key: legendOrder, title: 'Series', value: row => row.name,
      cell: row => (
        <button type="button" class="legend-item graph-series-name" aria-pressed={!hidden.includes(row.name)} title={`${row.name}\nClick to ${hidden.includes(row.name) ? 'show' : 'hide'} it`}
          onClick={() => onToggle(row.name)} onPointerEnter={() => onChoose(row.name)} onPointerLeave={() => onChoose(null)} onFocus={() => onChoose(row.name)} onBlur={() => onChoose(null)}>
          <i class={row.dotted ? 'hatched' : ''} style={{ background: `var(${row.colour})` }} /><span><Visible text={row.name} /></span>
        </button>
      ),
    },
    figure('at', cursor?.name ?? 'At point', 'The value of the period that is read out'),
    figure('last', 'Last', 'The newest value in the range'),
    figure('min', 'Min', 'The smallest of the values that are drawn'),
    figure('avg', 'Avg', 'The mean of the values that are drawn'),
    figure('max', 'Max', 'The largest of the values that are drawn'),
  ]
  return <SortTable name="Series of the graph" columns={columns} rows={rows} rowKey={row => row.name} order={order} onOrder={next => go({ order: `${next.descending ? '-' : ''}${next.key}` }, { replace: true })} />
}

const keys = [legendOrder, 'at', 'last', 'min', 'avg', 'max']

export function legendOrderOf(text: string | null): Order {
  const key = text?.replace(/^-/, '') ?? ''
  return keys.includes(key) ? { key, descending: text!.startsWith('-') } : { key: 'avg', descending: true }
}
