import { useState } from 'preact/hooks'
import { namedRows, numberIn } from '../../api/answers'
import { query } from '../../api/client'
import { questionOf, type Scope } from '../../api/scope'
import { useAsked } from '../../api/use'
import { both, testOf } from '../../filter/terms'
import { compact, exact } from '../../format/numbers'
import { Panel } from '../../parts/Panel'
import { useRowsOf } from '../../parts/Rows'
import { SaveTable } from '../../parts/SaveTable'
import { walk } from '../../parts/walk'
import { ClassMark } from '../../parts/agents/ClassMark'
import { Visible } from '../../parts/Visible'
import { Link } from '../../shell/Link'
import { go, useParam } from '../../state/url'
import { daysBefore, moment } from './ask'
import { Find } from './Find'
import { type Cell, type GridAgent, type GridPage, gridOf, gridTest, limits, liveDays, lookBackDays, pagesTest, staleFirst } from './freshness'
import { finding, pageTest, severalHosts } from './lines'
import { More } from './More'
import { NoReads } from './NoReads'
import { Oldest } from './Oldest'
import { PageName } from './PageName'

const firstPages = 30
const filterRoom = 3800

/** How many days ago each agent was given each of the pages that people read most. */
export function Freshness({ scope }: { scope: Scope }) {
  const [find, isByImportance] = [useParam('find') ?? '', useParam('sort') === 'important']
  const [limit, setLimit] = useState(firstPages)
  const asked = useAsked(`freshness ${limit} ${find} ${scope.key}`, signal => askGrid(scope, find, limit, signal))
  const grid = asked.data?.grid
  const pages = grid === undefined ? [] : isByImportance ? grid.pages : staleFirst(grid.pages)
  return (
    <Panel title="Days since an agent was given a page" asked={asked} height={firstPages * 27 + 150} class="freshness"
      actions={
        <>
          <Find />
          <select class="small" aria-label="Sort by" value={isByImportance ? 'important' : ''} onChange={event => go({ sort: event.currentTarget.value }, { replace: true })}>
            <option value="">Stale for most agents first</option>
            <option value="important">Most read by people first</option>
          </select>
          <SaveTable name="freshness" columns={['Page', 'People', ...(grid?.agents ?? []).map(agent => agent.name)]}
            rows={pages.map(page => [page.page, numberIn(page.row, 'human_delivered_reads'), ...page.cells.map(cell => cell.days ?? 'never')])} />
        </>
      }>
      {({ grid: { agents }, more }) => pages.length === 0 || agents.length === 0 ? <NoReads scope={scope} /> : (
        <>
          <Legend />
          <Oldest days={lookBackDays} scope={scope} />
          <GridTable agents={agents} pages={pages} range={daysBefore(scope, lookBackDays)} />
          <More shown={pages.length} of=" pages by readers" more={more} onMore={() => setLimit(limit + firstPages)} />
        </>
      )}
    </Panel>
  )
}

/** First the pages that matter, then who was given them: the pairs of all pages and agents would be too many. */
async function askGrid(scope: Scope, find: string, limit: number, signal: AbortSignal) {
  const question = { ...questionOf(scope), ...daysBefore(scope, lookBackDays) }
  const important = await query({
    ...question, where: [scope.where, finding(find)].reduce(both, 'kind:page'), by: ['page'], measures: ['human_delivered_reads', 'ai_visits', 'delivered_page_reads', 'last_live_read'],
    having: `last_live_read>=${moment(scope, liveDays)}`, order: '-human_delivered_reads,-ai_visits,-delivered_page_reads,page', limit: limit + 1,
  }, signal)
  const rows = namedRows(important)
  const { test, named } = pagesTest(rows.slice(0, limit).map(row => String(row['page'])), filterRoom - scope.where.length)
  const reads = named === 0 ? [] : namedRows(await query({
    ...question, where: gridTest(scope.where, test), by: ['page', 'agent', 'class'], measures: ['last_delivered_read'], having: 'last_delivered_read:*', limit: 10_000,
  }, signal))
  return { grid: gridOf(rows.slice(0, named), reads, Date.parse(important.meta.to)), more: rows.length > named && named === limit }
}

function Legend() {
  return (
    <p class="note grid-legend">
      <span class="cell is-fresh">3</span> in time
      <span class="cell is-ageing">9</span> past half of the limit
      <span class="cell is-stale">20</span> past it: {limits.map(one => one.days !== null && <b key={one.name}>{one.name} {one.days} d </b>)}
      <span class="cell is-never">never</span> not in {lookBackDays} days
    </p>
  )
}

function GridTable({ agents, pages, range }: { agents: readonly GridAgent[]; pages: readonly GridPage[]; range: { from: string; to: string } }) {
  const several = severalHosts(pages.map(page => page.page))
  const groups = limits.map(one => ({ ...one, count: agents.filter(agent => agent.type === one.name).length })).filter(one => one.count > 0)
  return (
    <div class="scroll-x" onKeyDown={walk}>
      <table class="table grid">
        <caption class="hidden-text">Days since an agent was last given a page. Arrow keys go from cell to cell.</caption>
        <thead>
          <tr>
            <th scope="col" rowSpan={2}>Page</th>
            <th scope="col" rowSpan={2} class="number" title="Delivered to browser-like clients">People</th>
            {groups.map(one => <th scope="colgroup" colSpan={one.count} key={one.name} class="grid-class"><ClassMark name={one.name} /><small>{one.days === null ? 'on demand' : `limit ${one.days} d`}</small></th>)}
          </tr>
          <tr>{agents.map(agent => <th scope="col" key={agent.name} class="grid-agent"><span><Visible text={agent.name} /></span></th>)}</tr>
        </thead>
        <tbody>
          {pages.map(page => (
            <tr key={page.page}>
              <th scope="row"><PageName page={page.page} several={several} /></th>
              <td class="number" title={exact(numberIn(page.row, 'human_delivered_reads'))}>{compact(numberIn(page.row, 'human_delivered_reads'))}</td>
              {page.cells.map((cell, place) => <GridCell key={agents[place]!.name} cell={cell} page={page.page} agent={agents[place]!} range={range} />)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function GridCell({ cell, page, agent, range }: { cell: Cell; page: string; agent: GridAgent; range: { from: string; to: string } }) {
  const q = useRowsOf(both(pageTest(page), testOf('agent', agent.name)), 'live_reads')
  return (
    <td class={`cell is-${cell.level} ${cell.days === null ? 'is-none' : ''}`}>
      {cell.days === null ? 'never' : (
        <Link screen="logs" changes={{ q, ...range }} tabIndex={-1} title={`${agent.name}: ${cell.days} days ago${cell.level === 'stale' ? `, more than ${agent.limit}` : ''}: show the rows`}>
          {cell.days}{cell.level === 'stale' && <span class="hidden-text"> stale</span>}
        </Link>
      )}
    </td>
  )
}
