import { useView, view } from './url'

/** A range of time as the address says it: `-24h` to `now`, or ISO 8601. */
export interface Range {
  readonly from: string
  readonly to: string
}

export const defaultRange: Range = { from: '-24h', to: 'now' }

export const presets: readonly { readonly from: string; readonly name: string; readonly short: string }[] = [
  { from: '-15m', name: 'Last 15 minutes', short: '15 min' },
  { from: '-1h', name: 'Last hour', short: '1 h' },
  { from: '-6h', name: 'Last 6 hours', short: '6 h' },
  { from: '-24h', name: 'Last 24 hours', short: '24 h' },
  { from: '-7d', name: 'Last 7 days', short: '7 d' },
  { from: '-30d', name: 'Last 30 days', short: '30 d' },
]

export function rangeOf(params: URLSearchParams): Range {
  return { from: params.get('from') ?? defaultRange.from, to: params.get('to') ?? defaultRange.to }
}

export function useRange(): Range {
  return rangeOf(useView().params)
}

export function currentRange(): Range {
  return rangeOf(view.value.params)
}

const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 }

/** Milliseconds since 1970 of a moment as it stands in the address, or null if it cannot be read. */
export function momentMs(text: string, now: number): number | null {
  if (text === 'now') return now
  const relative = /^(?:now)?-(\d+)([smhdw])$/.exec(text)
  if (relative) return now - Number(relative[1]) * units[relative[2]!]! * 1000
  if (/^\d{10,}$/.test(text)) return Number(text)
  const parsed = Date.parse(text)
  return Number.isNaN(parsed) ? null : parsed
}

export function isMoving(range: Range): boolean {
  return range.to === 'now'
}

/** Length in ms, for choosing how times are written; a day if it cannot be read. */
export function lengthMs(range: Range): number {
  const now = Date.now()
  const from = momentMs(range.from, now)
  const to = momentMs(range.to, now)
  return from === null || to === null ? 86_400_000 : to - from
}

export function isoOf(ms: number): string {
  const text = new Date(ms).toISOString()
  return text.endsWith('.000Z') ? `${text.slice(0, -5)}Z` : text
}
