/*
 * What the graph shows, as text in the address: lines with ',' between them, each of them fields with ':' between, and '\' before a ',', ':'
 * or '\' that belongs to a name. Empty fields at the end are left out: AWS/Lambda:Duration:statistic.p99:dimensions.FunctionName
 */

export interface Line {
  readonly namespace: string
  readonly metric: string
  /** A measure: average, sum, minimum, maximum, sample_count, statistic.NAME. */
  readonly stat: string
  /** A field by which it is split into series; '' draws all of them as one. */
  readonly by: string
  /** The one series that is drawn, as `Name=value, Name=value`; null is all of them. */
  readonly series: string | null
  /** The names of the dimensions that its series have, 'A, B'; null is any. A metric counts once in each set of dimensions, so sets do not add up. */
  readonly set: string | null
  /** Its colour, as a place in the palette; null is the next one. */
  readonly colour: number | null
}

/** As many as a chart can show. */
export const linesMost = 12

export const commonStats: readonly { readonly stat: string; readonly name: string }[] = [
  { stat: 'average', name: 'Average' },
  { stat: 'sum', name: 'Sum' },
  { stat: 'minimum', name: 'Minimum' },
  { stat: 'maximum', name: 'Maximum' },
  { stat: 'sample_count', name: 'SampleCount' },
]

const delivered = 'statistic.'

export function statName(stat: string): string {
  return stat.startsWith(delivered) ? stat.slice(delivered.length) : commonStats.find(one => one.stat === stat)?.name ?? stat
}

export function isDelivered(stat: string): boolean {
  return stat.startsWith(delivered)
}

/** What says most of a metric: how many there were, or how large they are. */
export function usualStat(unit: string): string {
  return unit === 'Count' ? 'sum' : 'average'
}

export function readLines(text: string | null): Line[] {
  if (text === null || text === '') return []
  return cut(text, ',').map(lineOf).filter(line => line !== null).slice(0, linesMost)
}

export function writeLines(lines: readonly Line[]): string {
  return lines.map(line => {
    const fields = [line.namespace, line.metric, line.stat, line.by, line.series === null ? '' : `=${line.series}`, line.set === null ? '' : `=${line.set}`, line.colour === null ? '' : String(line.colour)]
    while (fields[fields.length - 1] === '') fields.pop()
    return fields.map(field => field.replace(/[\\,:]/g, '\\$&')).join(':')
  }).join(',')
}

/** What of the list a line draws, whatever its statistic. */
export type Target = Pick<Line, 'namespace' | 'metric' | 'series' | 'set'>

/** Whether a line draws a metric; with a set or a series, whether it draws that. */
export function isOf(line: Line, { namespace, metric, series, set }: Target): boolean {
  return line.namespace === namespace && line.metric === metric && (series === null ? line.series === null && (set === null || line.set === set) : line.series === series)
}

function lineOf(text: string): Line | null {
  const [namespace = '', metric = '', stat = '', by = '', series = '', set = '', colour = ''] = cut(text, ':').map(field => field.replace(/\\(.)/gs, '$1'))
  if (metric === '') return null
  const known = commonStats.some(one => one.stat === stat) || (isDelivered(stat) && stat.length > delivered.length)
  return { namespace, metric, stat: known ? stat : 'average', by, series: chosenOf(series), set: chosenOf(set), colour: /^\d$/.test(colour) ? Number(colour) : null }
}

function chosenOf(field: string): string | null {
  return field.startsWith('=') ? field.slice(1) : null
}

// At a sign that no '\' stands before.
function cut(text: string, sign: string): string[] {
  const parts: string[] = []
  let start = 0
  for (let place = 0; place < text.length; place++) {
    if (text[place] === '\\') place++
    else if (text[place] === sign) {
      parts.push(text.slice(start, place))
      start = place + 1
    }
  }
  return [...parts, text.slice(start)]
}
