import { useMemo } from 'preact/hooks'
import { columnOf, rangeOf, timesOf } from '../../api/answers'
import type { Answer } from '../../api/client'
import { reachesBefore } from '../../api/before'
import { scopeOf } from '../../api/scope'
import { qualifiers } from '../../api/status'
import { type Asked, useAsked } from '../../api/use'
import { NoRows } from '../../parts/NoRows'
import { Panel } from '../../parts/Panel'
import { Tiles } from '../../parts/Tiles'
import { chartBar, TimeChart } from '../../parts/TimeChart'
import { Link } from '../../shell/Link'
import { isoOf } from '../../state/range'
import { useStore } from '../../state/store'
import { go, useView } from '../../state/url'
import { askClasses, askSeries, askTotals, totalsKey } from './ask'
import { classStack } from '../../parts/agents/classStack'
import { figures } from './figures'
import { AgentList, SourceList } from './Lists'
import { NewsPanel } from './NewsPanel'
import { OperatorTable } from './OperatorTable'
import { PageTable } from './PageTable'
import './overview.css'

const chartHeight = 240

/** Who reads, who arrives, and whether all is well: in five seconds. */
export function Overview() {
  const scope = scopeOf(useView().params)
  const totals = useAsked(totalsKey(scope), signal => askTotals(scope, signal))
  // In the order in which one looks: a question that is asked later makes none of these late.
  const after = (asked: Asked<Answer>, name: string) => (asked.data !== null && !asked.stale) || asked.error !== null ? `${name} ${scope.key}` : null
  const series = useAsked(after(totals, 'series'), signal => askSeries(scope, signal))
  const byClass = useAsked(after(totals, 'classes'), signal => askClasses(scope, signal))
  const oldest = useStore(qualifiers)?.store.oldestRow
  const comparable = totals.data !== null && reachesBefore(totals.data.meta, oldest)
  const wait = after(byClass, '') === null
  const nothing = totals.data !== null && !totals.stale && ['page_reads', 'human_page_reads', 'impostor_requests'].every(name => (columnOf(totals.data!, name)[0] ?? 0) === 0)
  return (
    <div class="overview">
      <Tiles figures={figures} totals={totals} slower={totals} series={series} comparable={comparable} />
      {nothing ? <section class="panel"><NoRows title="Nobody read a page in this range" /></section> : (
        <>
          <div class="overview-main">
            <Panel title="Page reads by class of reader" asked={byClass} height={chartHeight + chartBar} actions={<Link screen="agents" class="panel-link">All agents</Link>}>
              {data => <ClassChart data={data} trouble={series.data} zone={scope.tz} />}
            </Panel>
            <NewsPanel scope={scope} wait={wait} />
          </div>
          <div class="overview-lists">
            <AgentList scope={scope} comparable={comparable} wait={wait} />
            <SourceList scope={scope} comparable={comparable} wait={wait} />
            <OperatorTable scope={scope} comparable={comparable} wait={wait} />
          </div>
          <PageTable scope={scope} wait={wait} />
          <p class="blind-spots">
            What cannot be seen: people who ask in an app send no referer; AI answers within a search engine send the search engine's; Grok and Copilot read as plain browsers. So visits from AI are a lower bound,
            and page reads by people an upper one. <Link screen="report">The weekly report</Link> puts all of this on a page.
          </p>
        </>
      )}
    </div>
  )
}

/** Stacked by class, in the order of the classes; what AI agents did not get as a line above. */
function ClassChart({ data, trouble, zone }: { data: Answer; trouble: Answer | null; zone: string }) {
  const stack = useMemo(() => classStack(data), [data])
  const lost = trouble === null ? [] : alongside(stack.times, timesOf(trouble), sums(columnOf(trouble, 'blocked_page_reads'), columnOf(trouble, 'failed_page_reads')))
  return (
    <TimeChart title="Page reads by class of reader" kind="bars" unit="count" zone={zone} range={rangeOf(data)} times={stack.times} height={chartHeight} onBrush={(from, to) => go({ from: isoOf(from), to: isoOf(to) })}
      series={[
        ...stack.series,
        ...(trouble === null ? [] : [{ name: 'undelivered', color: '--bad', values: lost, line: true }]),
      ]} />
  )
}

function sums(one: readonly (number | null)[], other: readonly (number | null)[]): (number | null)[] {
  return one.map((value, place) => (value ?? 0) + (other[place] ?? 0))
}

/** Values at other times, where both have the time. */
function alongside(times: readonly number[], own: readonly number[], values: readonly (number | null)[]): (number | null)[] {
  const byTime = new Map(own.map((time, place) => [time, values[place] ?? null]))
  return times.map(time => byTime.get(time) ?? null)
}
