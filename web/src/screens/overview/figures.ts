import { rowsBehind } from '../../filter/reads.ts'
import type { Figure } from '../../parts/figure.ts'

/** What the tiles show. The page's frame names them too, so that they stand there before the program does. */
export const figures: readonly Figure[] = [
  { measure: 'page_reads', name: 'Page reads by AI', unit: 'count', moreIsBetter: null, about: 'Pages that AI agents asked for: training, search, user-fetch, agent, coding, data-provider', rows: rowsBehind.page_reads },
  { measure: 'delivery_rate', name: 'Delivered', unit: 'ratio', moreIsBetter: true, about: 'Page reads of AI agents that were answered 200 to 299 or 304', rows: rowsBehind.delivered_page_reads },
  { measure: 'proven_share', name: 'Proven', unit: 'ratio', moreIsBetter: true, about: 'Proven requests of those that can be judged; agents without published addresses are left out', rows: 'proof:signed,address' },
  { measure: 'impostor_requests', name: 'Impostors', unit: 'count', moreIsBetter: false, about: 'Requests that claim an agent from outside of its operator\'s addresses', rows: 'proof:mismatch' },
  { measure: 'ai_visits', name: 'Visits from AI', unit: 'count', moreIsBetter: true, about: 'Delivered page reads of people who came from an AI product. Apps send no referer, so it is a lower bound', rows: rowsBehind.ai_visits },
  { measure: 'human_page_reads', name: 'Page reads by people', unit: 'count', moreIsBetter: true, about: 'Pages that browser-like clients asked for. Some AI reads cannot be told from them', rows: rowsBehind.human_page_reads },
]

export const totals = figures.map(figure => figure.measure)
