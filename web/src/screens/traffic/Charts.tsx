import type { Answer } from '../../api/client'
import type { Asked } from '../../api/use'
import { statusSeries } from '../../parts/status'
import { chartBar, TimeChart } from '../../parts/TimeChart'
import { at } from '../../format/times'
import { Panel } from '../../parts/Panel'
import { isoOf } from '../../state/range'
import { go } from '../../state/url'
import { columnOf, rangeOf, timesOf } from '../../api/answers'
import type { Scope } from '../../api/scope'
import { valuesBefore } from '../../api/course'

const height = 230
const small = 150

/** Everything of the screen that runs over time comes from one question. `oldest` is since when rows are stored, if that is too short to compare. */
export function Charts({ series, scope, oldest }: { series: Asked<Answer>; scope: Scope; oldest: string | null }) {
  const brush = (from: number, to: number) => go({ from: isoOf(from), to: isoOf(to) })
  return (
    <div class="charts">
      <Panel title="Requests by status" asked={series} height={height + chartBar} class="chart-main"
        actions={scope.compare && oldest !== null && <span class="note">Not to compare: the oldest row is of {at(Date.parse(oldest), scope.tz, 'dayClock')}</span>}>
        {data => {
          const before = scope.compare ? [{ name: 'before', color: '--ink-2', values: valuesBefore(data, 'requests', oldest), line: true }] : []
          return (
            <TimeChart title="Requests by status" kind="bars" unit="count" zone={scope.tz} range={rangeOf(data)} times={timesOf(data)} height={height} onBrush={brush}
              series={[...statusSeries(name => columnOf(data, name)), ...before]} />
          )
        }}
      </Panel>
      <Panel title="Time taken" asked={series} height={small + chartBar}>
        {data => (
          <TimeChart title="Time taken" kind="lines" unit="seconds" zone={scope.tz} range={rangeOf(data)} times={timesOf(data)} height={small} onBrush={brush}
            series={[
              { name: 'p50', color: '--line-1', values: columnOf(data, 'time_taken_p50') },
              { name: 'p95', color: '--line-2', values: columnOf(data, 'time_taken_p95') },
              { name: 'p99', color: '--line-3', values: columnOf(data, 'time_taken_p99') },
            ]} />
        )}
      </Panel>
      <Panel title="Cache hits and errors" asked={series} height={small + chartBar}>
        {data => (
          <TimeChart title="Cache hits and errors" kind="lines" unit="ratio" zone={scope.tz} range={rangeOf(data)} times={timesOf(data)} height={small} onBrush={brush}
            series={[
              { name: 'cache hits', color: '--line-1', values: columnOf(data, 'cache_hit_ratio') },
              { name: 'errors', color: '--status-5xx', values: columnOf(data, 'error_rate') },
            ]} />
        )}
      </Panel>
      <Panel title="Bytes sent" asked={series} height={small + chartBar}>
        {data => (
          <TimeChart title="Bytes sent" kind="bars" unit="bytes" zone={scope.tz} range={rangeOf(data)} times={timesOf(data)} height={small} onBrush={brush}
            series={[{ name: 'sent', color: '--line-1', values: columnOf(data, 'bytes_sent') }]} />
        )}
      </Panel>
    </div>
  )
}

Charts.measures = [
  'requests', 'status_1xx', 'status_2xx', 'status_3xx', 'status_4xx', 'status_5xx', 'aborted', 'bytes_sent', 'cache_hit_ratio', 'error_rate', 'time_taken_p50', 'time_taken_p95', 'time_taken_p99',
]
