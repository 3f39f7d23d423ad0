import { columnOf, namedRows } from '../../api/answers'
import { query } from '../../api/client'
import { questionOf, scopeOf } from '../../api/scope'
import { qualifiers } from '../../api/status'
import { type Asked, useAsked } from '../../api/use'
import { both } from '../../filter/terms'
import { NoRows } from '../../parts/NoRows'
import { Tiles } from '../../parts/Tiles'
import { Link } from '../../shell/Link'
import { useStore } from '../../state/store'
import { useView } from '../../state/url'
import { reachesBefore } from '../../api/before'
import { AfterRead } from './AfterRead'
import { askTotals, everybody, totalsKey, visitsTest } from './ask'
import { BlindSpots } from './BlindSpots'
import { figures } from './figures'
import { Landings } from './Landings'
import { Products } from './Products'
import { landingsOf, productsOf } from './products'
import { productsShown, Visits } from './Visits'
import './referrals.css'

/** More pairs of a page and a product than anybody reads; fewer than an answer may hold. */
const pairsMost = 5000

/** People who arrive from AI products: how many, from which, where to. */
export function Referrals() {
  const scope = scopeOf(useView().params)
  const all = everybody(scope)
  const question = questionOf(scope)
  const where = both(scope.where, visitsTest)
  const totals = useAsked(totalsKey(scope), signal => askTotals(scope, signal))
  const after = (asked: Asked<unknown>, name: string) => (asked.data !== null && !asked.stale) || asked.error !== null ? `${name} ${scope.key}` : null
  const slower = useAsked(after(totals, 'arrivals'), signal => query({ ...questionOf(all), measures: ['ai_share_of_arrivals', 'entry_page_reads', 'reads_per_visit'], compare: true }, signal))
  const series = useAsked(after(totals, 'visits over time'), signal => query({ ...question, measures: all === scope ? [...figures.map(one => one.spark ?? one.measure)] : ['ai_visits'], by: ['time'], compare: scope.compare }, signal))
  const split = useAsked(after(series, 'visits by product'), signal => query({ ...question, where, measures: ['ai_visits'], by: ['time', 'ai_source'], limit: productsShown }, signal))
  const lists = useAsked(after(series, 'products'), async signal => {
    const asking = (by: string[], measures: string[], limit: number) => query({ ...question, where, by, measures, limit, order: '-ai_visits' }, signal)
    const [products, pairs, bases, operators] = await Promise.all([
      query({ ...question, where, by: ['ai_source', 'operator'], measures: ['ai_visits', 'ai_visitors'], compare: scope.compare }, signal),
      asking(['page', 'ai_source'], ['ai_visits'], pairsMost),
      asking(['ai_source', 'referral_basis'], ['ai_visits'], 1000),
      query({ ...questionOf(all), by: ['operator'], measures: ['ai_visits', 'reads_per_visit'], having: 'ai_visits>0', limit: 1000 }, signal),
    ])
    const found = namedRows(pairs)
    return { products: productsOf(namedRows(products), found, namedRows(bases), namedRows(operators)), landings: landingsOf(found) }
  })
  const oldest = useStore(qualifiers)?.store.oldestRow
  const comparable = totals.data !== null && reachesBefore(totals.data.meta, oldest)
  const nothing = totals.data !== null && !totals.stale && columnOf(totals.data, 'ai_visits')[0] === 0
  const part = <K extends 'products' | 'landings'>(name: K) => ({ ...lists, data: lists.data === null ? null : lists.data[name] })
  return (
    <div class="referrals">
      <Tiles figures={figures} totals={totals} slower={slower} series={series} comparable={comparable} />
      {all !== scope && <p class="qualifier">Share of arrivals, entry page reads and reads per visit are of all products: other arrivals, and agents that read, have none.</p>}
      {nothing ? <section class="panel"><NoRows title="Nobody came from an AI product in this range">Visits need the field <code>cs-referer</code>: <Link screen="health">Health</Link> shows what arrives.</NoRows></section> : (
        <>
          <Visits whole={series} split={split} scope={scope} comparable={comparable} />
          <Products asked={part('products')} arrivals={slower.data === null ? null : columnOf(slower.data, 'entry_page_reads')[0] ?? null} scope={scope} comparable={comparable} />
          <Landings asked={part('landings')} products={(lists.data?.products ?? []).map(one => one.name)} />
          <AfterRead scope={all} />
        </>
      )}
      <BlindSpots />
    </div>
  )
}
