import { isFilterable } from '../../filter/terms'
import { filterBy } from '../../filter/use'
import { Icon } from '../../parts/Icon'
import { isColumn } from './signals'

interface FieldSignsProps {
  readonly name: string
  readonly value: string
  readonly columns: readonly string[]
  readonly onColumn: (name: string) => void
}

// A filter has at most 4,096 characters.
const filterMost = 2000

/** What can be done with the value of a field: only those, all but those, and the field as a column. */
export function FieldSigns({ name, value, columns, onColumn }: FieldSignsProps) {
  const filters = isFilterable(name) && value.length <= filterMost
  return (
    <span class="row-signs">
      {filters && <button type="button" class="quiet" aria-label={`Filter by ${name}`} title="Only rows with this value" onClick={() => filterBy(name, value)}><Icon name="plus" size={13} /></button>}
      {filters && <button type="button" class="quiet" aria-label={`Exclude by ${name}`} title="Only rows without it" onClick={() => filterBy(name, value, true)}><Icon name="minus" size={13} /></button>}
      {isColumn(name) && <ColumnSign name={name} columns={columns} onColumn={onColumn} />}
    </span>
  )
}

export function ColumnSign({ name, columns, onColumn }: Omit<FieldSignsProps, 'value'>) {
  const on = columns.includes(name)
  return <button type="button" class="quiet" aria-pressed={on} aria-label={`${name} as a column`} title={on ? 'Take the column away' : 'Show as a column'} onClick={() => onColumn(name)}><Icon name="columns" size={13} /></button>
}
