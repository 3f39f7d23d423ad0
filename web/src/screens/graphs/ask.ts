import { momentIn, type Named, namedRows, numberIn, numberOf, timesOf } from '../../api/answers'
import { type Answer, ask, query, search } from '../../api/client'
import { both, quoted, testOf } from '../../filter/terms'
import { lengthMs, rangeOf } from '../../state/range'
import { zoneOf } from '../../state/zone'
import { type Line, usualStat } from './line'
import { lengths, sparkInterval } from './period'

/* What the screen asks. The first question, the list, is asked before the code of the screen is there. */

export interface GraphScope {
  readonly from: string
  readonly to: string
  readonly tz: string
  readonly where: string
  readonly compare: boolean
  readonly key: string
}

/** A host is one of requests, so it does not count here. */
export function graphScopeOf(params: URLSearchParams): GraphScope {
  const { from, to } = rangeOf(params)
  const [tz, where, compare] = [zoneOf(params), params.get('q') ?? '', params.get('compare') !== null]
  return { from, to, tz, where, compare, key: `${from} ${to} ${tz} ${where}` }
}

function question({ from, to, tz }: GraphScope, where: string) {
  return { signal: 'metrics', from, to, tz, ...(where !== '' && { where }) }
}

/** A metric of the list. */
export interface Entry {
  readonly namespace: string
  readonly metric: string
  /** '' if its series have several. */
  readonly unit: string
  readonly points: number
  readonly series: number
  /** The sets of dimensions that its series have, as `A, B`: the smallest first. */
  readonly sets: readonly string[]
  readonly lastSeen: number | null
}

export interface Listing {
  readonly entries: readonly Entry[]
  /** There are more than a list can hold. */
  readonly cut: boolean
}

const entriesMost = 10_000

/** Words are looked for in namespaces, metrics, dimensions and their values, as the filter's free text is. */
export function finding(find: string): string {
  return find.split(/\s+/).filter(word => word !== '').slice(0, 8).map(word => `"${word.replace(/[\\"]/g, '\\$&')}"`).join(' ')
}

export function listKey(scope: GraphScope, find: string): string {
  return `metrics ${find} ${scope.key}`
}

export async function askList(scope: GraphScope, find: string, signal?: AbortSignal): Promise<Listing> {
  const answer = await query({
    ...question(scope, both(scope.where, finding(find))), measures: ['points', 'series', 'last_seen'], by: ['namespace', 'metric', 'unit', 'dimension_names'], order: 'namespace,metric,-points', limit: entriesMost,
  }, signal)
  return { entries: entriesOf(namedRows(answer)), cut: answer.rows.length >= entriesMost }
}

/** One entry a metric, whatever its sets of dimensions; where it comes in several units, that of most points. */
export function entriesOf(rows: readonly Named[]): Entry[] {
  const entries = new Map<string, Entry>()
  for (const row of rows) {
    const [namespace, metric] = [String(row['namespace'] ?? ''), String(row['metric'] ?? '')]
    const key = keyOf(namespace, metric)
    const [own, before] = [{ namespace, metric, unit: String(row['unit'] ?? ''), points: numberIn(row, 'points'), series: numberIn(row, 'series'), sets: [String(row['dimension_names'] ?? '')], lastSeen: momentIn(row, 'last_seen') }, entries.get(key)]
    entries.set(key, before === undefined ? own : {
      ...before, points: before.points + own.points, series: before.series + own.series, sets: [...new Set([...before.sets, ...own.sets])].sort(bySize), lastSeen: Math.max(before.lastSeen ?? 0, own.lastSeen ?? 0), unit: before.points >= own.points ? before.unit : own.unit,
    })
  }
  return [...entries.values()]
}

function bySize(one: string, other: string): number {
  return namesOf(one).length - namesOf(other).length || one.localeCompare(other, 'en')
}

/** The names of a set. */
export function namesOf(set: string): string[] {
  return set === '' ? [] : set.split(', ')
}

