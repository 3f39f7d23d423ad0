import { type Answer, query } from '../../api/client'
import { questionOf, type Scope } from '../../api/scope'
import { both, termsOf } from '../../filter/terms'

export const visitsTest = 'ai_source:*'

export function totalsKey(scope: Scope): string {
  return `visits ${scope.key}`
}

/** The visits, and those of the period before. */
export function askTotals(scope: Scope, signal?: AbortSignal): Promise<Answer> {
  return query({ ...questionOf(scope), measures: ['ai_visits', 'ai_visitors'], compare: true }, signal)
}

/** The filter without tests of the product: those who read for it, and other arrivals, have none. */
export function withoutSource(where: string): string {
  return termsOf(where).filter(term => term.field !== 'ai_source').map(term => term.text).reduce(both, '')
}

/** The same question for everybody, whatever product is looked at. */
export function everybody(scope: Scope): Scope {
  const where = withoutSource(scope.where)
  return where === scope.where.trim() ? scope : { ...scope, where, key: `everybody ${scope.key}` }
}
