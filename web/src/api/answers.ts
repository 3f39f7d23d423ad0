import type { Answer, Value } from './client'

/** A column of an answer as numbers; empty if the answer has none of that name. */
export function columnOf(answer: Answer, name: string): (number | null)[] {
  const place = answer.columns.findIndex(column => column.name === name)
  return place < 0 ? [] : answer.rows.map(row => numberOf(row[place]))
}

/** The starts of the buckets in ms. */
export function timesOf(answer: Answer): number[] {
  const place = answer.columns.findIndex(column => column.name === 'time')
  return place < 0 ? [] : answer.rows.map(row => Date.parse(String(row[place])))
}

export function rangeOf(answer: Answer): [number, number] {
  return [Date.parse(answer.meta.from), Date.parse(answer.meta.to)]
}

/** Without the first bucket if the range begins within it, and the last if it is still filling: a part of a bucket would look like a fall. */
export function wholeBuckets<T>(answer: Answer, values: readonly T[]): readonly T[] {
  const [from, to] = rangeOf(answer)
  const first = timesOf(answer)[0]
  return values.slice(first !== undefined && first < from ? 1 : 0, to > Date.now() - 120_000 ? -1 : undefined)
}

/** A row of an answer by the names of its columns. */
export type Named = Readonly<Record<string, Value | undefined>>

export function namedRows(answer: Answer): Named[] {
  return answer.rows.map(row => Object.fromEntries(answer.columns.map((column, place) => [column.name, row[place]])))
}

/** A number of a named row; what is not there is none. */
export function numberIn(row: Named, name: string): number {
  return numberOf(row[name]) ?? 0
}

/** A moment of a named row in ms. */
export function momentIn(row: Named, name: string): number | null {
  const value = row[name]
  return typeof value === 'string' ? Date.parse(value) : null
}

/** A value as a number; null if it is none. */
export function numberOf(value: unknown): number | null {
  // Integers beyond 2^53 come as text.
  return typeof value === 'number' ? value : typeof value === 'string' && value !== '' && Number.isFinite(Number(value)) ? Number(value) : null
}
