import { fromWall, toWall } from '../../format/times'

const dayMs = 86_400_000

/** A week of seven whole days in a zone. */
export interface Week {
  /** The first and the last day, as 2026-11-21. */
  readonly first: string
  readonly last: string
  /** In ms; the end is not part of it. */
  readonly from: number
  readonly to: number
}

/** The week that ends with a day; without one, or with one that cannot be read or lies ahead, the seven days before today. */
export function weekOf(last: string | null, zone: string, now: number): Week {
  const yesterday = shifted(toWall(now, zone).slice(0, 10), -1)
  const end = last !== null && isDay(last) && last <= yesterday ? last : yesterday
  const first = shifted(end, -6)
  return { first, last: end, from: startOf(first, zone), to: startOf(shifted(end, 1), zone) }
}

/** A day so many days later. */
export function shifted(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10)
}

function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`))
}

// A day whose midnight the clock skips begins when the clock goes on.
function startOf(day: string, zone: string): number {
  return fromWall(`${day}T00:00`, zone) ?? Date.parse(`${day}T00:00:00Z`)
}
