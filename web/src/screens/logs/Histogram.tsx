import type { Answer } from '../../api/client'
import type { Asked } from '../../api/use'
import { exact } from '../../format/numbers'
import { Panel } from '../../parts/Panel'
import { chartBar, TimeChart } from '../../parts/TimeChart'
import { isoOf } from '../../state/range'
import { go } from '../../state/url'
import { columnOf, rangeOf, timesOf } from '../../api/answers'
import type { LogSignal } from './signals'

const height = 118

/** When the matching rows were, by status class or level. Drawing over it narrows the range. */
export function Histogram({ signal, answer, zone, quiet }: { signal: LogSignal; answer: Asked<Answer>; zone: string; quiet: boolean }) {
  const total = answer.data === null ? null : sumOf(answer.data, signal.total)
  const word = total === 1 ? signal.one : signal.many
  // The rows below say what is wrong with the filter; once is enough.
  if (quiet) return <section class="panel log-chart" style={{ height: `${height + 78}px` }} />
  return (
    <Panel title={total === null ? `${signal.many[0]!.toUpperCase()}${signal.many.slice(1)}` : `${exact(Math.round(total))} ${word}`} asked={answer} height={height + chartBar} class="log-chart">
      {data => (
        <TimeChart title={signal.chart} kind="bars" unit="count" zone={zone} range={rangeOf(data)} times={timesOf(data)} height={height}
          series={signal.series(data)} onBrush={(from, to) => go({ from: isoOf(from), to: isoOf(to) })} />
      )}
    </Panel>
  )
}

export function sumOf(answer: Answer, measure: string): number {
  return columnOf(answer, measure).reduce<number>((sum, value) => sum + (value ?? 0), 0)
}
