import { type Answer, query } from '../../api/client'
import { useRules } from '../../api/rules'
import { questionOf } from '../../api/scope'
import { qualifiers } from '../../api/status'
import { type Asked, useAsked } from '../../api/use'
import { RulesNotice } from '../../parts/RulesNotice'
import { Tiles } from '../../parts/Tiles'
import { useStore } from '../../state/store'
import { useParam, useView } from '../../state/url'
import { reachesBefore } from '../../api/before'
import { AgentTable } from './AgentTable'
import { askTotals, narrowed, scopeOfAgents, totalsKey } from './ask'
import { listFigures, measuresOf } from './figures'
import { dimensionsOf, groupingOf, measures, testOfReach } from './groups'
import { Impostors } from './Impostors'
import { Nothing } from './Nothing'
import { ReadsChart } from './ReadsChart'
import { Unknown } from './Unknown'

/** Once an answer is there, or failed: what stands first is asked first. */
export function after(asked: Asked<unknown>, key: string): string | null {
  return (asked.data !== null && !asked.stale) || asked.error !== null ? key : null
}

export function AllAgents() {
  const scope = scopeOfAgents(useView().params)
  const grouping = groupingOf(useParam('by'))
  const all = useParam('all') !== null
  const reach = testOfReach(all)
  const reached = narrowed(scope, reach)
  const totals = useAsked(totalsKey(scope), signal => askTotals(scope, null, signal))
  const slower = useAsked(after(totals, `slower ${scope.key}`), signal => query({ ...questionOf(scope), measures: measuresOf(listFigures, true), compare: true }, signal))
  const series = useAsked(after(totals, `series ${scope.key}`), signal => query({ ...questionOf(scope), measures: listFigures.map(figure => figure.measure), by: ['time'] }, signal))
  const groups = useAsked(after(totals, `groups ${grouping} ${reached.key}`), signal =>
    query({ ...questionOf(reached), measures, by: dimensionsOf(grouping), order: '-requests', limit: 1000, compare: scope.compare }, signal))
  const rules = useRules(after(groups, '') !== null)
  const oldest = useStore(qualifiers)?.store.oldestRow
  const comparable = totals.data !== null && reachesBefore(totals.data.meta, oldest)
  const nothing = groups.data !== null && !groups.stale && isNothing(groups.data)
  const later = after(groups, scope.key) !== null
  return (
    <div class="agents">
      <RulesNotice meta={totals.data?.meta} />
      <Tiles figures={listFigures} totals={totals} slower={slower} series={series} comparable={comparable} />
      <ReadsChart scope={reached} series={series} rules={rules.data} grouping={grouping} wait={after(totals, '') === null} />
      {nothing ? <Nothing scope={scope} all={all} />
        : <AgentTable scope={scope} reach={reach} grouping={grouping} all={all} asked={groups} comparable={scope.compare && comparable} />}
      <Impostors scope={scope} rules={rules} wait={!later} />
      <Unknown scope={scope} wait={!later} />
    </div>
  )
}

function isNothing(groups: Answer): boolean {
  return groups.rows.length === 0
}

