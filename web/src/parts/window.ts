/*
 * Which rows of a long list are in the document. What is above and below them becomes empty height. Where all rows are equally high it is arithmetic;
 * where they are not, each has the height that it was measured with, or one that was guessed until then.
 */

/** The places of rows above each other, in pixels. */
export interface Lines {
  readonly count: number
  /** Where a row begins; of `count` where the last one ends. */
  readonly topOf: (row: number) => number
  /** The row at a height; the first or last for what is outside. */
  readonly rowAt: (top: number) => number
}

export function even(count: number, rowHeight: number): Lines {
  return {
    count,
    topOf: row => row * rowHeight,
    rowAt: top => Math.min(Math.max(0, Math.floor(top / rowHeight)), Math.max(0, count - 1)),
  }
}

export function uneven(heights: readonly number[]): Lines {
  const tops = new Float64Array(heights.length + 1)
  heights.forEach((height, row) => { tops[row + 1] = tops[row]! + height })
  return { count: heights.length, topOf: row => tops[Math.min(row, heights.length)]!, rowAt: top => lastNotAfter(tops, top, heights.length) }
}

function lastNotAfter(tops: Float64Array, top: number, count: number): number {
  let [low, high] = [0, Math.max(0, count - 1)]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (tops[middle]! <= top) low = middle
    else high = middle - 1
  }
  return low
}

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

export function windowOf(scrollTop: number, height: number, lines: Lines): Window {
  const top = Math.max(0, lines.rowAt(scrollTop) - spare)
  const first = Math.min(Math.floor(top / step) * step, Math.max(0, lines.count - 1))
  const end = lines.rowAt(scrollTop + height) + 1 + spare
  const last = Math.min(lines.count, Math.ceil(end / step) * step)
  return { first, last, before: lines.topOf(first), after: lines.topOf(lines.count) - lines.topOf(last) }
}

export function sameWindow(one: Window, other: Window): boolean {
  return one.first === other.first && one.last === other.last && one.after === other.after
}

/** Where to scroll so that a row is in sight under a sticky head of `head` pixels; the same place if it is already. */
export function scrollTo(row: number, scrollTop: number, height: number, lines: Lines, head: number): number {
  const top = lines.topOf(row)
  if (top < scrollTop) return top
  const bottom = lines.topOf(row + 1) + head
  // Of a row that is higher than the window the beginning is shown.
  return bottom > scrollTop + height ? Math.min(top, bottom - height) : scrollTop
}

/** Where to scroll so that a row is in the middle. */
export function scrollMiddle(row: number, height: number, lines: Lines, head: number): number {
  const top = lines.topOf(row)
  return Math.max(0, top - Math.max(0, (height - head - (lines.topOf(row + 1) - top)) / 2))
}
