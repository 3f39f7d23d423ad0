import { useMemo, useRef, useState } from 'preact/hooks'
import type { LogRow } from './identity'
import type { LogSignal } from './signals'
import { even, type Lines, uneven } from '../../parts/window'

/*
 * The heights of rows whose long texts are shown whole. A row is guessed until it was drawn once; then it is measured. When the guess was wrong, or rows
 * come above, what the reader looks at stays where it is.
 */

interface Asked {
  readonly signal: LogSignal
  readonly rows: readonly LogRow[]
  readonly rowHeight: number
  readonly wrap: boolean
  readonly marked?: string | null
}

export interface RowLines {
  readonly lines: Lines
  readonly isTall: (row: LogRow) => boolean
  /** Shows all of one row, or its first line again. */
  readonly fold: (row: LogRow) => void
  readonly foldedAll: boolean
  readonly measure: {
    /** Measures what is drawn. */
    readonly look: () => void
    /** The box is wider or narrower now. */
    readonly forget: () => void
  }
}

export function useLines({ signal, rows, rowHeight, wrap, marked }: Asked, box: { readonly current: HTMLElement | null }): RowLines {
  const measured = useRef(new Map<number, number>()).current
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set())
  const [round, setRound] = useState(0)
  const isTall = (row: LogRow) => wrap || open.has(row.id)
  const lines = useMemo(() => wrap || open.size > 0
    ? uneven(rows.map(row => isTall(row) ? measured.get(row.id) ?? guessOf(signal, row, rowHeight) : rowHeight))
    : even(rows.length, rowHeight), [rows, wrap, open, rowHeight, round])

  const before = useRef({ lines, rows, wrap })
  const look = () => {
    const element = box.current
    if (element === null) return
    const old = before.current
    if (old.lines !== lines) {
      before.current = { lines, rows, wrap }
      // Live rows and other searches begin at the top again, or are held: only here the reader stands within rows that grow.
      if (old.rows === rows || marked != null) keepPlace(element, old, lines, rows)
    }
    let changed = false
    for (const row of element.querySelectorAll<HTMLElement>('tr.tall')) {
      const [id, height] = [Number(row.dataset['id']), row.getBoundingClientRect().height]
      if (Math.abs((measured.get(id) ?? 0) - height) < 0.5) continue
      measured.set(id, height)
      changed = true
    }
    if (changed) setRound(count => count + 1)
  }

  const fold = useRef((row: LogRow) => setOpen(kept => {
    const next = new Set(kept)
    if (!next.delete(row.id)) next.add(row.id)
    return next
  })).current
  const forget = () => {
    if (measured.size === 0) return
    measured.clear()
    setRound(count => count + 1)
  }
  return { lines, isTall, fold, foldedAll: wrap, measure: { look, forget } }
}

// Of the rows that were there before the first in sight keeps its place.
function keepPlace(box: HTMLElement, old: { readonly lines: Lines; readonly rows: readonly LogRow[] }, lines: Lines, rows: readonly LogRow[]) {
  if (box.scrollTop === 0 && old.rows === rows) return
  const place = old.lines.rowAt(box.scrollTop)
  const row = old.rows[place]
  const now = row === undefined ? -1 : old.rows === rows ? place : rows.findIndex(one => one.key === row.key)
  if (now < 0) return
  const moved = lines.topOf(now) - old.lines.topOf(place)
  if (moved !== 0) box.scrollTop += moved
}

const guessed = 160
const lineHeight = 18

// Lists grow by pages: what was guessed for a row is not guessed again.
const guesses = new WeakMap<LogRow, number>()

// Close enough for the length of the scroll bar.
function guessOf(signal: LogSignal, row: LogRow, rowHeight: number): number {
  const known = guesses.get(row)
  if (known !== undefined) return Math.max(rowHeight, known)
  const text = String(row.values[signal.text] ?? '').slice(0, 4000)
  const lines = text.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / guessed)), 0)
  guesses.set(row, lines * lineHeight + 9)
  return Math.max(rowHeight, lines * lineHeight + 9)
}
