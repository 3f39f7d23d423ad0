import type { Value } from '../../api/client'

/*
 * A link to a row has to find it again: in another filter, after a restart, after compaction. The source's own id does, with the time that tells
 * the server where to look. A row without one is named by what stands in it; rows that agree in all of that say the same.
 */

export type Values = Readonly<Record<string, Value>>

export interface LogRow {
  /** Counts rows in the order in which the browser met them. */
  readonly id: number
  readonly key: string
  readonly ms: number
  readonly values: Values
}

export interface Names {
  readonly id: string
  readonly marks: readonly string[]
}

let met = 0

export function rowOf(values: Values, names: Names): LogRow {
  return { id: ++met, key: keyOf(values, names), ms: Date.parse(String(values['time'])), values }
}

/** An answer's arrays as rows. */
export function rowsOf(columns: readonly { readonly name: string }[], rows: readonly (readonly Value[])[], names: Names): LogRow[] {
  return rows.map(row => rowOf(Object.fromEntries(columns.map((column, place) => [column.name, row[place] ?? null])), names))
}

export function keyOf(values: Values, names: Names): string {
  const time = String(values['time'] ?? '')
  const id = values[names.id]
  if (typeof id === 'string' && id !== '') return `${time}~${id}`
  return `${time}~~${hash(JSON.stringify(names.marks.map(name => values[name] ?? null)))}`
}

/** The time and, if it has one, the id of the row that a key names; null if it is no key. */
export function readKey(key: string): { readonly ms: number; readonly id: string | null } | null {
  const at = key.indexOf('~')
  const ms = at < 0 ? NaN : Date.parse(key.slice(0, at))
  if (Number.isNaN(ms)) return null
  const id = key.slice(at + 1)
  return { ms, id: id.startsWith('~') || id === '' ? null : id }
}

// cyrb53: 53 bits are plenty among the rows of one millisecond.
function hash(text: string): string {
  let [high, low] = [0xdeadbeef, 0x41c6ce57]
  for (let place = 0; place < text.length; place++) {
    const code = text.charCodeAt(place)
    high = Math.imul(high ^ code, 2654435761)
    low = Math.imul(low ^ code, 1597334677)
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36)
}
