import { type Cell, csvOf } from './csv'
import { Icon } from './Icon'

interface SaveTableProps {
  /** Of the file, without its ending. */
  readonly name: string
  readonly columns: readonly string[]
  /** What the table shows, in its order: numbers whole, times in ISO 8601. */
  readonly rows: readonly (readonly Cell[])[]
}

/** A button that saves what a table shows as CSV. */
export function SaveTable({ name, columns, rows }: SaveTableProps) {
  return (
    <button type="button" class="small" disabled={rows.length === 0} aria-label={`Save ${name} as CSV`} title="Save what the table shows" onClick={() => save(`${name}.csv`, csvOf(columns, rows))}>
      <Icon name="download" size={14} />CSV
    </button>
  )
}

function save(name: string, text: string) {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The browser has read it when the click is through, but some begin to only then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
