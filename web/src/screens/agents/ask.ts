import { type Answer, query } from '../../api/client'
import { questionOf, type Scope, scopeOf } from '../../api/scope'
import { both, testOf } from '../../filter/terms'
import { agentFigures, listFigures, measuresOf } from './figures'

/** The question of the screen: of all agents, or of the one that the address names. */
export function scopeOfAgents(params: URLSearchParams): Scope {
  const scope = scopeOf(params)
  const agent = params.get('agent')
  return agent === null ? scope : narrowed(scope, testOf('agent', agent))
}

/** The same question about fewer rows. */
export function narrowed(scope: Scope, test: string): Scope {
  return { ...scope, where: both(scope.where, test), key: `${scope.key} ${test}` }
}

export function totalsKey(scope: Scope): string {
  return `agent totals ${scope.key}`
}

/** The figures of the tiles, and those of the period before. */
export function askTotals(scope: Scope, agent: string | null, signal?: AbortSignal): Promise<Answer> {
  return query({ ...questionOf(scope), measures: measuresOf(agent === null ? listFigures : agentFigures, false), compare: true }, signal)
}
