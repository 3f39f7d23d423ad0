import type { Answer } from '../../api/client'
import { classColor, classes, isHatched } from './classes'
import type { ChartSeries } from '../TimeChart'
import { text } from '../TopList'

/** Automation that reads. People, and what cannot be told from them, are beside it. */
export const readers = '-class:human-like class:*'

/** What is neither AI nor a search engine is one: what it is in detail, the screen of agents shows. */
const others = { name: 'other', color: '--class-other-bot' }

/** `requests` by time and class as a stack, in the order of the classes. */
export function classStack(data: Answer): { readonly times: readonly number[]; readonly series: readonly ChartSeries[] } {
  const place = (name: string) => data.columns.findIndex(column => column.name === name)
  const [time, name, count] = [place('time'), place('class'), place('requests')]
  const times = [...new Set(data.rows.map(row => Date.parse(text(row[time]))))].sort((a, b) => a - b)
  const own = classes.filter(one => one.isAi || one.name === 'search-engine').map(one => one.name)
  const places = new Map(times.map((at, index) => [at, index]))
  const values = new Map([...own, others.name].map(one => [one, times.map(() => 0)]))
  for (const row of data.rows) {
    const series = values.get(text(row[name])) ?? values.get(others.name)!
    series[places.get(Date.parse(text(row[time])))!]! += Number(row[count] ?? 0)
  }
  return {
    times,
    series: [...own.map(one => ({ name: one, color: classColor(one), hatched: isHatched(one) })), { ...others, hatched: false }].map(one => ({ ...one, values: values.get(one.name)! })),
  }
}
