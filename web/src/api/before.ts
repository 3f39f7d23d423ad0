import type { Meta } from './client'

/** How much of the period before may lack data until a change says nothing any more. */
const lack = 0.02

/**
 * Whether what is stored reaches back over the period before an answer's range. Where it does not, everything is many times more than
 * before, and nothing is meant by it. `oldest` is the oldest stored row; null if there is none in files yet, undefined if nobody said.
 */
export function reachesBefore({ from, to }: Pick<Meta, 'from' | 'to'>, oldest: string | null | undefined): boolean {
  if (oldest === null || oldest === undefined) return false
  const [start, end] = [Date.parse(from), Date.parse(to)]
  return Date.parse(oldest) <= start - (end - start) * (1 - lack)
}
