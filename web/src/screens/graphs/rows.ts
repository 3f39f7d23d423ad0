import { keyOf, type Entry, type SeriesRow } from './ask'

/** A line of the list. All are equally high, so that only those in sight need to be in the document. */
export type ListRow =
  | { readonly kind: 'namespace'; readonly key: string; readonly namespace: string; readonly metrics: number }
  | { readonly kind: 'metric'; readonly key: string; readonly entry: Entry; readonly open: boolean; readonly named: boolean }
  | { readonly kind: 'set'; readonly key: string; readonly entry: Entry; readonly set: string; readonly series: number }
  | { readonly kind: 'series'; readonly key: string; readonly entry: Entry; readonly series: SeriesRow }
  | { readonly kind: 'note'; readonly key: string; readonly text: string }

export type ListSort = 'name' | 'activity'

/** The series of the metric that is open; null while they are on their way. */
export interface Opened {
  readonly key: string
  readonly series: readonly SeriesRow[] | null
  readonly cut: boolean
}

/** By name under their namespaces; by activity in one list, those with most points first. */
export function rowsOf(entries: readonly Entry[], sort: ListSort, open: Opened | null): ListRow[] {
  const rows: ListRow[] = []
  const metric = (entry: Entry, named: boolean) => {
    const key = keyOf(entry.namespace, entry.metric)
    const isOpen = open?.key === key
    rows.push({ kind: 'metric', key, entry, open: isOpen, named })
    if (isOpen) rows.push(...seriesRows(entry, open))
  }
  if (sort === 'activity') {
    for (const entry of [...entries].sort((one, other) => other.points - one.points)) metric(entry, true)
    return rows
  }
  for (const [namespace, own] of byNamespace(entries)) {
    rows.push({ kind: 'namespace', key: `${namespace}\n`, namespace, metrics: own.length })
    for (const entry of own) metric(entry, false)
  }
  return rows
}

function seriesRows(entry: Entry, { key, series, cut }: Opened): ListRow[] {
  if (series === null) return [{ kind: 'note', key: `${key}\nloading`, text: 'Looking for its series …' }]
  const sizes = new Map<string, number>()
  for (const one of series) sizes.set(one.set, (sizes.get(one.set) ?? 0) + 1)
  const rows: ListRow[] = []
  series.forEach((one, place) => {
    if (one.set !== series[place - 1]?.set) rows.push({ kind: 'set', key: `${key}\nset ${one.set}`, entry, set: one.set, series: sizes.get(one.set)! })
    rows.push({ kind: 'series', key: `${key}\n${one.series}`, entry, series: one })
  })
  return cut ? [...rows, { kind: 'note', key: `${key}\ncut`, text: `The ${series.length} series with most points; filter to see others` }] : rows
}

function byNamespace(entries: readonly Entry[]): [string, Entry[]][] {
  const groups = new Map<string, Entry[]>()
  for (const entry of entries) {
    const own = groups.get(entry.namespace)
    if (own === undefined) groups.set(entry.namespace, [entry])
    else own.push(entry)
  }
  const order = (one: string, other: string) => one.localeCompare(other, 'en', { sensitivity: 'base', numeric: true })
  return [...groups].sort(([one], [other]) => order(one, other)).map(([name, own]) => [name, own.sort((one, other) => order(one.metric, other.metric))])
}
