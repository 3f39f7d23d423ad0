import type { Figure } from '../../parts/figure.ts'
import { aiTest } from '../../parts/agents/classes.ts'

const readTest = 'kind:page method:GET'

/** What the tiles of all agents show. The page's frame names them too. */
export const listFigures: readonly Figure[] = [
  { measure: 'agent_requests', name: 'Agent requests', unit: 'count', moreIsBetter: null, rows: aiTest, about: 'Requests of AI agents: training, search, user-fetch, agent, coding, data-provider' },
  { measure: 'page_reads', name: 'Page reads', unit: 'count', moreIsBetter: null, rows: `${aiTest} ${readTest}`, about: 'Pages that AI agents asked for with GET' },
  { measure: 'delivery_rate', name: 'Delivered', unit: 'ratio', moreIsBetter: true, rows: `${aiTest} ${readTest} (status:2xx OR status:304)`, about: 'Page reads of AI agents that were answered 200 to 299 or 304, of all of them' },
  { measure: 'proven_share', name: 'Proven', unit: 'ratio', moreIsBetter: true, rows: 'proof:signed,address', beside: { measure: 'unlisted_requests', name: 'unlisted' }, about: 'Proven requests of any agent, of those that are proven or impostors. Agents without published addresses are left out and counted beside it' },
  { measure: 'impostor_requests', name: 'Impostors', unit: 'count', moreIsBetter: false, rows: 'proof:mismatch', about: 'Requests that claim an agent from outside of its operator\'s addresses' },
  { measure: 'pages_touched', name: 'Pages touched', unit: 'count', moreIsBetter: null, slow: true, rows: `${aiTest} ${readTest} (status:2xx OR status:304)`, about: 'Distinct pages that were delivered to AI agents' },
]

/** What the tiles of one agent show, of whatever class it is. */
export const agentFigures: readonly Figure[] = [
  { measure: 'requests', name: 'Requests', unit: 'count', moreIsBetter: null, rows: '', about: 'All requests of this agent' },
  { measure: 'reads', name: 'Page reads', unit: 'count', moreIsBetter: null, rows: readTest, about: 'Pages that it asked for with GET' },
  { measure: 'delivered_share', name: 'Delivered', unit: 'ratio', moreIsBetter: true, rows: `${readTest} (status:2xx OR status:304)`, about: 'Its page reads that were answered 200 to 299 or 304, of all of them' },
  { measure: 'proven_share', name: 'Proven', unit: 'ratio', moreIsBetter: true, rows: 'proof:signed,address', beside: { measure: 'unlisted_requests', name: 'unlisted' }, about: 'Its proven requests, of those that are proven or of impostors' },
  { measure: 'impostor_requests', name: 'Impostors', unit: 'count', moreIsBetter: false, rows: 'proof:mismatch', about: 'Requests that claim to be this agent from outside of its operator\'s addresses' },
  { measure: 'live_pages', name: 'Pages touched', unit: 'count', moreIsBetter: null, slow: true, rows: `${readTest} (status:2xx OR status:304)`, about: 'Distinct pages that were delivered to it' },
]

/** Filters that figures lead to. */
export const reads = readTest
export const deliveredReads = `${readTest} (status:2xx OR status:304)`

export function measuresOf(figures: readonly Figure[], isSlow: boolean): string[] {
  return figures.filter(figure => (figure.slow === true) === isSlow).flatMap(figure => [figure.measure, ...(figure.beside === undefined ? [] : [figure.beside.measure])])
}
