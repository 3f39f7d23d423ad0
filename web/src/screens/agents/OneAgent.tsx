import { query } from '../../api/client'
import { useRules } from '../../api/rules'
import { questionOf } from '../../api/scope'
import { qualifiers } from '../../api/status'
import { useAsked } from '../../api/use'
import { testOf } from '../../filter/terms'
import { Empty } from '../../parts/States'
import { RulesNotice } from '../../parts/RulesNotice'
import { Tiles } from '../../parts/Tiles'
import { Link } from '../../shell/Link'
import { useStore } from '../../state/store'
import { useView } from '../../state/url'
import { reachesBefore } from '../../api/before'
import { after } from './AllAgents'
import { AgentHead } from './AgentHead'
import { AgentPanels } from './AgentPanels'
import { askTotals, scopeOfAgents, totalsKey } from './ask'
import { agentFigures, measuresOf } from './figures'

const sparks = [...agentFigures.map(figure => figure.measure), 'blocked_reads', 'failed_reads']

/** Everything about one agent. */
export function OneAgent({ name }: { name: string }) {
  const scope = scopeOfAgents(useView().params)
  const totals = useAsked(totalsKey(scope), signal => askTotals(scope, name, signal))
  const slower = useAsked(after(totals, `slower ${scope.key}`), signal => query({ ...questionOf(scope), measures: measuresOf(agentFigures, true), compare: true }, signal))
  const series = useAsked(after(totals, `series ${scope.key}`), signal => query({ ...questionOf(scope), measures: sparks, by: ['time'] }, signal))
  const rules = useRules()
  const oldest = useStore(qualifiers)?.store.oldestRow
  const comparable = totals.data !== null && reachesBefore(totals.data.meta, oldest)
  const requests = totals.data === null ? null : Number(totals.data.rows[0]?.[0] ?? 0)
  return (
    <div class="agents">
      <AgentHead name={name} scope={scope} rules={rules.data} wait={after(totals, '') === null} />
      <RulesNotice meta={totals.data?.meta} />
      <Tiles figures={agentFigures} totals={totals} slower={slower} series={series} comparable={comparable} test={testOf('agent', name)} />
      {requests === 0 && !totals.stale
        ? (
          <section class="panel agents-nothing">
            <Empty title={`No request of ${name} in this range`}>
              <p><Link changes={{ q: null, host: null, from: '-30d', to: null }}>Look at the last 30 days without a filter</Link>, or at <Link changes={{ agent: null }}>all agents</Link>.</p>
            </Empty>
          </section>
        )
        : <AgentPanels name={name} scope={scope} series={series} rules={rules.data} total={requests ?? 0} comparable={scope.compare && comparable} />}
    </div>
  )
}
