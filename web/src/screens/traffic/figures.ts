import type { Figure } from '../../parts/figure.ts'

/** What the tiles show. The page's frame names them too, so that they stand there before the program does. */
export const figures: readonly Figure[] = [
  { measure: 'requests', name: 'Requests', unit: 'count', moreIsBetter: null, about: 'Requests, scaled where the log is a sample' },
  { measure: 'visitors', name: 'Visitors', unit: 'count', moreIsBetter: null, about: 'Distinct pairs of address and user agent: an estimate', spark: 'requests', slow: true },
  { measure: 'bytes_sent', name: 'Sent', unit: 'bytes', moreIsBetter: null, about: 'Bytes to viewers, headers included' },
  { measure: 'cache_hit_ratio', name: 'Cache hits', unit: 'ratio', moreIsBetter: true, about: 'Hit, RefreshHit and OriginShieldHit of all requests that the cache could answer' },
  { measure: 'error_rate', name: 'Errors', unit: 'ratio', moreIsBetter: false, about: 'Status 400 to 599 of all requests with a status' },
  { measure: 'time_taken_p95', name: 'Time taken, p95', unit: 'seconds', moreIsBetter: false, about: '95 % of the requests were answered within this time', slow: true },
]

export const quick = figures.filter(figure => figure.slow !== true).map(figure => figure.measure)
export const slow = figures.filter(figure => figure.slow === true).map(figure => figure.measure)
