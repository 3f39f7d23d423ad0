import { columnOf, timesOf } from './answers'
import type { Answer } from './client'

/** The values of a measure by the values of a dimension, each with one value for each of `times`: 0 where the answer has no point. */
export function pivot(answer: Answer, dimension: string, measure: string, times: readonly number[]): Map<string, number[]> {
  const names = answer.columns.findIndex(column => column.name === dimension)
  const place = new Map(times.map((time, index) => [time, index]))
  const values = columnOf(answer, measure)
  const series = new Map<string, number[]>()
  timesOf(answer).forEach((time, row) => {
    const index = place.get(time)
    if (index === undefined) return
    const name = String(answer.rows[row]![names] ?? '')
    let one = series.get(name)
    if (one === undefined) series.set(name, (one = times.map(() => 0)))
    one[index]! += values[row] ?? 0
  })
  return series
}

/** Where all buckets start: those of an answer by time alone, and those that only the other one has because it was asked a moment later. */
export function bucketsOf(...answers: readonly Answer[]): number[] {
  return [...new Set(answers.flatMap(timesOf))].sort((one, other) => one - other)
}
