/** The periods that can be chosen: those of the CloudWatch console that a stream of one-minute points can fill. */
export const periods = ['1m', '5m', '15m', '1h', '6h', '1d'] as const
export type Period = (typeof periods)[number]

const minute = 60_000
/** In ms. */
export const lengths: Readonly<Record<Period, number>> = { '1m': minute, '5m': 5 * minute, '15m': 15 * minute, '1h': 60 * minute, '6h': 360 * minute, '1d': 1440 * minute }

/** More points than these nobody can tell apart; the server gives 2,000 at most. */
const usual = 300
const most = 1500

export interface Chosen {
  readonly period: Period
  readonly ms: number
  /** It is longer than the one that was chosen, which would have been too many points. */
  readonly raised: boolean
}

/** The period for a range: the chosen one, or for `auto` the shortest that gives a readable number of points. */
export function periodFor(choice: string | null, rangeMs: number): Chosen {
  const wanted = periods.find(one => one === choice)
  const period = periods.slice(wanted === undefined ? 0 : periods.indexOf(wanted)).find(one => rangeMs / lengths[one] <= (wanted === undefined ? usual : most)) ?? '1d'
  return { period, ms: lengths[period], raised: wanted !== undefined && wanted !== period }
}

/** The interval of a sparkline. */
export function sparkInterval(rangeMs: number): Period {
  return periods.find(one => rangeMs / lengths[one] <= 50) ?? '1d'
}
