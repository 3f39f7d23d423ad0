import { columnOf, rangeOf } from '../../api/answers'
import type { Answer } from '../../api/client'
import { bucketsOf, pivot } from '../../api/pivot'
import type { Scope } from '../../api/scope'
import type { Asked } from '../../api/use'
import { Panel } from '../../parts/Panel'
import { chartBar, type ChartSeries, TimeChart } from '../../parts/TimeChart'
import { isoOf } from '../../state/range'
import { go } from '../../state/url'
import { valuesBefore } from '../../api/course'

const height = 220

/** Products in the order of their visits; whoever has no colour is one of the others. */
const colors = ['--line-1', '--line-2', '--line-3', '--class-agent', '--class-coding', '--class-data-provider', '--class-preview']

export const productsShown = colors.length

/** Visits by product. `whole` is by time alone, `split` by time and product. */
export function Visits({ whole, split, scope, comparable }: { whole: Asked<Answer>; split: Asked<Answer>; scope: Scope; comparable: boolean }) {
  return (
    <Panel title="AI visits by product" asked={whole.data === null ? whole : split} height={height + chartBar}>
      {data => {
        const times = bucketsOf(whole.data!, data)
        return (
          <TimeChart title="AI visits by product" kind="bars" unit="count" zone={scope.tz} range={rangeOf(whole.data!)} times={times} height={height} onBrush={(from, to) => go({ from: isoOf(from), to: isoOf(to) })}
            series={[...seriesOf(whole.data!, data, times), ...(scope.compare && comparable ? [{ name: 'before', color: '--ink-2', values: valuesBefore(whole.data!, 'ai_visits', null), line: true }] : [])]} />
        )
      }}
    </Panel>
  )
}

export function seriesOf(whole: Answer, split: Answer, times: readonly number[]): ChartSeries[] {
  const all = columnOf(whole, 'ai_visits')
  const products = [...pivot(split, 'ai_source', 'ai_visits', times)].filter(([, values]) => values.some(value => value > 0))
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const series: ChartSeries[] = products.sort(([, one], [, other]) => sum(other) - sum(one)).map(([name, values], place) => ({ name, color: colors[place % colors.length]!, values, hatched: place % 2 === 1 }))
  const others = times.map((_, place) => Math.max(0, (all[place] ?? 0) - products.reduce((total, [, values]) => total + values[place]!, 0)))
  return sum(others) > 0 ? [...series, { name: 'others', color: '--ink-3', values: others }] : series
}
