import { type Named, momentIn, numberIn } from '../../api/answers'
import { perVisit } from '../../parts/agents/perVisit'

/* What the answers about visits say, put together by product and by page. */

export interface Product {
  readonly name: string
  readonly visits: number
  readonly row: Named
  /** The page that most of its visits came to. */
  readonly landing: string | null
  /** Visits by what they were recognised. */
  readonly referer: number
  readonly utm: number
  /** Reads of its operator's agents for each visit; in words where there is no figure. */
  readonly reads: string
}

/** `rows` are by product and operator, `pairs` by page and product with the most visits first, `bases` by product and basis, `operators` by operator. */
export function productsOf(rows: readonly Named[], pairs: readonly Named[], bases: readonly Named[], operators: readonly Named[]): Product[] {
  return rows.map(row => {
    const name = String(row['ai_source'])
    const visits = numberIn(row, 'ai_visits')
    const by = (basis: string) => bases.reduce((sum, one) => one['ai_source'] === name && one['referral_basis'] === basis ? sum + numberIn(one, 'ai_visits') : sum, 0)
    const landing = pairs.find(pair => pair['ai_source'] === name && numberIn(pair, 'ai_visits') > 0)
    return { name, visits, row, referer: by('referer'), utm: by('utm'), landing: landing === undefined ? null : String(landing['page']), reads: readsPerVisit(operators.find(one => one['operator'] === row['operator'])) }
  }).filter(product => product.visits > 0 || numberIn(product.row, 'ai_visits_before') > 0)
}

export function readsPerVisit(operator: Named | undefined): string {
  const ratio = operator?.['reads_per_visit']
  return perVisit(operator === undefined ? 0 : numberIn(operator, 'ai_visits'), typeof ratio === 'number' ? ratio : null)
}

export interface Landing {
  readonly page: string
  readonly visits: number
  readonly by: ReadonlyMap<string, number>
}

/** Pages with the visits that each product brought. */
export function landingsOf(pairs: readonly Named[]): Landing[] {
  const pages = new Map<string, { visits: number; by: Map<string, number> }>()
  for (const pair of pairs) {
    const count = numberIn(pair, 'ai_visits')
    if (count === 0) continue
    const page = String(pair['page'])
    if (!pages.has(page)) pages.set(page, { visits: 0, by: new Map() })
    const known = pages.get(page)!
    known.visits += count
    known.by.set(String(pair['ai_source']), count)
  }
  return [...pages].map(([page, known]) => ({ page, ...known })).sort((one, other) => other.visits - one.visits)
}

/** Days from a first read to the first visit; negative if the visit came first, null if there was no such read. */
export function daysTo(row: Named, read: 'first_search_read' | 'first_user_read'): number | null {
  const [from, to] = [momentIn(row, read), momentIn(row, 'first_ai_visit')]
  return from === null || to === null ? null : (to - from) / 86_400_000
}

export function daysText(days: number | null): string {
  return days === null ? 'no read' : days < 0 ? 'visit first' : days < 1 ? `${Math.round(days * 24)} h` : `${days.toFixed(1)} d`
}

/** The middle one; null of none. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((one, other) => one - other)
  const [below, above] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]]
  return below === undefined || above === undefined ? null : (below + above) / 2
}
