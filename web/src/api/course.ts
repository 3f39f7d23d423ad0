import { columnOf, rangeOf, timesOf } from './answers'
import type { Answer } from './client'
import { bucketOf } from '../parts/plot/Plot'

/** A measure of the period before. Where nothing was stored yet it is not known, rather than none; and a bucket that the range cuts off would look like a fall. */
export function valuesBefore(answer: Answer, measure: string, oldest: string | null): (number | null)[] {
  const [from, to] = rangeOf(answer)
  const times = timesOf(answer)
  const isKnown = (time: number) => oldest === null || time - (to - from) >= Date.parse(oldest)
  const isWhole = (time: number) => time >= from && time + bucketOf(times, [from, to]) <= to
  return columnOf(answer, `${measure}_before`).map((value, place) => isKnown(times[place]!) && isWhole(times[place]!) ? value : null)
}
