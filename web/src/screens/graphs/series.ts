import { columnOf, rangeOf, timesOf } from '../../api/answers'
import type { Answer } from '../../api/client'
import { type Line, statName } from './line'
import { kindOf } from './units'

/** A series as it is drawn: with a value for each time, null where none was delivered. */
export interface Series {
  /** What it is called; no other has the same name. */
  readonly name: string
  /** The place of its line. */
  readonly line: number
  /** What it was split by has this value; null if it was not split. */
  readonly value: string | null
  readonly kind: string
  readonly colour: string
  /** Colours are few: after all of them had a turn, lines are dotted. */
  readonly dotted: boolean
  readonly values: readonly (number | null)[]
  readonly before: readonly (number | null)[] | null
}

/** Colours that differ from each other and from both grounds: those by which other screens tell classes apart. */
export const palette = [
  '--line-1', '--line-2', '--line-3', '--class-agent', '--class-coding', '--class-data-provider', '--class-search-engine', '--class-ads', '--class-other-bot', '--class-preview',
] as const

/** The starts of all periods: those of the answers, and between two of them what none has a point of. */
export function timeline(answers: readonly Answer[], stepMs: number): number[] {
  const known = [...new Set(answers.flatMap(timesOf))].sort((one, other) => one - other)
  const times: number[] = []
  for (const time of known) {
    // A day that the clock makes longer or shorter is no hole.
    for (let last = times[times.length - 1]; last !== undefined && time - last > 1.5 * stepMs; last = times[times.length - 1]) times.push(last + stepMs)
    times.push(time)
  }
  return times
}

/** The series of an answer by the value that it was split by; '' is the one of a line that was not. */
export function grouped(answer: Answer, by: string, measure: string, times: readonly number[]): Map<string, (number | null)[]> {
  const place = new Map(times.map((time, index) => [time, index]))
  const names = by === '' ? -1 : answer.columns.findIndex(column => column.name === by)
  // A period without a point has no value, also where a count would say 0.
  const points = columnOf(answer, measure.endsWith('_before') ? 'points_before' : 'points')
  const values = columnOf(answer, measure)
  const found = new Map<string, (number | null)[]>()
  timesOf(answer).forEach((time, row) => {
    const index = place.get(time)
    if (index === undefined) return
    const name = names < 0 ? '' : String(answer.rows[row]![names] ?? '')
    let one = found.get(name)
    if (one === undefined) found.set(name, (one = times.map(() => null)))
    if ((points[row] ?? 0) > 0) one[index] = values[row] ?? null
  })
  return found
}

/** Sums and counts of a period that the range cuts off, or that is not over, would look like a fall: their value is not known yet. */
export function whole(values: readonly (number | null)[], stat: string, times: readonly number[], stepMs: number, [from, to]: readonly [number, number]): readonly (number | null)[] {
  if (stat !== 'sum' && stat !== 'sample_count') return values
  return values.map((value, place) => times[place]! < from || times[place]! + stepMs > to ? null : value)
}

/** All series of the graph, in the order of its lines. Of a split line those with most over the whole range come first. */
export function seriesOf(lines: readonly Line[], answers: readonly (Answer | null)[], units: readonly string[], times: readonly number[], compare: boolean, stepMs: number): Series[] {
  const all: Series[] = []
  let next = 0
  lines.forEach((line, place) => {
    const answer = answers[place]
    if (answer == null) return
    const { name: kind, factor } = kindOf(line.stat === 'sample_count' ? 'Count' : units[place] ?? '')
    const scaled = (values: readonly (number | null)[] | undefined) => whole(values?.map(value => value === null ? null : value * factor) ?? times.map(() => null), line.stat, times, stepMs, rangeOf(answer))
    const before = compare ? grouped(answer, line.by, `${line.stat}_before`, times) : null
    const found = [...grouped(answer, line.by, line.stat, times)].map(([value, values]) => ({ value, values: scaled(values), before: before === null ? null : scaled(before.get(value)) }))
    if (line.by !== '') found.sort((one, other) => sizeOf(other.values) - sizeOf(one.values))
    found.forEach((one, index) => {
      const colour = line.colour === null ? next++ : line.colour + index
      all.push({
        name: nameOf(lines, place, line.by === '' ? null : one.value), line: place, value: line.by === '' ? null : one.value, kind,
        colour: palette[colour % palette.length]!, dotted: colour >= palette.length, values: one.values, before: one.before,
      })
    })
  })
  return distinct(all)
}

/** What a legend says of a series. */
export interface Summary {
  readonly min: number | null
  readonly max: number | null
  readonly avg: number | null
  readonly last: number | null
}

export function summaryOf(values: readonly (number | null)[]): Summary {
  const known = values.filter(value => value !== null)
  if (known.length === 0) return { min: null, max: null, avg: null, last: null }
  const least = known.reduce((one, other) => Math.min(one, other))
  const most = known.reduce((one, other) => Math.max(one, other))
  return { min: least, max: most, avg: sizeOf(known) / known.length, last: known[known.length - 1]! }
}

function sizeOf(values: readonly (number | null)[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
}

// As much as tells it from the other lines.
function nameOf(lines: readonly Line[], place: number, value: string | null): string {
  const line = lines[place]!
  const others = lines.filter((_, index) => index !== place)
  const namespace = others.some(one => one.metric === line.metric && one.namespace !== line.namespace) ? `${line.namespace} ` : ''
  const own = `${namespace}${line.metric} ${statName(line.stat)}${line.series === null ? '' : ` (${line.series || 'no dimensions'})`}`
  if (value === null) return own
  const text = value === '' ? '(none)' : value
  return others.length === 0 ? text : `${own}: ${text}`
}

function distinct(series: readonly Series[]): Series[] {
  const seen = new Map<string, number>()
  return series.map(one => {
    const count = (seen.get(one.name) ?? 0) + 1
    seen.set(one.name, count)
    return count === 1 ? one : { ...one, name: `${one.name} [${count}]` }
  })
}
