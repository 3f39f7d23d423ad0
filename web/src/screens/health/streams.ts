import type { Answer } from '../../api/client'
import { countOf, figureOf, type Gap, rowsOf, streamName } from './model'

export interface Delay {
  readonly p50: number | null
  readonly p95: number | null
  readonly max: number | null
}

/** One line of the table of streams. */
export interface Stream {
  readonly arn: string
  readonly name: string
  /** When its last delivery arrived in ms, also if that was before the range. */
  readonly last: number | null
  readonly deliveries: number
  readonly rows: number
  readonly rejected: number
  readonly rejectRate: number | null
  readonly repeats: number
  /** Seconds from Firehose making a delivery to its arrival. */
  readonly delay: Delay
  /** Seconds from the line of the log to its arrival. */
  readonly line: Delay
  /** null until the gaps are known. */
  readonly gaps: number | null
}

export const sorts = {
  name: (stream: Stream) => stream.name,
  last: (stream: Stream) => stream.last,
  deliveries: (stream: Stream) => stream.deliveries,
  rows: (stream: Stream) => stream.rows,
  rejected: (stream: Stream) => stream.rejected,
  repeats: (stream: Stream) => stream.repeats,
  delay: (stream: Stream) => stream.delay.p95,
  line: (stream: Stream) => stream.line.p95,
  gaps: (stream: Stream) => stream.gaps,
} as const

export type Sort = keyof typeof sorts

/** Every stream of the last weeks: also one that delivered nothing in the range, which is what a person wants to see. */
export function streamsOf(known: Answer, range: Answer, lines: Answer | null, gaps: readonly Gap[] | null): Stream[] {
  const seen = new Map(rowsOf(known).map(row => [String(row['stream']), row]))
  const counts = new Map(rowsOf(range).map(row => [String(row['stream']), row]))
  const delays = new Map(rowsOf(lines).map(row => [String(row['stream']), row]))
  return [...new Set([...counts.keys(), ...seen.keys()])].map(arn => {
    const row = counts.get(arn) ?? {}
    const line = delays.get(arn) ?? {}
    const last = row['last_seen'] ?? seen.get(arn)?.['last_seen']
    return {
      arn, name: streamName(arn),
      last: last === null || last === undefined ? null : Date.parse(String(seen.get(arn)?.['last_seen'] ?? last)),
      deliveries: countOf(row['deliveries']), rows: countOf(row['rows']), rejected: countOf(row['rejected']), repeats: countOf(row['repeats']),
      rejectRate: figureOf(row['reject_rate']),
      delay: { p50: figureOf(row['delay_p50']), p95: figureOf(row['delay_p95']), max: figureOf(row['delay_max']) },
      line: { p50: figureOf(line['ingest_delay_p50']), p95: figureOf(line['ingest_delay_p95']), max: figureOf(line['ingest_delay_max']) },
      gaps: gaps === null ? null : gaps.filter(gap => gap.stream === arn).length,
    }
  })
}

/** By a column, `-` in front for the largest first. What is unknown comes last in both directions. */
export function sorted(streams: readonly Stream[], order: string): Stream[] {
  const { sort, down } = orderOf(order)
  return [...streams].sort((one, other) => {
    const [a, b] = [sorts[sort](one), sorts[sort](other)]
    if (a === null || b === null) return Number(a === null) - Number(b === null)
    const sign = a < b ? -1 : a > b ? 1 : 0
    return (down ? -sign : sign) || one.name.localeCompare(other.name)
  })
}

export function orderOf(order: string): { sort: Sort; down: boolean } {
  const name = order.replace(/^-/, '')
  return Object.hasOwn(sorts, name) ? { sort: name as Sort, down: order.startsWith('-') } : { sort: 'rows', down: true }
}

/** What a click on a column's head makes of an order: numbers begin with the largest, names with A. */
export function nextOrder(order: string, sort: Sort): string {
  const now = orderOf(order)
  if (now.sort === sort) return now.down ? sort : `-${sort}`
  return sort === 'name' ? sort : `-${sort}`
}

/** Rows of each stream in each bucket; buckets without a row are not in the answer and are 0. */
export function coursesOf(answer: Answer | null, times: readonly number[]): Map<string, number[]> {
  const places = new Map(times.map((time, place) => [time, place]))
  const courses = new Map<string, number[]>()
  for (const row of rowsOf(answer)) {
    const arn = String(row['stream'])
    const place = places.get(Date.parse(String(row['time'])))
    if (place === undefined) continue
    if (!courses.has(arn)) courses.set(arn, times.map(() => 0))
    courses.get(arn)![place] = countOf(row['rows'])
  }
  return courses
}
