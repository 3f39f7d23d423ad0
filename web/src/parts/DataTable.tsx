import type { ComponentChildren } from 'preact'
import { go, useParam } from '../state/url'
import { Icon } from './Icon'

/** A column of a table of figures. The first one names the row. */
export interface DataColumn<R> {
  readonly name: string
  readonly about?: string
  /** Words stand at the left, numbers at the right. */
  readonly isText?: boolean
  /** What the server orders by; without it nobody can. */
  readonly sort?: string
  /** What the screen shows, and as what it is saved. */
  readonly cell: (row: R) => ComponentChildren
  readonly value: (row: R) => string | number | null
}

interface DataTableProps<R> {
  readonly name: string
  readonly columns: readonly DataColumn<R>[]
  readonly rows: readonly R[]
  readonly keyOf: (row: R) => string
  readonly order: string
  readonly classOf?: (row: R) => string | undefined
}

/** Figures by rows, each a way to the rows of the log behind it. On a phone each row is a card. */
export function DataTable<R>({ name, columns, rows, keyOf, order, classOf }: DataTableProps<R>) {
  return (
    <div class="scroll-x" onKeyDown={walk}>
      <table class="table cards sheet">
        <caption class="hidden-text">{name}. Arrow keys go from figure to figure.</caption>
        <thead><tr>{columns.map(column => <Head key={column.name} column={column} order={order} />)}</tr></thead>
        <tbody>
          {rows.map(row => (
            <tr key={keyOf(row)} class={classOf?.(row)}>
              {columns.map((column, place) => place === 0
                ? <th scope="row" key={column.name}>{column.cell(row)}</th>
                : <td key={column.name} data-label={column.name} class={column.isText === true ? '' : 'number'}>{column.cell(row)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** What a table is ordered by: `sort` of the address if the table has such a column. */
export function useOrder<R>(columns: readonly DataColumn<R>[], usual: string): string {
  const asked = useParam('sort')
  return asked !== null && columns.some(column => column.sort === asked.replace('-', '')) ? asked : usual
}

/** The order after a click: words from A, numbers from the largest, then the other way round. */
export function nextOrder(order: string, { sort = '', isText }: Pick<DataColumn<never>, 'sort' | 'isText'>): string {
  const first = isText === true ? sort : `-${sort}`
  return order.split(',')[0] !== first ? first : isText === true ? `-${sort}` : sort
}

/** Columns of a table whose order is what it is about. */
export function unsorted<R>(columns: readonly DataColumn<R>[]): DataColumn<R>[] {
  return columns.map(({ sort: _, ...column }) => column)
}

function Head<R>({ column, order }: { column: DataColumn<R>; order: string }) {
  const first = order.split(',')[0]!
  const here = first.replace('-', '') === column.sort
  const down = first.startsWith('-')
  return (
    <th scope="col" class={column.isText === true ? '' : 'number'} title={column.about} aria-sort={here ? (down ? 'descending' : 'ascending') : undefined}>
      {column.sort === undefined ? column.name : (
        <button type="button" class="sort" onClick={() => go({ sort: nextOrder(order, column) }, { replace: true })}>
          {column.name}{here && <Icon name={down ? 'down' : 'up'} size={12} />}
        </button>
      )}
    </th>
  )
}

/** Cards have no heads to click. */
export function SortChoice<R>({ columns, order }: { columns: readonly DataColumn<R>[]; order: string }) {
  return (
    <select class="phone small" aria-label="Sort by" value={order.split(',')[0]} onChange={event => go({ sort: event.currentTarget.value }, { replace: true })}>
      {columns.map(column => column.sort !== undefined && <option key={column.sort} value={nextOrder('', column)}>By {column.name.toLowerCase()}</option>)}
    </select>
  )
}

const steps: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }

/** Arrow keys go from figure to figure: Tab stops at the names of the rows only, or it would stop some hundred times. */
export function walk(event: KeyboardEvent): void {
  const step = steps[event.key]
  const from = (event.target as Element).closest('td, th')
  const row = from?.parentElement
  if (step === undefined || !from || !row || event.altKey || event.ctrlKey || event.metaKey) return
  const rows = [...row.closest('table')!.rows]
  const target = (line: number, place: number): HTMLElement | null | undefined => {
    const cell = rows[line]?.cells[place]
    return cell && (cell.querySelector<HTMLElement>('a, button') ?? target(line + step[0], place + step[1]))
  }
  const next = target(rows.indexOf(row as HTMLTableRowElement) + step[0], [...row.children].indexOf(from) + step[1])
  event.preventDefault()
  next?.focus()
}
