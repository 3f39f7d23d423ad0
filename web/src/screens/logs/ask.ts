import { type Answer, ask, search } from '../../api/client'
import { testOf } from '../../filter/terms'
import { whereOf } from '../../filter/use'
import { isoOf, rangeOf } from '../../state/range'
import { zoneOf } from '../../state/zone'
import { type LogRow, readKey, rowsOf, type Values } from './identity'
import { type AroundScope, type LogSignal, withIdentity } from './signals'

/** What a page of rows answers. All texts, so that they go into an address as they are. */
export interface RowsAsk {
  readonly from: string
  readonly to: string
  readonly tz: string
  readonly where: string
  readonly order: 'time' | '-time'
  readonly columns: readonly string[]
}

/** What the screen asks with an address: newest first unless it says otherwise, and always while rows come in live. */
export function rowsAskOf(params: URLSearchParams, columns: readonly string[], signal: LogSignal): RowsAsk {
  const order = params.get('order') === 'time' && params.get('live') === null ? 'time' : '-time'
  return { ...rangeOf(params), tz: zoneOf(params), where: whereOf(params, signal.hosts), order, columns }
}

/** Names the question. */
export function rowsKey(signal: LogSignal, asked: RowsAsk): string {
  return JSON.stringify([signal.name, asked])
}

/** Rows are asked for in pages: a short first one, so that it is soon there, and longer ones while scrolling. */
export const firstPage = 200

export function askFirst(signal: LogSignal, asked: RowsAsk, abort?: AbortSignal): Promise<Page> {
  return askPage(signal, asked, firstPage, null, abort)
}

// So many of them are looked through for one row.
const pages = 6

export interface Page {
  readonly rows: readonly LogRow[]
  readonly cursor: string | null
  readonly from: string
  readonly to: string
}

export async function askPage(signal: LogSignal, asked: RowsAsk, limit: number, cursor: string | null, abort?: AbortSignal): Promise<Page> {
  const columns = withIdentity(signal, asked.columns)
  const answer = await ask<Answer>(`/api/rows?${search({ signal: signal.name, ...asked, columns, limit, cursor })}`, abort === undefined ? {} : { signal: abort })
  return { rows: rowsOf(answer.columns, answer.rows, signal), cursor: answer.meta.cursor ?? null, from: answer.meta.from, to: answer.meta.to }
}

/** A row by the key of a link, with all its columns; null if there is none (any more). */
export async function askRow(signal: LogSignal, key: string, abort: AbortSignal): Promise<Values | null> {
  const named = readKey(key)
  if (named === null) return null
  const where = named.id === null ? testOf(signal.id, null) : testOf(signal.id, named.id)
  // Rows without an id may be many at one time: messages that came without their envelope all have that of their delivery.
  let cursor: string | null = null
  for (let page = 0; page < pages; page++) {
    const path = `/api/rows?${search({ signal: signal.name, from: isoOf(named.ms), to: isoOf(named.ms + 1), where: signal.id === '' ? '' : where, limit: 1000, cursor })}`
    const answer: Answer = await ask<Answer>(path, { signal: abort })
    const found = rowsOf(answer.columns, answer.rows, signal).find(row => row.key === key)
    if (found !== undefined) return found.values
    cursor = answer.meta.cursor ?? null
    if (cursor === null) return null
  }
  return null
}

export interface Around {
  /** By time, the newest first, or the oldest where the signal reads as a file. */
  readonly rows: readonly LogRow[]
  /** There may be more on that side than was asked for. */
  readonly moreNewer: boolean
  readonly moreOlder: boolean
}

/** How many rows are wanted on each side. */
export interface AroundWish {
  readonly newer: number
  readonly older: number
}

const spans = [3_600_000, 86_400_000, 30 * 86_400_000]

/** The rows before and after one in time, whatever the filter; with `scope` only those that have its values there. Null if the row is gone. */
export async function askAround(signal: LogSignal, key: string, scope: AroundScope | null, columns: readonly string[], tz: string, wish: AroundWish, abort: AbortSignal): Promise<Around | null> {
  const row = await askRow(signal, key, abort)
  const ms = readKey(key)?.ms
  if (row === null || ms === undefined) return null
  const where = scope === null ? '' : [...scope.within, scope.field].map(field => testOf(field, row[field] as string | number | boolean | null)).join(' ')
  const side = (order: 'time' | '-time', span: number): RowsAsk => order === 'time'
    ? { from: isoOf(ms), to: isoOf(ms + span), tz, where, order, columns }
    : { from: isoOf(ms - span), to: isoOf(ms + 1), tz, where, order, columns }
  const [newer, older] = await Promise.all([
    askSide(signal, key, span => side('time', span), wish.newer, abort), askSide(signal, key, span => side('-time', span), wish.older, abort),
  ])
  const marked = newer.marked ?? older.marked
  const rows = [...newer.rows.reverse(), ...(marked ? [marked] : []), ...older.rows]
  return { rows: signal.asFile ? rows.reverse() : rows, moreNewer: newer.more, moreOlder: older.more }
}

interface Side {
  readonly rows: LogRow[]
  readonly marked: LogRow | null
  readonly more: boolean
}

// Asks further and further until there are enough rows on this side of the marked one.
async function askSide(signal: LogSignal, key: string, side: (span: number) => RowsAsk, wanted: number, abort: AbortSignal): Promise<Side> {
  let found: Side = { rows: [], marked: null, more: false }
  for (const span of spans) {
    found = await beyond(signal, key, side(span), wanted, abort)
    if (found.rows.length >= wanted) break
  }
  return found
}

// Logs that know seconds only have many rows at one time: the marked one may be pages away.
async function beyond(signal: LogSignal, key: string, asked: RowsAsk, wanted: number, abort: AbortSignal): Promise<Side> {
  let marked: LogRow | null = null
  const rows: LogRow[] = []
  let cursor: string | null = null
  for (let page = 0; page < pages; page++) {
    const answer: Page = await askPage(signal, asked, page === 0 ? Math.min(wanted + 50, 1000) : 1000, cursor, abort)
    for (const row of answer.rows) {
      if (marked !== null) rows.push(row)
      else if (row.key === key) marked = row
    }
    cursor = answer.cursor
    if (rows.length > wanted || cursor === null) break
  }
  return { rows: rows.slice(0, wanted), marked, more: rows.length > wanted || (rows.length === wanted && cursor !== null) }
}

/** The address of a file with exactly the rows of the screen. */
export function exportAddress(signal: LogSignal, format: 'csv' | 'ndjson', asked: RowsAsk): string {
  return `/api/export?${search({ format, signal: signal.name, ...asked })}`
}

export function tailAddress(signal: LogSignal, where: string, columns: readonly string[], after: string | null): string {
  return `/api/tail?${search({ signal: signal.name, where, columns: withIdentity(signal, columns), after })}`
}

