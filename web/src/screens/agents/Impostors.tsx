import { type Answer, query } from '../../api/client'
import type { AddressList, Rules } from '../../api/rules'
import { questionOf, type Scope } from '../../api/scope'
import { type Asked, useAsked } from '../../api/use'
import { both, testOf } from '../../filter/terms'
import { countryName } from '../../format/countries'
import { compact } from '../../format/numbers'
import { AgentLink } from '../../parts/agents/AgentLink'
import { Panel } from '../../parts/Panel'
import { SaveSorted, type SortColumn, SortTable } from '../../parts/SortTable'
import { Visible } from '../../parts/Visible'
import { Link } from '../../shell/Link'
import { count, moment } from './columns'
import { reads } from './figures'
import { reader } from './groups'
import { useOrder } from './useOrder'

const most = 200

interface Claim {
  readonly agent: string
  readonly asn: number | null
  readonly country: string
  readonly requests: number
  readonly reads: number
  readonly addresses: number
  readonly last: string
  readonly test: string
}

/** Claims that came from networks which are not the operator's. Without whole lists nobody is called an impostor. */
export function Impostors({ scope, rules, wait }: { scope: Scope; rules: Asked<Rules>; wait: boolean }) {
  const asked = useAsked(wait ? null : `impostors ${scope.key}`, signal =>
    query({ ...questionOf(scope), where: both(scope.where, 'proof:mismatch'), measures: ['requests', 'reads', 'client_ips', 'last_seen'], by: ['agent', 'asn', 'country'], order: '-requests', limit: most }, signal))
  const columns = columnsOf(scope.tz)
  const [order, setOrder] = useOrder('isort', columns.map(column => column.key), '-requests')
  const claims = asked.data === null ? [] : claimsOf(asked.data)
  return (
    <Panel title="Impostors" asked={asked} height={150} actions={<SaveSorted name="impostors" columns={columns} rows={claims} order={order} />}>
      {() => (
        <div class="agents-part">
          {claims.length > 0
            ? <SortTable name="Impostors" columns={columns} rows={claims} rowKey={claim => claim.test} order={order} onOrder={setOrder} />
            : <p class="agents-none">No claim came from a wrong network in this range.</p>}
          {claims.length === most && <p class="note">The {most} with the most requests. A filter shows others.</p>}
          {rules.data !== null && <WholeLists lists={rules.data.lists} />}
        </div>
      )}
    </Panel>
  )
}

function columnsOf(zone: string): SortColumn<Claim>[] {
  return [
    { key: 'agent', title: 'Claims to be', value: claim => claim.agent, cell: claim => <AgentLink name={claim.agent} empty="(a robots.txt name)" /> },
    { key: 'asn', title: 'Network', about: 'The number of the autonomous system (ASN)', value: claim => claim.asn, cell: claim => claim.asn === null ? <span class="nothing">–</span> : `AS${claim.asn}` },
    { key: 'country', title: 'Country', wide: true, value: claim => claim.country, cell: claim => <Visible text={countryName(claim.country)} empty="–" /> },
    count('requests', 'Requests', undefined, claim => claim.requests, ''),
    count('reads', 'Page reads', undefined, claim => claim.reads, reads),
    { key: 'addresses', title: 'Addresses', number: true, about: 'Distinct client addresses', value: claim => claim.addresses, cell: claim => compact(claim.addresses) },
    moment('last', 'Last seen', undefined, claim => claim.last, zone),
  ]
}

function claimsOf(answer: Answer): Claim[] {
  return answer.rows.map(row => {
    const value = reader(answer, row)
    const [agent, country, asn] = [String(value('agent') ?? ''), String(value('country') ?? ''), value('asn') === null ? null : Number(value('asn'))]
    return {
      agent, asn, country, requests: Number(value('requests')), reads: Number(value('reads')), addresses: Number(value('client_ips')), last: String(value('last_seen')),
      test: ['proof:mismatch', testOf('agent', agent), testOf('asn', asn), testOf('country', country)].join(' '),
    }
  })
}

/** Which lists are whole, so that an address outside of them refutes a claim. */
function WholeLists({ lists }: { lists: readonly AddressList[] }) {
  const whole = lists.filter(list => list.whole)
  if (whole.length === 0) {
    return (
      <p class="note">
        No operator's list of addresses is here as a whole, so a true claim may be proven, but nobody is called an impostor. <Link screen="setup">Load whole lists in Setup</Link>.
      </p>
    )
  }
  return (
    <details class="note">
      <summary>Judged by {whole.length} whole {whole.length === 1 ? 'list' : 'lists'} of {lists.length} known; claims of the other agents are not judged</summary>
      <p>{whole.map(list => `${list.id} (${list.operator}${list.ageDays === null ? '' : `, ${list.ageDays} d old`})`).join(', ')}. <Link screen="setup">Lists in Setup</Link></p>
    </details>
  )
}