export function keyOf(namespace: string, metric: string): string {
  return `${namespace}\n${metric}`
}

export function testsOf(namespace: string, metric: string, series: string | null = null): string {
  const exact = `${testOf('namespace', namespace)} ${testOf('metric', metric)}`
  return series === null ? exact : `${exact} ${testOf('series', series)}`
}

/** The filter is at most so long. */
const filterMost = 4000

/** As many values as a filter has room for. */
function oneOf(field: string, values: readonly string[], others: string): string {
  let room = Math.min(filterMost - others.length, 190 * 40)
  const fitting = [...new Set(values)].slice(0, 150).map(quoted).filter(value => (room -= value.length + 1) > 0)
  return fitting.length === 0 ? '' : `${field}:(${fitting.join(' ')})`
}

export type Sparks = ReadonlyMap<string, readonly (number | null)[]>

/** The courses of all metrics that are shown, with one question. */
export async function askSparks(scope: GraphScope, find: string, shown: readonly Entry[], signal?: AbortSignal): Promise<Sparks> {
  const where = both(scope.where, finding(find))
  const tests = oneOf('metric', shown.map(entry => entry.metric), where)
  const answer = await askCourse(scope, both(where, tests), ['namespace', 'metric'], 400, signal)
  const units = new Map(shown.map(entry => [keyOf(entry.namespace, entry.metric), entry.unit]))
  return coursesOf(answer, row => keyOf(String(row['namespace'] ?? ''), String(row['metric'] ?? '')), key => usualStat(units.get(key) ?? ''))
}

/** The courses of series of one metric that are shown. */
export async function askSeriesSparks(scope: GraphScope, find: string, { namespace, metric, unit }: Entry, shown: readonly string[], signal?: AbortSignal): Promise<Sparks> {
  const where = both(both(scope.where, finding(find)), testsOf(namespace, metric))
  const answer = await askCourse(scope, both(where, oneOf('series', shown, where)), ['series'], 200, signal)
  return coursesOf(answer, row => String(row['series'] ?? ''), () => usualStat(unit))
}

function askCourse(scope: GraphScope, where: string, by: readonly string[], limit: number, signal?: AbortSignal): Promise<Answer> {
  return query({ ...question(scope, where), measures: ['sum', 'average', 'points'], by: [...by, `time:${sparkInterval(lengthMs(scope))}`], order: '-points', limit }, signal)
}

// A sum of a bucket that the range cuts off would look like a fall.
function isWhole({ meta }: Answer, time: number): boolean {
  return time >= Date.parse(meta.from) && time + lengths[sparkInterval(Date.parse(meta.to) - Date.parse(meta.from))] <= Date.parse(meta.to)
}

function coursesOf(answer: Answer, keyOfRow: (row: Named) => string, stat: (key: string) => string): Sparks {
  const times = [...new Set(timesOf(answer))].sort((one, other) => one - other)
  const place = new Map(times.map((time, index) => [time, index]))
  const courses = new Map<string, (number | null)[]>()
  for (const row of namedRows(answer)) {
    const key = keyOfRow(row)
    let course = courses.get(key)
    if (course === undefined) courses.set(key, (course = times.map(() => null)))
    const time = momentIn(row, 'time')!
    if (stat(key) !== 'sum' || isWhole(answer, time)) course[place.get(time)!] = numberOf(row[stat(key)])
  }
  return courses
}

export interface SeriesRow {
  readonly set: string
  readonly series: string
  readonly lastSeen: number | null
}

/** Of a metric with more series those with most points are listed. */
export const seriesMost = 5000

export async function askSeries(scope: GraphScope, find: string, { namespace, metric }: Entry, signal?: AbortSignal): Promise<readonly SeriesRow[]> {
  const where = both(both(scope.where, finding(find)), testsOf(namespace, metric))
  const answer = await query({ ...question(scope, where), measures: ['points', 'last_seen'], by: ['dimension_names', 'series'], limit: seriesMost }, signal)
  return namedRows(answer)
    .map(row => ({ set: String(row['dimension_names'] ?? ''), series: String(row['series'] ?? ''), lastSeen: momentIn(row, 'last_seen') }))
    .sort((one, other) => bySize(one.set, other.set) || one.series.localeCompare(other.series, 'en', { numeric: true }))
}

