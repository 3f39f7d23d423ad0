import { change } from '../format/numbers'

/** How a count changed against the period before; nothing where that says nothing. */
export function Delta({ value, isNew = false }: { value: number | null; isNew?: boolean }) {
  if (isNew) return <span class="delta new">new</span>
  return value === null ? null : <span class="delta">{change(value)}</span>
}
