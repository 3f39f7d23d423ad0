import { type Answer, query } from '../../api/client'
import { qualifiers } from '../../api/status'
import { type Asked, useAsked } from '../../api/use'
import { NoRows } from '../../parts/NoRows'
import { Tiles } from '../../parts/Tiles'
import { useStore } from '../../state/store'
import { useView } from '../../state/url'
import { reachesBefore } from '../../api/before'
import { Charts } from './Charts'
import { figures, slow } from './figures'
import { questionOf, scopeOf } from '../../api/scope'
import { askTotals, totalsKey } from './ask'
import { Tops } from './Tops'
import './traffic.css'

/** What is asked of the site as a whole: how much, how well, by whom. */
export function Traffic() {
  const scope = scopeOf(useView().params)
  const totals = useAsked(totalsKey(scope), signal => askTotals(scope, signal))
  // In the order in which one looks: a question that is asked later makes none of these late.
  const after = (asked: Asked<Answer>, name: string) => (asked.data !== null && !asked.stale) || asked.error !== null ? `${name} ${scope.key}` : null
  const slower = useAsked(after(totals, 'slower totals'), signal => query({ ...questionOf(scope), measures: slow, compare: true }, signal))
  const series = useAsked(after(totals, 'series'), signal => query({ ...questionOf(scope), measures: Charts.measures, by: ['time'], compare: scope.compare }, signal))
  const oldest = useStore(qualifiers)?.store.oldestRow
  const comparable = totals.data !== null && reachesBefore(totals.data.meta, oldest)
  const nothing = totals.data !== null && !totals.stale && isNothing(totals.data)
  return (
    <div class="traffic">
      <Tiles figures={figures} totals={totals} slower={slower} series={series} comparable={comparable} />
      {nothing ? <section class="panel"><NoRows /></section> : (
        <>
          <Charts series={series} scope={scope} oldest={comparable ? null : oldest ?? null} />
          <Tops scope={scope} comparable={comparable} wait={after(series, '') === null} total={totals.data === null ? 0 : Number(totals.data.rows[0]?.[0] ?? 0)} />
        </>
      )}
    </div>
  )
}

function isNothing(totals: Answer): boolean {
  return Number(totals.rows[0]?.[0] ?? 0) === 0
}
