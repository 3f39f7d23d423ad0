import { type Answer, query } from '../../api/client'
import { questionOf, type Scope } from '../../api/scope'
import { quick } from './figures'

export function totalsKey(scope: Scope): string {
  return `traffic ${scope.key}`
}

/** The figures that answer in a glance, and those of the period before. */
export function askTotals(scope: Scope, signal?: AbortSignal): Promise<Answer> {
  return query({ ...questionOf(scope), measures: quick, compare: true }, signal)
}
