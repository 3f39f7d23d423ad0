import { query } from '../../api/client'
import type { AddressList, AgentRule, Rules } from '../../api/rules'
import { questionOf, type Scope } from '../../api/scope'
import { useAsked } from '../../api/use'
import { both, testOf } from '../../filter/terms'
import { bytes, percent } from '../../format/numbers'
import { ClassMark } from '../../parts/agents/ClassMark'
import { Icon } from '../../parts/Icon'
import { RowsLink } from '../../parts/RowsLink'
import { Visible } from '../../parts/Visible'
import { Link } from '../../shell/Link'
import { useParam } from '../../state/url'
import { MomentLink } from './columns'
import { reader } from './groups'

/** What the operator says of robots.txt. */
const stances: Record<AgentRule['robots'], string> = {
  follows: 'The operator says that it follows robots.txt',
  'may-ignore': 'The operator says that robots.txt may not apply to it: it reads for a person',
  unsaid: 'The operator says nothing of robots.txt',
}

/** Who an agent is: by the rules in force, and by what is stored of it. */
export function AgentHead({ name, scope, rules, wait }: { name: string; scope: Scope; rules: Rules | null; wait: boolean }) {
  const test = testOf('agent', name)
  const rule = rules?.agents.find(one => one.name === name)
  // Who it is does not depend on the range or the filter.
  const known = useAsked(wait ? null : `who ${test}`, signal => query({ from: '1970-01-01', to: 'now', where: test, measures: ['requests', 'first_seen', 'last_seen'], by: ['operator', 'class'], order: '-requests', limit: 1 }, signal))
  const costs = useAsked(wait ? null : `costs ${scope.key}`, signal => query({ ...questionOf(scope), measures: ['bytes_sent', 'error_rate', 'markdown_demand'] }, signal))
  const who = known.data?.rows[0] === undefined ? null : reader(known.data, known.data.rows[0])
  const cost = costs.data?.rows[0] === undefined ? null : reader(costs.data, costs.data.rows[0])
  const moment = (column: string) => who === null || who(column) === null ? '–' : <MomentLink ms={Date.parse(String(who(column)))} test={test} zone={scope.tz} />
  const share = (column: string) => cost === null || cost(column) === null ? '–' : percent(Number(cost(column)))
  return (
    <section class="panel agent-head">
      <div class="agent-title">
        <Link changes={{ agent: null }} class="agent-back"><Icon name="left" size={14} />All agents</Link>
        <h2><Visible text={name} /></h2>
        <ClassMark name={rule?.class ?? String(who?.('class') ?? '')} />
        <span class="agent-operator">{rule?.operator ?? String(who?.('operator') ?? '')}</span>
        <Rows name={name} />
      </div>
      <dl class="agent-facts">
        <Fact name="First seen">{moment('first_seen')}</Fact>
        <Fact name="Last seen">{moment('last_seen')}</Fact>
        <Fact name="Sent">{cost === null ? '–' : bytes(Number(cost('bytes_sent') ?? 0))}</Fact>
        <Fact name="Errors"><RowsLink test={both(test, 'status>=400')}>{share('error_rate')}</RowsLink></Fact>
        <Fact name="Asks for Markdown" about="Page reads of AI agents whose Accept names text/markdown before or without text/html, of those with a known Accept">{share('markdown_demand')}</Fact>
      </dl>
      <p class="agent-says">{rule === undefined ? (rules === null ? '' : 'No rule in force names it.') : `${stances[rule.robots]}. ${provenBy(rule, rules!.lists)}${rule.own ? ' You named it.' : ''}`}</p>
    </section>
  )
}

function Rows({ name }: { name: string }) {
  const q = useParam('q') ?? ''
  return <Link screen="logs" changes={{ q: both(q, testOf('agent', name)) }} class="agent-rows"><Icon name="logs" size={14} />Rows in Logs</Link>
}

function Fact({ name, about, children }: { name: string; about?: string; children: preact.ComponentChildren }) {
  return <div title={about}><dt>{name}</dt><dd>{children}</dd></div>
}

function provenBy(rule: AgentRule, lists: readonly AddressList[]): string {
  if (rule.lists.length === 0) return 'It has no published addresses, so it can be neither proven nor refuted by them.'
  const own = lists.filter(list => rule.lists.includes(list.id))
  const state = (list: AddressList) => list.whole ? `${list.id} (whole, ${list.ageDays ?? 0} d old)` : list.prefixes > 0 ? `${list.id} (a part: it can prove, not refute)` : `${list.id} (not here)`
  return `Its addresses: ${own.map(state).join(', ')}.`
}
