import type { ComponentChildren } from 'preact'
import type { Cell } from './csv'
import { Icon } from './Icon'
import { type Order, sorted } from './order'
import { SaveTable } from './SaveTable'
import { walk } from './walk'

export interface SortColumn<R> {
  readonly key: string
  readonly title: string
  /** What its head shows instead of the title. */
  readonly head?: ComponentChildren
  readonly about?: string
  readonly number?: boolean
  /** Nothing to sort by. */
  readonly fixed?: boolean
  /** Left out on a phone, where figures matter more. */
  readonly wide?: boolean
  /** What it is sorted by, and what a file gets. Times are ISO 8601. */
  readonly value: (row: R) => Cell
  readonly cell: (row: R) => ComponentChildren
}

/** A column that is not part of what the table says. */
interface Side<R> {
  readonly title: string
  readonly cell: (row: R) => ComponentChildren
}

interface SortTableProps<R> {
  readonly name: string
  /** The first is the header of its row. */
  readonly columns: readonly SortColumn<R>[]
  readonly rows: readonly R[]
  readonly rowKey: (row: R) => string
  readonly order: Order
  readonly onOrder: (order: Order) => void
  /** The rows come in their order: the server sorted them, and there are more, or some belong to others. */
  readonly asGiven?: boolean
  /** A cell in front of the row's header, such as a box to choose it, and what its column is. */
  readonly lead?: Side<R>
  /** A cell behind the others, such as what can be done about the row. */
  readonly tail?: Side<R>
}

/** The rows in their order: what the table shows, and what a file gets. */
export function inOrder<R>(columns: readonly SortColumn<R>[], rows: readonly R[], order: Order): R[] {
  return sorted(rows, columns.find(column => column.key === order.key)!.value, order.descending)
}

/** A table that every column sorts. It scrolls within its own box; the header of a row stays in sight. */
export function SortTable<R>({ name, columns, rows, rowKey, order, onOrder, asGiven = false, lead, tail }: SortTableProps<R>) {
  return (
    <div class="scroll-x sort-box" tabIndex={0} role="region" aria-label={name} onKeyDown={walk}>
      <table class="table sort-table">
        <caption class="hidden-text">{name}</caption>
        <thead>
          <tr>
            {lead !== undefined && <td class="sort-lead"><span class="hidden-text">{lead.title}</span></td>}
            {columns.map(column => <Head key={column.key} column={column} order={order} onOrder={onOrder} />)}
            {tail !== undefined && <td><span class="hidden-text">{tail.title}</span></td>}
          </tr>
        </thead>
        <tbody>
          {(asGiven ? rows : inOrder(columns, rows, order)).map(row => (
            <tr key={rowKey(row)}>
              {lead !== undefined && <td class="sort-lead">{lead.cell(row)}</td>}
              {columns.map((column, place) => place === 0
                ? <th key={column.key} scope="row">{column.cell(row)}</th>
                : <td key={column.key} class={classOf(column)}>{column.cell(row)}</td>)}
              {tail !== undefined && <td class="number">{tail.cell(row)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function classOf({ number, wide }: { readonly number?: boolean; readonly wide?: boolean }): string {
  return `${number === true ? 'number' : ''} ${wide === true ? 'wide-column' : ''}`
}

function Head<R>({ column, order, onOrder }: { column: SortColumn<R>; order: Order; onOrder: (order: Order) => void }) {
  if (column.fixed === true) return <th scope="col" class={`sort-fixed ${column.number === true ? 'number' : ''}`} title={column.about}>{column.title}</th>
  const own = order.key === column.key
  const next = own ? !order.descending : column.number === true
  return (
    <th scope="col" class={classOf(column)} aria-sort={own ? (order.descending ? 'descending' : 'ascending') : undefined} title={column.about}>
      <button type="button" class={`sort-button ${own ? 'sort-own' : ''}`} onClick={() => onOrder({ key: column.key, descending: next })}>
        {column.head ?? column.title}{own && <Icon name={order.descending ? 'down' : 'up'} size={11} />}
      </button>
    </th>
  )
}

/** Saves what a `SortTable` shows. */
export function SaveSorted<R>({ name, columns, rows, order }: { name: string; columns: readonly SortColumn<R>[]; rows: readonly R[]; order: Order }) {
  return <SaveTable name={name} columns={columns.map(column => column.title)} rows={inOrder(columns, rows, order).map(row => columns.map(column => column.value(row)))} />
}
