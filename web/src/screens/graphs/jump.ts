import { testOf, termsOf } from '../../filter/terms'
import { isoOf } from '../../state/range'
import type { Changes } from '../../state/url'
import type { Line } from './line'
import type { Series } from './series'

/*
 * From a point of the graph to what was logged then.
 */

export interface Jump {
  readonly text: string
  readonly changes: Changes
}

/** The most links that a read-out offers. */
const most = 3

/** Where the rows of a period are: the log group that a dimension names, requests for a metric of CloudFront, else all logs. */
export function jumpsOf(series: readonly Series[], lines: readonly Line[], q: string, from: number, to: number): Jump[] {
  const range = { from: isoOf(from), to: isoOf(to) }
  const found = new Map<string, Jump>()
  for (const one of series) {
    const line = lines[one.line]
    if (line === undefined) continue
    if (line.namespace === 'AWS/CloudFront') found.set('requests', { text: 'Requests', changes: { ...range, q: null, signal: null } })
    const group = logGroupOf(dimensionsOf(line, one, q))
    if (group !== null) found.set(group, { text: `Logs of ${group}`, changes: { ...range, q: testOf('log_group', group), signal: 'logs' } })
  }
  if (![...found.keys()].some(key => key !== 'requests')) found.set('logs', { text: 'Logs', changes: { ...range, q: null, signal: 'logs' } })
  return [...found.values()].slice(0, most)
}

/** What is known of a series' dimensions: by which it was chosen or split, and what the filter says. */
export function dimensionsOf(line: Line, { value }: Pick<Series, 'value'>, q: string): Map<string, string> {
  const known = new Map<string, string>()
  for (const term of termsOf(q)) {
    if (!term.negated && term.field !== null && !/[*<>=(,]/.test(term.rest)) known.set(term.field.replace(/^dimensions\./, ''), term.rest.replace(/^"(.*)"$/s, '$1').replace(/\\(["\\])/g, '$1'))
  }
  for (const [name, own] of pairsOf(line.series ?? '')) known.set(name, own)
  if (value !== null && line.by === 'series') for (const [name, own] of pairsOf(value)) known.set(name, own)
  if (value !== null && line.by.startsWith('dimensions.')) known.set(line.by.slice('dimensions.'.length), value)
  return known
}

// A value may hold ', ' itself: what follows is only a pair if it has a name.
function pairsOf(series: string): [string, string][] {
  return series.split(/, (?=[^,=]+=)/).flatMap(pair => {
    const sign = pair.indexOf('=')
    return sign <= 0 ? [] : [[pair.slice(0, sign), pair.slice(sign + 1)] as [string, string]]
  })
}

function logGroupOf(dimensions: ReadonlyMap<string, string>): string | null {
  const named = dimensions.get('LogGroupName')
  if (named) return named
  const lambda = dimensions.get('FunctionName')
  return lambda ? `/aws/lambda/${lambda}` : null
}
