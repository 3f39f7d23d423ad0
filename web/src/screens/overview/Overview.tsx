import { type Answer, ask, query } from '../../api/client'
import { useAsked } from '../../api/use'
import { useWhere } from '../../filter/use'
import { Empty } from '../../parts/States'
import { useRange } from '../../state/range'
import { useParam } from '../../state/url'
import { useZone } from '../../state/zone'
import { Link } from '../../shell/Link'
import { Charts } from './Charts'
import { Tiles } from './Tiles'
import { Tops } from './Tops'
import './overview.css'

/** The question that every panel of the overview shares. */
export interface Scope {
  readonly from: string
  readonly to: string
  readonly where: string
  readonly tz: string
  readonly compare: boolean
  /** Names the question for `useAsked`. */
  readonly key: string
}

/** What is asked of the site as a whole: how much, how well, by whom. */
export function Overview() {
  const range = useRange()
  const where = useWhere()
  const tz = useZone()
  const compare = useParam('compare') !== null
  const scope: Scope = { ...range, where, tz, compare, key: `${range.from} ${range.to} ${tz} ${compare} ${where}` }
  const totals = useAsked(`totals ${scope.key}`, signal => query({ ...questionOf(scope), measures: Tiles.quick, compare: true }, signal))
  // The figures that answer in a glance come first; everything else would only make them later.
  const after = (name: string) => (totals.data !== null && !totals.stale) || totals.error !== null ? `${name} ${scope.key}` : null
  const slower = useAsked(after('slower totals'), signal => query({ ...questionOf(scope), measures: Tiles.slow, compare: true }, signal))
  const series = useAsked(after('series'), signal => query({ ...questionOf(scope), measures: Charts.measures, by: ['time'], compare }, signal))
  const nothing = totals.data !== null && !totals.stale && isNothing(totals.data)
  return (
    <div class="overview">
      {nothing && <Nothing filtered={where !== ''} />}
      <Tiles totals={totals} slower={slower} series={series} />
      <Charts series={series} scope={scope} />
      <Tops scope={scope} wait={after('') === null} total={totals.data === null ? 0 : Number(totals.data.rows[0]?.[0] ?? 0)} />
    </div>
  )
}

export function questionOf(scope: Scope) {
  const { from, to, where, tz } = scope
  return { from, to, tz, ...(where !== '' && { where }) }
}

function isNothing(totals: Answer): boolean {
  return Number(totals.rows[0]?.[0] ?? 0) === 0
}

function Nothing({ filtered }: { filtered: boolean }) {
  const last = useAsked('ever', signal => ask<Answer>('/api/query', { method: 'POST', body: { from: '1970-01-01', to: 'now', measures: ['rows'] }, signal }))
  if (last.data === null) return null
  const rows = Number(last.data.rows[0]?.[0] ?? 0)
  return rows === 0
    ? (
      <Empty title="No request has arrived yet">
        <p>Point an Amazon Data Firehose stream at this server, or import log files. <Link screen="setup">Setup</Link> shows how, step by step.</p>
      </Empty>
    )
    : (
      <Empty title="Nothing in this range">
        <p>{filtered ? <>No request passes the filter. <Link changes={{ q: null, host: null }}>Remove the filter</Link> or </> : 'Older requests are stored: '}<Link changes={{ from: '-30d', to: null }}>look at the last 30 days</Link>.</p>
      </Empty>
    )
}
