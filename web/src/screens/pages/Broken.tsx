import type { Scope } from '../../api/scope'
import { useRowsOf } from '../../parts/Rows'
import type { SortColumn } from '../../parts/SortTable'
import { Empty } from '../../parts/States'
import { Link } from '../../shell/Link'
import { askBroken, broken } from './ask'
import { countColumn, pageColumn } from '../../parts/pages/columns'
import { isOpenToPeople, type Line } from '../../parts/pages/lines'
import { PageList } from '../../parts/pages/PageList'

const figures = [
  countColumn('Blocked', 'blocked_page_reads', 'AI agents got 401, 402, 403, 406, 429 or 451'),
  countColumn('Missing', 'missing_page_reads', 'AI agents got 404 or 410'),
  countColumn('Failed', 'failed_page_reads', 'AI agents got 500 to 599, or no answer'),
  countColumn('Delivered', 'delivered_page_reads', 'AI agents got the page'),
  countColumn('People got it', 'human_delivered_reads', 'Delivered to browser-like clients'),
  countColumn('People blocked', 'human_blocked_reads', 'Browser-like clients that got 401, 402, 403, 406, 429 or 451'),
]

/** Pages that agents asked for and did not get; above all those that people do get. */
export function Broken({ scope }: { scope: Scope }) {
  return (
    <PageList title="Broken for agents" {...broken} scope={scope} ask={(list, signal) => askBroken(scope, list, signal)}
      columns={lines => [pageColumn(lines), ...figures, openColumn]}
      nothing={<Empty title="Nothing is broken"><p>Each page that AI agents asked for in this range was delivered to them, or redirected.</p></Empty>} />
  )
}

const openColumn: SortColumn<Line> = {
  key: 'open', title: 'Same page', fixed: true, about: 'The same page was delivered to people and blocked for agents in this range',
  cell: line => isOpenToPeople(line) ? <Open line={line} /> : <span class="zero">–</span>,
  value: line => isOpenToPeople(line) ? 'People get 200' : null,
}

function Open({ line }: { line: Line }) {
  const q = useRowsOf(line.test, 'human_delivered_reads')
  return <Link screen="logs" changes={{ q }} tabIndex={-1} class="flag" title="Blocked for agents, delivered to people: show the rows of people">People get 200</Link>
}