/** The newest point of each series, as far as it is among the newest points of the metric. */
export async function askLatest(scope: GraphScope, { namespace, metric, unit }: Entry, signal?: AbortSignal): Promise<ReadonlyMap<string, number>> {
  const where = both(scope.where, testsOf(namespace, metric))
  const answer = await ask<Answer>(`/api/rows?${search({ signal: 'metrics', from: scope.from, to: scope.to, where, columns: ['series', 'sum', 'count'], limit: 2000 })}`, signal === undefined ? {} : { signal })
  const latest = new Map<string, number>()
  for (const row of namedRows(answer)) {
    const series = String(row['series'] ?? '')
    if (!latest.has(series)) latest.set(series, usualStat(unit) === 'sum' ? numberIn(row, 'sum') : numberIn(row, 'sum') / (numberIn(row, 'count') || 1))
  }
  return latest
}

/** What is known of a line. */
export interface LineAnswer {
  readonly answer: Answer
  readonly unit: string
  readonly sets: readonly string[]
  /** How many series its split gives, of which the graph shows those with most. */
  readonly total: number
}

export function askGraph(scope: GraphScope, lines: readonly Line[], period: string, top: number, signal?: AbortSignal): Promise<readonly LineAnswer[]> {
  return Promise.all(lines.map(async line => {
    const [answer, facts] = await Promise.all([askLine(scope, line, period, top, signal), askFacts(scope, line, signal)])
    const shown = line.by === '' ? 1 : new Set(answer.rows.map(row => row[answer.columns.findIndex(column => column.name === line.by)])).size
    return { answer, ...facts, total: shown < top || line.by === '' ? shown : await askCount(scope, line, signal) }
  }))
}

/** The unit of most points, and the sets of dimensions that the metric has. */
async function askFacts(scope: GraphScope, { namespace, metric }: Line, signal?: AbortSignal): Promise<{ readonly unit: string; readonly sets: readonly string[] }> {
  const rows = namedRows(await query({ ...question(scope, both(scope.where, testsOf(namespace, metric))), measures: ['points'], by: ['unit', 'dimension_names'], order: '-points', limit: 200 }, signal))
  return { unit: String(rows[0]?.['unit'] ?? ''), sets: [...new Set(rows.map(row => String(row['dimension_names'] ?? '')))].sort(bySize) }
}

function askLine(scope: GraphScope, line: Line, period: string, top: number, signal?: AbortSignal): Promise<Answer> {
  return query({
    ...question(scope, lineWhere(scope, line)), measures: [line.stat, 'points'], by: [...(line.by === '' ? [] : [line.by]), `time:${period}`],
    ...(line.by !== '' && { order: `-${line.stat}`, limit: top }), compare: scope.compare,
  }, signal)
}

const countMost = 10_000

/** How many series a split gives, of which the graph shows some. */
async function askCount(scope: GraphScope, line: Line, signal?: AbortSignal): Promise<number> {
  return (await query({ ...question(scope, lineWhere(scope, line)), measures: ['points'], by: [line.by], limit: countMost }, signal)).rows.length
}

export function lineWhere(scope: GraphScope, line: Line): string {
  const set = line.set === null || line.series !== null ? '' : testOf('dimension_names', line.set)
  return both(scope.where, both(testsOf(line.namespace, line.metric, line.series), set))
}

/** When anything at all came last; null if nothing ever did. */
export async function askEver(signal?: AbortSignal): Promise<{ readonly last: number | null }> {
  const answer = await query({ signal: 'metrics', from: '1970-01-01', to: 'now', measures: ['points', 'last_seen'] }, signal)
  const row = namedRows(answer)[0]
  return { last: row === undefined || numberIn(row, 'points') === 0 ? null : momentIn(row, 'last_seen') }
}
