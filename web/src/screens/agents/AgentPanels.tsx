import { columnOf, rangeOf } from '../../api/answers'
import { type Answer, query } from '../../api/client'
import { bucketsOf, pivot } from '../../api/pivot'
import type { Rules } from '../../api/rules'
import { questionOf, type Scope } from '../../api/scope'
import { type Asked, useAsked } from '../../api/use'
import { both, testOf } from '../../filter/terms'
import { countryName } from '../../format/countries'
import { proofGroupOf, proofGroups } from '../../parts/agents/proofs'
import { Panel } from '../../parts/Panel'
import { chartBar, TimeChart } from '../../parts/TimeChart'
import { isoOf, lengthMs } from '../../state/range'
import { go } from '../../state/url'
import { after } from './AllAgents'
import { AgentTop } from './AgentTop'
import { Episodes } from './Episodes'
import { HourGrid } from './HourGrid'
import { marksOf } from './ReadsChart'
import { Violations } from './Violations'

const height = 170
const day = 86_400_000

interface AgentPanelsProps {
  readonly name: string
  readonly scope: Scope
  readonly series: Asked<Answer>
  readonly rules: Rules | null
  readonly total: number
  readonly comparable: boolean
}

/** What one agent does: when, from where, how it ends, what it reads. */
export function AgentPanels({ name, scope, series, rules, total, comparable }: AgentPanelsProps) {
  const bucket = lengthMs(scope) >= 3 * day ? 'time:1d' : 'time'
  // By time alone there are all buckets, also those in which nothing came.
  const proofs = useAsked(`proofs ${bucket} ${scope.key}`, signal => Promise.all([[bucket], [bucket, 'proof']].map(by => query({ ...questionOf(scope), measures: ['requests'], by }, signal))))
  const checks = useAsked(after(proofs, `checks ${scope.key}`), signal => query({ ...questionOf(scope), where: both(scope.where, 'path:/robots.txt'), measures: ['requests'], by: ['time'] }, signal))
  const wait = after(proofs, '') === null
  const brush = (from: number, to: number) => go({ from: isoOf(from), to: isoOf(to) })
  const tops = { scope, total, comparable, wait }
  return (
    <>
      <div class="agent-charts">
        <Panel title={bucket === 'time' ? 'Proof over time' : 'Proof by day'} asked={proofs} height={height + chartBar}>
          {answers => <TimeChart title="Proof" kind="bars" unit="count" zone={scope.tz} range={rangeOf(answers[0]!)} times={bucketsOf(...answers)} height={height} onBrush={brush} marks={marksOf(rules)} series={proofSeries(answers[1]!, bucketsOf(...answers))} />}
        </Panel>
        <Panel title="Page reads" asked={series} height={height + chartBar}>
          {data => (
            <TimeChart title="Page reads" kind="bars" unit="count" zone={scope.tz} range={rangeOf(data)} times={bucketsOf(data)} height={height} onBrush={brush} marks={marksOf(rules)}
              series={[{ name: 'reads', color: '--line-1', values: columnOf(data, 'reads') }, ...troubles(data)]} />
          )}
        </Panel>
        <HourGrid scope={scope} wait={wait} height={height} />
        <Panel title="robots.txt checks" asked={checks} height={height + chartBar}>
          {data => <TimeChart title="robots.txt checks" kind="bars" unit="count" zone={scope.tz} range={rangeOf(data)} times={bucketsOf(data)} height={height} onBrush={brush} series={[{ name: 'checks', color: '--line-2', values: columnOf(data, 'requests') }]} />}
        </Panel>
      </div>
      <Episodes name={name} scope={scope} rules={rules} wait={wait} />
      <div class="agent-tops">
        <AgentTop {...tops} title="Top pages" field="page" within="kind:page method:GET" class="agent-wide" empty="(no page)" />
        <Violations scope={scope} test={testOf('agent', name)} wait={wait} />
        <AgentTop {...tops} title="Folders" field="path_folder" />
        <AgentTop {...tops} title="Status" field="status" rowName={status => status === '0' ? '000: left before an answer' : status} />
        <AgentTop {...tops} title="Machine files" field="path" within="kind:machine" />
        <AgentTop {...tops} title="Networks (ASN)" field="asn" rowName={asn => asn === '' ? '' : `AS${asn}`} />
        <AgentTop {...tops} title="Countries" field="country" rowName={countryName} />
        <AgentTop {...tops} title="User agents" field="user_agent" />
      </div>
    </>
  )
}

function proofSeries(answer: Answer, times: readonly number[]) {
  const values = pivot(answer, 'proof', 'requests', times)
  return proofGroups
    .map((group, place) => ({
      name: group.name, color: group.color, hatched: place % 2 === 1,
      values: [...values].filter(([proof]) => proofGroupOf(proof) === group).reduce((sums, [, one]) => sums.map((sum, index) => sum + one[index]!), times.map(() => 0)),
    }))
    .filter(group => group.values.some(value => value > 0))
}

function troubles(answer: Answer) {
  return [
    { name: 'blocked', color: '--status-4xx', values: columnOf(answer, 'blocked_reads'), line: true },
    { name: 'failed', color: '--status-5xx', values: columnOf(answer, 'failed_reads'), line: true },
  ].filter(line => line.values.some(value => value !== null && value > 0))
}
