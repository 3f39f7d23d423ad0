import { useState } from 'preact/hooks'
import { numberIn } from '../../api/answers'
import { query } from '../../api/client'
import { questionOf, type Scope } from '../../api/scope'
import { useAsked } from '../../api/use'
import { both } from '../../filter/terms'
import { type DataColumn, DataTable, SortChoice, useOrder } from '../../parts/DataTable'
import { Panel } from '../../parts/Panel'
import { useRowsOf } from '../../parts/Rows'
import { SaveTable } from '../../parts/SaveTable'
import { Empty } from '../../parts/States'
import { Link } from '../../shell/Link'
import { useParam } from '../../state/url'
import { finding, firstRows } from './ask'
import { countColumn } from './columns'
import { Find } from './Find'
import { type Line, pageLines } from './lines'
import { More } from './More'
import { severalHosts } from './PageName'
import { pageColumn } from './PageTable'

const measures = ['blocked_page_reads', 'missing_page_reads', 'failed_page_reads', 'delivered_page_reads', 'human_delivered_reads', 'human_blocked_reads']

/** Pages that agents asked for and did not get; above all those that people do get. */
export function Broken({ scope }: { scope: Scope }) {
  const find = useParam('find') ?? ''
  const [limit, setLimit] = useState(firstRows)
  const figures = [
    countColumn('Blocked', 'blocked_page_reads', 'blocked_page_reads', 'AI agents got 401, 402, 403, 406, 429 or 451'),
    countColumn('Missing', 'missing_page_reads', 'missing_page_reads', 'AI agents got 404 or 410'),
    countColumn('Failed', 'failed_page_reads', 'failed_page_reads', 'AI agents got 500 to 599, or no answer'),
    countColumn('Delivered', 'delivered_page_reads', 'delivered_page_reads', 'AI agents got the page'),
    countColumn('People got it', 'human_delivered_reads', 'human_delivered_reads', 'Delivered to browser-like clients'),
    countColumn('People blocked', 'human_blocked_reads', 'human_blocked_reads', 'Browser-like clients that got 401, 402, 403, 406, 429 or 451'),
    openColumn,
  ]
  const order = useOrder([pageColumn(false), ...figures], '-blocked_page_reads,-failed_page_reads,-missing_page_reads')
  const asked = useAsked(`broken ${limit} ${order} ${find} ${scope.key}`, signal => query({
    ...questionOf(scope), where: [scope.where, finding(find)].reduce(both, 'kind:page'), by: ['page'], measures,
    having: 'blocked_page_reads>0 OR missing_page_reads>0 OR failed_page_reads>0', order, limit: limit + 1,
  }, signal))
  const lines = asked.data === null ? [] : pageLines(asked.data).slice(0, limit)
  const columns = [pageColumn(severalHosts(lines)), ...figures]
  return (
    <Panel title="Broken for agents" asked={asked} height={firstRows * 30}
      actions={<><Find /><SortChoice columns={columns} order={order} /><SaveTable name="broken-for-agents" columns={columns} rows={lines} /></>}>
      {data => lines.length === 0 ? <Empty title="Nothing is broken"><p>Each page that AI agents asked for in this range was delivered to them, or redirected.</p></Empty> : (
        <>
          <DataTable name="Broken for agents" columns={columns} rows={lines} keyOf={line => line.key} order={order} />
          <More shown={limit} more={data.rows.length > limit} onMore={() => setLimit(limit + 100)} />
        </>
      )}
    </Panel>
  )
}

/** Open to people, closed to agents: mostly a firewall's rule that nobody meant for this page. */
export function isOpenToPeople(line: Line): boolean {
  return numberIn(line.row, 'blocked_page_reads') > 0 && numberIn(line.row, 'human_delivered_reads') > 0
}

const openColumn: DataColumn<Line> = {
  name: 'Same page', isText: true, about: 'The same page was delivered to people and blocked for agents in this range',
  cell: line => isOpenToPeople(line) ? <Open line={line} /> : <span class="zero">–</span>,
  value: line => isOpenToPeople(line) ? 'People get 200' : '',
}

function Open({ line }: { line: Line }) {
  const q = useRowsOf(line.test, 'human_delivered_reads')
  return <Link screen="logs" changes={{ q }} tabIndex={-1} class="flag" title="Blocked for agents, delivered to people: show the rows of people">People get 200</Link>
}
