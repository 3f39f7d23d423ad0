import { type Answer, ask, query } from '../../api/client'
import { qualifiers } from '../../api/status'
import { type Asked, useAsked } from '../../api/use'
import { Empty, Loading } from '../../parts/States'
import { Tiles } from '../../parts/Tiles'
import { useStore } from '../../state/store'
import { useView } from '../../state/url'
import { Link } from '../../shell/Link'
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
      {nothing ? <Nothing filtered={scope.where !== ''} /> : (
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

function Nothing({ filtered }: { filtered: boolean }) {
  const last = useAsked('ever', signal => ask<Answer>('/api/query', { method: 'POST', body: { from: '1970-01-01', to: 'now', measures: ['rows'] }, signal }))
  if (last.data === null) return <section class="panel"><Loading height={160} /></section>
  const rows = Number(last.data.rows[0]?.[0] ?? 0)
  return (
    <section class="panel">
      {rows === 0
        ? (
          <Empty title="No request has arrived yet">
            <p>Point an Amazon Data Firehose stream at this server, or import log files. <Link screen="setup">Setup</Link> shows how, step by step.</p>
          </Empty>
        )
        : (
          <Empty title="Nothing in this range">
            <p>{filtered ? <>No request passes the filter. <Link changes={{ q: null, host: null }}>Remove the filter</Link> or </> : 'Older requests are stored: '}<Link changes={{ from: '-30d', to: null }}>look at the last 30 days</Link>.</p>
          </Empty>
        )}
    </section>
  )
}
