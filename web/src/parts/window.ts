/*
 * Which rows of a long list are in the document. All rows are equally high, so it is arithmetic: what is above and below becomes empty height.
 */

export interface Window {
  /** Rows from `first` to `last`, the latter excluded. */
  readonly first: number
  readonly last: number
  /** Empty height above and below, in pixels. */
  readonly before: number
  readonly after: number
}

/** Rows beyond the edge that are drawn already. */
const spare = 14

// The window moves in steps, so that most scroll events change nothing.
const step = 7

export function windowOf(scrollTop: number, height: number, rowHeight: number, count: number): Window {
  const top = Math.max(0, Math.floor(scrollTop / rowHeight) - spare)
  const first = Math.min(Math.floor(top / step) * step, Math.max(0, count - 1))
  const shown = Math.ceil(height / rowHeight) + 2 * spare + step
  const last = Math.min(count, first + shown)
  return { first: count === 0 ? 0 : first, last, before: first * rowHeight, after: (count - last) * rowHeight }
}

export function sameWindow(one: Window, other: Window): boolean {
  return one.first === other.first && one.last === other.last && one.after === other.after
}

/** Where to scroll so that a row is in sight under a sticky head of `head` pixels; the same place if it is already. */
export function scrollTo(row: number, scrollTop: number, height: number, rowHeight: number, head: number): number {
  const top = row * rowHeight
  if (top < scrollTop) return top
  const bottom = top + rowHeight + head
  return bottom > scrollTop + height ? bottom - height : scrollTop
}

/** Where to scroll so that a row is in the middle. */
export function scrollMiddle(row: number, height: number, rowHeight: number, head: number): number {
  return Math.max(0, row * rowHeight - (height - head - rowHeight) / 2)
}
