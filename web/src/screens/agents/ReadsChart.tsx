import { rangeOf } from '../../api/answers'
import { type Answer, query } from '../../api/client'
import { bucketsOf, pivot } from '../../api/pivot'
import type { Rules } from '../../api/rules'
import { questionOf, type Scope } from '../../api/scope'
import { type Asked, useAsked } from '../../api/use'
import { testOf } from '../../filter/terms'
import { classColor, classes, isHatched } from '../../parts/agents/classes'
import { Panel } from '../../parts/Panel'
import { chartBar, type ChartSeries, type Mark, TimeChart } from '../../parts/TimeChart'
import { isoOf } from '../../state/range'
import { go, useParam } from '../../state/url'
import { narrowed } from './ask'
import { type Grouping, picksOf } from './groups'

export const chartHeight = 220

/** The colours of lines that are chosen, in their order. */
const lineColors = ['--class-training', '--class-search', '--class-user-fetch', '--class-agent', '--class-coding', '--class-data-provider']

interface ReadsChartProps {
  readonly scope: Scope
  /** By time alone: it has all buckets, also those in which nothing was read. */
  readonly series: Asked<Answer>
  readonly rules: Rules | null
  readonly grouping: Grouping
  readonly wait: boolean
}

/** Page reads over time: of all readers by their class, or of those that are chosen in the table. */
export function ReadsChart({ scope, series, rules, grouping, wait }: ReadsChartProps) {
  const picks = picksOf(useParam('pick'))
  const dimension = picks.length === 0 ? 'class' : grouping
  const shown = picks.length === 0 ? scope : narrowed(scope, picks.map(pick => testOf(grouping, pick)).join(' OR '))
  const asked = useAsked(wait ? null : `reads ${dimension} ${shown.key}`, signal =>
    query({ ...questionOf(shown), measures: picks.length === 0 ? ['reads', 'blocked_reads', 'failed_reads'] : ['reads'], by: ['time', dimension], limit: 50 }, signal))
  const title = picks.length === 0 ? 'Page reads by class' : `Page reads by ${grouping}`
  return (
    <Panel title={title} asked={both(asked, series)} height={chartHeight + chartBar} class="agents-chart"
      actions={picks.length > 0 && <button type="button" class="quiet text" onClick={() => go({ pick: null })}>Show all by class</button>}>
      {([data, whole]) => {
        const times = bucketsOf(whole, data)
        return (
          <TimeChart title={title} kind={picks.length === 0 ? 'bars' : 'lines'} unit="count" zone={scope.tz} range={rangeOf(whole)} times={times} height={chartHeight}
            marks={marksOf(rules)} onBrush={(from, to) => go({ from: isoOf(from), to: isoOf(to) })}
            series={picks.length === 0 ? stackOf(data, times) : linesOf(data, times, picks, dimension)} />
        )
      }}
    </Panel>
  )
}

/** When other rules came into force: figures may jump there without anybody having read more. */
export function marksOf(rules: Rules | null): Mark[] {
  return rules?.changes?.map(change => ({ time: Date.parse(change.taken), name: 'rules changed' })) ?? []
}

function stackOf(answer: Answer, times: readonly number[]): ChartSeries[] {
  const reads = pivot(answer, 'class', 'reads', times)
  const summed = (measure: string) => [...pivot(answer, 'class', measure, times).values()].reduce((sums, values) => sums.map((sum, place) => sum + values[place]!), times.map(() => 0))
  const lines = [{ name: 'blocked', color: '--status-4xx', values: summed('blocked_reads'), line: true }, { name: 'failed', color: '--status-5xx', values: summed('failed_reads'), line: true }]
  return [
    ...classes.filter(one => reads.has(one.name)).map(one => ({ name: one.name, color: classColor(one.name), hatched: isHatched(one.name), values: reads.get(one.name)! })),
    ...lines.filter(line => line.values.some(value => value > 0)),
  ]
}

function linesOf(answer: Answer, times: readonly number[], picks: readonly string[], dimension: string): ChartSeries[] {
  const reads = pivot(answer, dimension, 'reads', times)
  return picks.map((pick, place) => ({ name: pick, color: lineColors[place]!, values: reads.get(pick) ?? times.map(() => 0) }))
}

/** Two answers that are shown together. */
function both<A, B>(one: Asked<A>, other: Asked<B>): Asked<[A, B]> {
  return {
    data: one.data === null || other.data === null ? null : [one.data, other.data],
    error: one.error ?? other.error, loading: one.loading || other.loading, stale: one.stale || other.stale,
  }
}
