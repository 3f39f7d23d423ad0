import { useState } from 'preact/hooks'
import { query } from '../../api/client'
import { questionOf, type Scope } from '../../api/scope'
import { useAsked } from '../../api/use'
import { both } from '../../filter/terms'
import { DataTable, unsorted } from '../../parts/DataTable'
import { Panel } from '../../parts/Panel'
import { SaveTable } from '../../parts/SaveTable'
import { Empty } from '../../parts/States'
import { useParam } from '../../state/url'
import { daysBefore, finding, moment } from './ask'
import { countColumn, momentColumn } from './columns'
import { lookBackDays } from './freshness'
import { pageLines } from './lines'
import { More } from './More'
import { Oldest } from './Oldest'
import { severalHosts } from './PageName'
import { pageColumn } from './PageTable'

const staleDays = 14
const liveDays = 28
const firstRows = 15
const measures = ['human_delivered_reads', 'ai_visits', 'delivered_page_reads', 'last_search_read', 'last_training_read', 'last_live_read']

/** Pages that somebody got lately, and that no crawler for AI search got, or not lately. */
export function NotRead({ scope }: { scope: Scope }) {
  return (
    <>
      <Oldest days={lookBackDays} scope={scope} />
      <Missed scope={scope} title="Never read by AI search" name="never-read" having="-last_search_read:*"
        nothing={`Every page that was delivered in the last ${liveDays} days was read by AI search in the last ${lookBackDays}.`} />
      <Missed scope={scope} title={`Not read by AI search for more than ${staleDays} days`} name="stale" having={`last_search_read<${moment(scope, staleDays)}`}
        nothing={`What AI search has read at all, it has read in the last ${staleDays} days.`} />
    </>
  )
}

function Missed({ scope, title, name, having, nothing }: { scope: Scope; title: string; name: string; having: string; nothing: string }) {
  const find = useParam('find') ?? ''
  const [limit, setLimit] = useState(firstRows)
  const range = daysBefore(scope, lookBackDays)
  const asked = useAsked(`${name} ${limit} ${find} ${scope.key}`, signal => query({
    ...questionOf(scope), ...range, where: [scope.where, finding(find)].reduce(both, 'kind:page'), by: ['page'], measures,
    having: `last_live_read>=${moment(scope, liveDays)} ${having}`, order: '-human_delivered_reads,-delivered_page_reads,page', limit: limit + 1,
  }, signal))
  const lines = asked.data === null ? [] : pageLines(asked.data).slice(0, limit)
  const columns = unsorted([
    pageColumn(severalHosts(lines)),
    countColumn('People', 'human_delivered_reads', 'human_delivered_reads', 'Delivered to browser-like clients', range),
    countColumn('AI visits', 'ai_visits', 'ai_visits', 'People who came from an AI product', range),
    countColumn('Agent reads', 'delivered_page_reads', 'delivered_page_reads', 'Delivered to AI agents of all classes', range),
    momentColumn('Last search', 'last_search_read', 'search_reads', 'Last delivered to a crawler for AI search', range),
    momentColumn('Last training', 'last_training_read', 'training_reads', 'Last delivered to a crawler for training', range),
    momentColumn('Last delivered', 'last_live_read', 'live_reads', 'Last delivered to anyone', range),
  ])
  return (
    <Panel title={title} asked={asked} height={firstRows * 30} actions={<SaveTable name={name} columns={columns} rows={lines} />}>
      {data => lines.length === 0 ? <Empty title="None"><p>{nothing}</p></Empty> : (
        <>
          <p class="note">Delivered to somebody in the last {liveDays} days; figures are of the last {lookBackDays}. Most read by people first.</p>
          <DataTable name={title} columns={columns} rows={lines} keyOf={line => line.key} order="" />
          <More shown={limit} more={data.rows.length > limit} onMore={() => setLimit(limit + 100)} />
        </>
      )}
    </Panel>
  )
}
