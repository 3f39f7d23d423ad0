import { useState } from 'preact/hooks'
import { namedRows, numberIn } from '../../api/answers'
import { query } from '../../api/client'
import { questionOf, type Scope } from '../../api/scope'
import { useAsked } from '../../api/use'
import { both, testOf } from '../../filter/terms'
import { ClassMark } from '../../parts/agents/ClassMark'
import { NoRows } from '../../parts/NoRows'
import { Count, useRowsOf } from '../../parts/Rows'
import type { SortColumn } from '../../parts/SortTable'
import { Visible } from '../../parts/Visible'
import { Link } from '../../shell/Link'
import { useParam } from '../../state/url'
import { daysBefore } from '../../parts/pages/ask'
import { Find, NoneFound } from '../../parts/pages/Find'
import { askImportant, firstPages, importantKey, lookBackDays } from './ask'
import { type Cell, type GridAgent, type GridPage, gridOf, gridTest, limits, pagesTest } from './freshness'
import { pageTest, severalHosts } from '../../parts/pages/lines'
import { List } from '../../parts/pages/List'
import { More } from '../../parts/pages/More'
import { Oldest } from '../../parts/pages/Oldest'
import { PageName } from '../../parts/pages/PageName'

const filterRoom = 3800

/** How many days ago each agent was given each of the pages that people read most. */
export function Freshness({ scope }: { scope: Scope }) {
  const find = useParam('find') ?? ''
  const [limit, setLimit] = useState(firstPages)
  const asked = useAsked(importantKey(scope, find, limit), signal => askImportant(scope, find, limit, signal))
  const important = asked.data?.pages ?? []
  const { test, named } = pagesTest(important.slice(0, limit).map(row => String(row['page'])), filterRoom - scope.where.length)
  const reads = useAsked(asked.stale || named === 0 ? null : `reads of ${test} ${scope.key}`, signal => askReads(scope, test, signal))
  const { pages, agents } = gridOf(important.slice(0, named), named === 0 ? [] : reads.stale ? null : reads.data, asked.data?.to ?? 0)
  return (
    <List title="Days since an agent was given a page" name="freshness" class="freshness" asked={{ ...asked, data: asked.data === null ? null : pages, error: asked.error ?? reads.error, loading: asked.loading || reads.loading }} height={firstPages * 27 + 220}
      columns={columnsOf(pages, agents, daysBefore(scope, lookBackDays))} rowKey={page => page.page} usual="-people" first={firstPages * 10}
      actions={<Find />} note={<Legend scope={scope} />} nothing={<NoneFound><NoRows title="No page was delivered lately" /></NoneFound>}
      foot={<More shown={limit} of=" pages by their readers" more={important.length > named && named === limit} onMore={() => setLimit(limit + firstPages)} />} />
  )
}

function columnsOf(pages: readonly GridPage[], agents: readonly GridAgent[], range: Range): SortColumn<GridPage>[] {
  const several = severalHosts(pages.map(page => page.page))
  const people = (page: GridPage) => numberIn(page.row, 'human_delivered_reads')
  return [
    { key: 'page', title: 'Page', value: page => page.page, cell: page => <PageName page={page.page} several={several} /> },
    { key: 'people', title: 'People', about: 'Delivered to browser-like clients', number: true, value: people, cell: page => <Count value={people(page)} test={pageTest(page.page)} of="human_delivered_reads" range={range} /> },
    { key: 'late', title: 'Late', about: 'Crawlers for search and training that were not given it in time', number: true, value: page => page.late, cell: page => page.late ?? '…' },
    ...agents.map((agent, place): SortColumn<GridPage> => ({
      key: agent.name, title: agent.name, number: true, about: `${agent.name}, ${agent.type}: ${agent.limit === null ? 'on demand' : `late after ${agent.limit} d`}`,
      head: <span class="grid-agent"><span><Visible text={agent.name} /></span><ClassMark name={agent.type} brief /></span>,
      value: page => page.cells[place]!.days ?? 'never', cell: page => <GridCell cell={page.cells[place]!} page={page.page} agent={agent} range={range} />,
    })),
  ]
}

type Range = { readonly from: string; readonly to: string }

/** Who was given the pages that matter, and when last: the pairs of all pages and agents would be too many. */
async function askReads(scope: Scope, pages: string, signal: AbortSignal) {
  return namedRows(await query({
    ...questionOf(scope), ...daysBefore(scope, lookBackDays), where: gridTest(scope.where, pages), by: ['page', 'agent', 'class'],
    measures: ['last_delivered_read'], having: 'last_delivered_read:*', limit: 10_000,
  }, signal))
}

function Legend({ scope }: { scope: Scope }) {
  return (
    <>
      <p class="note grid-legend">
        <span class="cell is-fresh">3</span> in time
        <span class="cell is-ageing">9</span> past half of the limit
        <span class="cell is-stale">20</span> late: after {limits.map(one => one.days !== null && <b key={one.name}><ClassMark name={one.name} /> {one.days} d </b>)}
        <span class="cell is-never">never</span> not in {lookBackDays} days
      </p>
      <Oldest days={lookBackDays} scope={scope} />
    </>
  )
}

function GridCell({ cell, page, agent, range }: { cell: Cell; page: string; agent: GridAgent; range: Range }) {
  const q = useRowsOf(both(pageTest(page), testOf('agent', agent.name)), 'live_reads')
  const style = `cell is-${cell.level}`
  return cell.days === null ? <span class={`${style} is-none`}>never</span> : (
    <Link screen="logs" class={style} changes={{ q, ...range }} tabIndex={-1} title={`${agent.name}: ${cell.days} days ago: show the rows`}>
      {cell.days}{cell.level === 'stale' && <span class="hidden-text"> late</span>}
    </Link>
  )
}
