import { useEffect, useRef, useState } from 'preact/hooks'
import { useAsked } from '../../api/use'
import { askSeriesSparks, askSparks, type Entry, type GraphScope, keyOf, type Sparks } from './ask'
import type { ListRow } from './rows'

const none: Sparks = new Map()

/** The courses of the rows in sight: one question for the metrics and one for the series of the one that is open, once scrolling has come to rest. */
export function useSparks(scope: GraphScope, find: string, shown: readonly ListRow[], wait: boolean): { readonly metrics: Sparks; readonly series: Sparks } {
  const entries = useRested(shown.flatMap(row => row.kind === 'metric' ? [row.entry] : []), entry => keyOf(entry.namespace, entry.metric))
  const series = useRested(shown.flatMap(row => row.kind === 'series' ? [row] : []), row => row.key)
  const open: Entry | undefined = series[0]?.entry
  const ofMetrics = useAsked(wait || entries.length === 0 ? null : `sparks ${find} ${scope.key} ${entries.map(entry => keyOf(entry.namespace, entry.metric)).join()}`, signal => askSparks(scope, find, entries, signal))
  const ofSeries = useAsked(wait || open === undefined ? null : `series sparks ${find} ${scope.key} ${series.map(row => row.key).join()}`, signal =>
    askSeriesSparks(scope, find, open!, series.map(row => row.series.series), signal))
  return { metrics: useKept(ofMetrics.data, scope.key), series: useKept(ofSeries.data, `${scope.key} ${open === undefined ? '' : keyOf(open.namespace, open.metric)}`) }
}

/** A list once it has been the same for a moment; at once while there is none. */
function useRested<T>(list: readonly T[], keyOfItem: (item: T) => string): readonly T[] {
  const [rested, setRested] = useState(list)
  const key = list.map(keyOfItem).join()
  useEffect(() => {
    if (rested.length === 0) return setRested(list)
    const timer = setTimeout(() => setRested(list), 150)
    return () => clearTimeout(timer)
  }, [key])
  return rested
}

/** What came for rows that are out of sight is kept for when they come back, as long as it is the same question. */
function useKept(data: Sparks | null, of: string): Sparks {
  const kept = useRef<{ of: string; seen: Sparks | null; all: Sparks }>({ of, seen: null, all: none })
  if (kept.current.of !== of) kept.current = { of, seen: data, all: none }
  else if (data !== null && kept.current.seen !== data) kept.current = { of, seen: data, all: new Map([...kept.current.all, ...data]) }
  return kept.current.all
}
