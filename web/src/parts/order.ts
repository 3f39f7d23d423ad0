import type { Cell } from './csv'

/** The order of a table as the address says it: a column, with `-` for the largest first. */
export interface Order {
  readonly key: string
  readonly descending: boolean
}

export function orderOf(text: string | null, keys: readonly string[], fallback: string): Order {
  const wanted = text !== null && keys.includes(text.replace(/^-/, '')) ? text : fallback
  return { key: wanted.replace(/^-/, ''), descending: wanted.startsWith('-') }
}

export function textOfOrder({ key, descending }: Order): string {
  return descending ? `-${key}` : key
}

/** Sorted by what `value` says. What is not known stands last, whichever way; equals stay as they were. */
export function sorted<R>(rows: readonly R[], value: (row: R) => Cell, descending: boolean): R[] {
  return [...rows].sort((one, other) => {
    const [a, b] = [value(one), value(other)]
    if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0)
    const difference = typeof a === 'string' || typeof b === 'string' ? String(a).localeCompare(String(b), 'en', { sensitivity: 'base', numeric: true }) : Number(a) - Number(b)
    return descending ? -difference : difference
  })
}
