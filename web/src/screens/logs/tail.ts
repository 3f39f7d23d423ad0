import type { LogRow } from './identity'

/*
 * Rows as they arrive, the newest first, in bounded memory. While they are held (paused, or the reader has scrolled down) they are counted and kept
 * aside, so that nothing moves under the eyes.
 */

export const tailMost = 5000

export interface Tail {
  readonly shown: readonly LogRow[]
  readonly held: readonly LogRow[]
  /** All that arrived while held, also those that no longer fit. */
  readonly heldCount: number
  readonly arrived: number
  /** Rows that the server left out because too many arrived in a second. */
  readonly skipped: number
  /** Whether older rows were dropped here to stay within memory. */
  readonly dropped: boolean
}

export const emptyTail: Tail = { shown: [], held: [], heldCount: 0, arrived: 0, skipped: 0, dropped: false }

/** Takes rows in the order of their arrival, the oldest first. */
export function arrive(tail: Tail, rows: readonly LogRow[], skipped: number, holding: boolean, most = tailMost): Tail {
  const newest = [...rows].reverse()
  const counted = { ...tail, arrived: tail.arrived + rows.length, skipped: tail.skipped + skipped }
  // What waits is older than what comes now: both go on top together.
  if (!holding) return onTop(counted, [...newest, ...tail.held], most)
  const held = [...newest, ...tail.held]
  return { ...counted, held: held.slice(0, most), heldCount: tail.heldCount + rows.length, dropped: tail.dropped || held.length > most }
}

/** Puts what was held on top. */
export function release(tail: Tail, most = tailMost): Tail {
  return onTop(tail, tail.held, most)
}

function onTop(tail: Tail, rows: readonly LogRow[], most: number): Tail {
  const shown = rows.length === 0 ? tail.shown : [...rows, ...tail.shown]
  return { ...tail, shown: shown.slice(0, most), held: [], heldCount: 0, dropped: tail.dropped || shown.length > most }
}

/** Live rows above those that were stored before; a row that is in both is shown once. */
export function above(live: readonly LogRow[], stored: readonly LogRow[], most = tailMost): readonly LogRow[] {
  if (live.length === 0) return stored
  if (stored.length === 0 || live.length >= most) return live.slice(0, most)
  const keys = new Set(live.map(row => row.key))
  return [...live, ...stored.filter(row => !keys.has(row.key))].slice(0, most)
}
