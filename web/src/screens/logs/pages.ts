import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { taken } from '../../api/early'
import { tick } from '../../state/refresh'
import { useStore } from '../../state/store'
import { askFirst, askPage, type Page, type RowsAsk, rowsKey } from './ask'
import type { LogRow } from './identity'
import type { LogSignal } from './signals'

const nextPage = 500

/** Who has scrolled through so many rows wants a filter or a file. */
export const rowsMost = 20_000

export interface Pages {
  readonly rows: readonly LogRow[]
  /** The range that the first page answered, which all others keep. */
  readonly range: { readonly from: string; readonly to: string } | null
  readonly error: Error | null
  readonly loading: 'first' | 'more' | null
  /** The rows answer an earlier question than the one on the screen. */
  readonly stale: boolean
  /** No row follows the last one, or no more are kept. */
  readonly end: 'last' | 'full' | null
  /** Rows that came since, while the reader was further down. */
  readonly newer: number
  readonly more: () => void
  readonly showNewer: () => void
  readonly reload: () => void
}

interface Kept {
  readonly key: string | null
  readonly page: Page | null
  readonly rows: readonly LogRow[]
  readonly cursor: string | null
  readonly error: Error | null
  readonly loading: 'first' | 'more' | null
  readonly waiting: Page | null
}

const nothing: Kept = { key: null, page: null, rows: [], cursor: null, error: null, loading: 'first', waiting: null }

interface Options {
  /** The reader has scrolled down: what is on the screen must not move. */
  readonly pinned: { readonly current: boolean }
  /** The refresh clock does not ask again: rows come another way. */
  readonly still: boolean
}

export function usePages(signal: LogSignal, asked: RowsAsk, { pinned, still }: Options): Pages {
  const ticks = useStore(tick)
  const [kept, setKept] = useState<Kept>(nothing)
  const first = useRef<{ key: string; abort: AbortController } | null>(null)
  const next = useRef<AbortController | null>(null)
  const key = rowsKey(signal, asked)

  const load = () => {
    // A clock that is faster than the answers must not keep them from ever arriving.
    if (first.current?.key === key) return
    first.current?.abort.abort()
    const own = { key, abort: new AbortController() }
    first.current = own
    setKept(before => before.loading === null ? { ...before, loading: 'first' } : before)
    const end = (change: (before: Kept) => Kept) => {
      if (first.current !== own) return
      first.current = null
      setKept(change)
    }
    const answer = taken<Page>(key) ?? askFirst(signal, asked, own.abort.signal)
    answer.then(
      page => end(before => {
        const after = arrived(before, key, page, pinned.current)
        if (after.page === page) next.current?.abort()
        return after
      }),
      (error: Error) => end(before => ({ ...before, error, loading: null })))
  }

  useLayoutEffect(load, [key])
  useEffect(() => { if (ticks > 0 && !still) load() }, [ticks])
  useEffect(() => () => { first.current?.abort.abort(); next.current?.abort() }, [])

  const more = () => {
    const { page, cursor, rows } = kept
    if (page === null || cursor === null || kept.key !== key || kept.loading !== null || rows.length >= rowsMost) return
    const own = new AbortController()
    next.current = own
    setKept(before => ({ ...before, loading: 'more', error: null }))
    askPage(signal, { ...asked, from: page.from, to: page.to }, nextPage, cursor, own.signal).then(
      answer => setKept(before => before.cursor === cursor ? { ...before, rows: [...before.rows, ...answer.rows], cursor: answer.cursor, loading: null } : before),
      (error: Error) => setKept(before => own.signal.aborted ? before : { ...before, error, loading: null }))
  }

  return {
    rows: kept.rows,
    range: kept.page,
    error: kept.error,
    loading: kept.loading,
    stale: kept.key !== null && kept.key !== key,
    end: kept.page === null ? null : kept.cursor === null ? 'last' : kept.rows.length >= rowsMost ? 'full' : null,
    newer: kept.waiting === null ? 0 : newerIn(kept.waiting, kept.rows),
    more,
    showNewer: () => setKept(before => before.waiting === null ? before : shown(before, key, before.waiting)),
    reload: load,
  }
}

function arrived(before: Kept, key: string, page: Page, pinned: boolean): Kept {
  const same = before.key === key && before.rows.length > 0
  if (!same || !pinned) return shown(before, key, page)
  return { ...before, waiting: page, error: null, loading: before.loading === 'first' ? null : before.loading }
}

// Rows that were there keep their identity, and with it their place in the document and the focus.
function shown(before: Kept, key: string, page: Page): Kept {
  const known = new Map(before.key === key ? before.rows.map(row => [row.key, row]) : [])
  return { key, page, rows: page.rows.map(row => known.get(row.key) ?? row), cursor: page.cursor, error: null, loading: null, waiting: null }
}

function newerIn(page: Page, rows: readonly LogRow[]): number {
  const place = page.rows.findIndex(row => row.key === rows[0]?.key)
  return place < 0 ? page.rows.length : place
}
