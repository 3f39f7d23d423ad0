import type { Value } from '../api/client'
import { filterBy } from '../filter/use'
import { change, compact, exact, percent } from '../format/numbers'
import { Empty } from './States'
import { Visible } from './Visible'

export interface TopRow {
  readonly value: string
  readonly count: number
  readonly change: number | null
  readonly isNew: boolean
  /** Something to say beside the count, such as an error rate. */
  readonly note?: string
}

/** The most frequent values of a field as bars. A click filters by one, with Alt or Shift it filters it out. */
export function TopList({ field, rows, total, rowName = text => text, empty = '(empty)' }: { field: string; rows: readonly TopRow[]; total: number; rowName?: (text: string) => string; empty?: string }) {
  if (rows.length === 0) return <Empty title="Nothing in this range" />
  const most = Math.max(...rows.map(row => row.count))
  return (
    <ol class="top-list">
      {rows.map(row => (
        <li key={row.value}>
          <button
            type="button" class="top-row" title={`${row.value === '' ? empty : row.value}\nClick to filter by it; Alt-click to leave it out`}
            onClick={event => filterBy(field, row.value, event.altKey || event.shiftKey)}>
            <svg class="top-fill" width="100%" height="100%" preserveAspectRatio="none" viewBox="0 0 100 1" aria-hidden="true"><rect width={(row.count / most) * 100} height="1" /></svg>
            <span class="top-name"><Visible text={rowName(row.value)} empty={empty} /></span>
            {row.note && <span class="top-note">{row.note}</span>}
            {row.isNew ? <span class="delta new">new</span> : row.change !== null && <span class="delta">{change(row.change)}</span>}
            <span class="top-share">{total > 0 ? percent(row.count / total) : ''}</span>
            <span class="top-count" title={exact(row.count)}>{compact(row.count)}</span>
          </button>
        </li>
      ))}
    </ol>
  )
}

export function text(value: Value | undefined): string {
  return value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
}
