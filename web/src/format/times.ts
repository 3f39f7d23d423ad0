const formats = new Map<string, Intl.DateTimeFormat>()

type Shape = 'clock' | 'seconds' | 'millis' | 'day' | 'dayClock' | 'full' | 'fullMillis'

const day: Intl.DateTimeFormatOptions = { year: 'numeric', month: '2-digit', day: '2-digit' }
const minute: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
const shapes: Record<Shape, Intl.DateTimeFormatOptions> = {
  clock: minute,
  seconds: { ...minute, second: '2-digit' },
  millis: { ...minute, second: '2-digit', fractionalSecondDigits: 3 },
  day: { month: 'short', day: 'numeric' },
  dayClock: { month: 'short', day: 'numeric', ...minute },
  full: { ...day, ...minute, second: '2-digit' },
  fullMillis: { ...day, ...minute, second: '2-digit', fractionalSecondDigits: 3 },
}

/** A moment as the wall clock of a zone shows it. `full` shapes are 2026-11-27 18:20:31. */
export function at(ms: number, zone: string, shape: Shape): string {
  const name = `${zone} ${shape}`
  let format = formats.get(name)
  if (!format) formats.set(name, (format = new Intl.DateTimeFormat(shape.startsWith('full') ? 'sv-SE' : 'en-GB', { timeZone: zone, ...shapes[shape] })))
  const text = format.format(ms)
  // Swedish writes ISO 8601, but a comma before fractions.
  return shape === 'fullMillis' ? text.replace(',', '.') : text
}

/** How far a zone's clock is ahead of UTC at a moment, as in UTC+01:00. */
export function offsetOf(ms: number, zone: string): string {
  const part = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(ms).find(piece => piece.type === 'timeZoneName')
  const text = part?.value.replace('GMT', 'UTC') ?? 'UTC'
  return text === 'UTC+00:00' ? 'UTC' : text
}

/** Milliseconds since 1970 of a wall-clock text (2026-11-27T18:20 or …:31) in a zone, or null. A time that the clock skips moves on, one that it shows twice is the first. */
export function fromWall(text: string, zone: string): number | null {
  const utc = Date.parse(`${text.trim().replace(' ', 'T')}Z`)
  if (Number.isNaN(utc)) return null
  const guesses = [utc - wallShift(utc - 43_200_000, zone), utc - wallShift(utc + 43_200_000, zone)]
  const fitting = guesses.filter(guess => guess + wallShift(guess, zone) === utc)
  return fitting.length > 0 ? Math.min(...fitting) : guesses[0]!
}

/** The wall clock of a zone as 2026-11-27T18:20:31, for inputs. */
export function toWall(ms: number, zone: string): string {
  return at(ms, zone, 'full').replace(' ', 'T')
}

/** "12 s ago" and the like; the future counts as now. */
export function ago(ms: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - ms) / 1000))
  if (seconds < 5) return 'just now'
  if (seconds < 120) return `${seconds} s ago`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min ago`
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h ago` : `${Math.round(seconds / 86_400)} d ago`
}

/** The shape that tells the buckets of a range apart. */
export function bucketShape(rangeMs: number): Shape {
  return rangeMs <= 900_000 ? 'seconds' : rangeMs <= 86_400_000 ? 'clock' : rangeMs <= 14 * 86_400_000 ? 'dayClock' : 'day'
}

function wallShift(ms: number, zone: string): number {
  const whole = Math.floor(ms / 1000) * 1000
  return Date.parse(`${toWall(whole, zone)}Z`) - whole
}
