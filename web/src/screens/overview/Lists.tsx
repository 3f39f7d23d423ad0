import { useState } from 'preact/hooks'
import type { Answer } from '../../api/client'
import type { Scope } from '../../api/scope'
import { useAsked } from '../../api/use'
import { rowsBehind } from '../../filter/reads'
import { both, testOf } from '../../filter/terms'
import { change, compact, exact } from '../../format/numbers'
import { AgentLink } from '../../parts/agents/AgentLink'
import { ClassMark } from '../../parts/agents/ClassMark'
import { ProofBar } from '../../parts/agents/ProofBar'
import { Panel } from '../../parts/Panel'
import { Empty } from '../../parts/States'
import { text } from '../../parts/TopList'
import { Visible } from '../../parts/Visible'
import { Link } from '../../shell/Link'
import { useParam } from '../../state/url'
import { askAgents, askSources } from './ask'

const brief = 8
const long = 40
const rowHeight = 31

interface ListProps {
  readonly scope: Scope
  readonly comparable: boolean
  readonly wait: boolean
}

/** The agents that read most, each with what is proven of it. */
export function AgentList({ scope, comparable, wait }: ListProps) {
  const [limit, setLimit] = useState(brief)
  const asked = useAsked(wait ? null : `agents ${limit} ${scope.key}`, signal => askAgents(scope, limit, signal))
  return (
    <Panel title="Top agents" asked={asked} height={brief * rowHeight} class="overview-agents" actions={<More asked={asked.data} limit={limit} onLimit={setLimit} />}>
      {data => data.rows.length === 0 ? <Empty title="No agent read anything in this range" /> : <Rows data={data} measure="page_reads" comparable={comparable} row={(row, place) => <AgentRow row={row} place={place} />} test={row => `${testOf('agent', text(row[0]))} ${rowsBehind.page_reads}`} />}
    </Panel>
  )
}

function AgentRow({ row, place }: { row: Answer['rows'][number]; place: (name: string) => number }) {
  const count = (name: string) => Number(row[place(name)] ?? 0)
  const proofs = { proven: count('proven_requests'), impostor: count('impostor_requests'), unlisted: count('unlisted_requests'), total: Math.max(count('agent_requests'), count('proven_requests') + count('impostor_requests') + count('unlisted_requests')) }
  return (
    <>
      <td><AgentLink name={text(row[0])} /></td>
      <td class="fold"><ClassMark name={text(row[1])} brief /></td>
      <td><ProofBar proofs={proofs} test={testOf('agent', text(row[0]))} /></td>
    </>
  )
}

/** The AI products that people come from. */
export function SourceList({ scope, comparable, wait }: ListProps) {
  const asked = useAsked(wait ? null : `sources ${scope.key}`, signal => askSources(scope, brief, signal))
  return (
    <Panel title="Top AI sources" asked={asked} height={brief * rowHeight} actions={<Link screen="referrals" class="panel-link">Referrals</Link>}>
      {data => data.rows.length === 0
        ? <Empty title="Nobody came from an AI product"><p>Apps send no referer, so some visits cannot be told from others.</p></Empty>
        : <Rows data={data} measure="ai_visits" comparable={comparable} row={row => <td><Visible text={text(row[0])} /></td>} test={row => `${testOf('ai_source', text(row[0]))} ${rowsBehind.ai_visits}`} />}
    </Panel>
  )
}

function More({ asked, limit, onLimit }: { asked: Answer | null; limit: number; onLimit: (limit: number) => void }) {
  if (limit === brief && (asked === null || asked.rows.length < brief)) return null
  return <button type="button" class="quiet text" onClick={() => onLimit(limit === brief ? long : brief)}>{limit === brief ? 'More' : 'Fewer'}</button>
}

interface RowsProps {
  readonly data: Answer
  readonly measure: string
  readonly comparable: boolean
  readonly row: (row: Answer['rows'][number], place: (name: string) => number) => preact.ComponentChildren
  /** The filter of the rows behind a count. */
  readonly test: (row: Answer['rows'][number]) => string
}

function Rows({ data, measure, comparable, row, test }: RowsProps) {
  const q = useParam('q') ?? ''
  const place = (name: string) => data.columns.findIndex(column => column.name === name)
  const [count, before, delta] = [place(measure), place(`${measure}_before`), place(`${measure}_change`)]
  return (
    <table class="table list-table">
      <caption class="hidden-text">{measure}</caption>
      <tbody>
        {data.rows.filter(one => Number(one[count] ?? 0) > 0 || before < 0).map(one => (
          <tr key={`${text(one[0])} ${text(one[1])}`}>
            {row(one, place)}
            <td class="number list-delta fold">{comparable && before >= 0 && (one[before] === 0 ? <span class="delta new">new</span> : one[delta] !== null && <span class="delta">{change(Number(one[delta]))}</span>)}</td>
            <td class="number"><Link screen="logs" changes={{ q: both(q, test(one)) }} class="figure" title={exact(Number(one[count] ?? 0))}>{compact(Number(one[count] ?? 0))}</Link></td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
