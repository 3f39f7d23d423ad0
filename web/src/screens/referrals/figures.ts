import { rowsBehind } from '../../filter/reads.ts'
import type { Figure } from '../../parts/figure.ts'

/** What the tiles show. Those that are slow are asked without a filter by product, which only visits have. */
export const figures: readonly Figure[] = [
  { measure: 'ai_visits', name: 'AI visits', unit: 'count', moreIsBetter: true, about: 'Pages delivered to browser-like clients that came from an AI product: a lower bound', rows: rowsBehind.ai_visits },
  { measure: 'ai_visitors', name: 'AI visitors', unit: 'count', moreIsBetter: true, about: 'Distinct visitors a day, added up over the days: an estimate by address and user agent', spark: 'ai_visits' },
  { measure: 'ai_share_of_arrivals', name: 'Share of arrivals', unit: 'ratio', moreIsBetter: null, about: 'AI visits of all entry page reads', slow: true },
  { measure: 'entry_page_reads', name: 'Entry page reads', unit: 'count', moreIsBetter: true, about: 'Pages that browser-like clients reached from outside, or without a referer', slow: true },
  { measure: 'reads_per_visit', name: 'Reads per visit', unit: 'perOne', moreIsBetter: false, about: 'Pages delivered to training, search, user-fetch and agent for each AI visit: an upper bound; none under 10 visits', slow: true },
]
