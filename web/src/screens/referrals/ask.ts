import { type Answer, query } from '../../api/client'
import { questionOf, type Scope } from '../../api/scope'
import { withoutField } from '../../filter/terms'

export const visitsTest = 'ai_source:*'

export function totalsKey(scope: Scope): string {
  return `visits ${scope.key}`
}

/** The visits, and those of the period before. */
export function askTotals(scope: Scope, signal?: AbortSignal): Promise<Answer> {
  return query({ ...questionOf(scope), measures: ['ai_visits', 'ai_visitors'], compare: true }, signal)
}

/** The same question for everybody: those who read for a product, and other arrivals, have none. */
export function everybody(scope: Scope): Scope {
  const where = withoutField(scope.where, 'ai_source')
  return where === scope.where.trim() ? scope : { ...scope, where, key: `everybody ${scope.key}` }
}
