import { type Answer, ask, query, search } from '../../api/client'
import { questionOf, type Scope } from '../../api/scope'
import { both } from '../../filter/terms'
import { readers } from '../../parts/agents/classStack'
import { figures, totals } from './figures'

/** What news there is: `GET /api/news`. */
export interface News {
  readonly news: readonly {
    readonly kind: 'new-agent' | 'new-bot' | 'silent' | 'spike' | 'impostor'
    readonly name: string
    readonly time: string | null
    readonly text: string
    readonly filter: string
  }[]
}

export function totalsKey(scope: Scope): string {
  return `totals ${scope.key}`
}

/** The figures that answer in a glance, and those of the period before. */
export function askTotals(scope: Scope, signal?: AbortSignal): Promise<Answer> {
  return query({ ...questionOf(scope), measures: totals, compare: true }, signal)
}

/** What runs over time: the courses of the tiles, and what went wrong. */
export function askSeries(scope: Scope, signal: AbortSignal): Promise<Answer> {
  return query({ ...questionOf(scope), measures: [...figures.map(figure => figure.spark ?? figure.measure), 'blocked_page_reads', 'failed_page_reads'], by: ['time'] }, signal)
}

/** Pages read by whom, over time. */
export function askClasses(scope: Scope, signal: AbortSignal): Promise<Answer> {
  return query({ ...questionOf(scope), where: both(scope.where, `kind:page method:GET ${readers}`), measures: ['requests'], by: ['time', 'class'], limit: 20 }, signal)
}

export function askAgents(scope: Scope, limit: number, signal: AbortSignal): Promise<Answer> {
  return query({
    ...questionOf(scope), where: both(scope.where, 'agent:*'), measures: ['page_reads', 'agent_requests', 'proven_requests', 'impostor_requests', 'unlisted_requests'], by: ['agent', 'class'],
    order: '-page_reads', limit, compare: scope.compare,
  }, signal)
}

export function askSources(scope: Scope, limit: number, signal: AbortSignal): Promise<Answer> {
  return query({ ...questionOf(scope), where: both(scope.where, 'ai_source:*'), measures: ['ai_visits'], by: ['ai_source'], order: '-ai_visits', limit, compare: scope.compare }, signal)
}

/** What an operator's agents read, and whom its products send. Classes that read for no answer are no part of the ratio. */
export function askOperators(scope: Scope, signal: AbortSignal): Promise<Answer> {
  return query({
    ...questionOf(scope), where: both(scope.where, 'operator:* class:training,search,user-fetch,agent,human-like'), measures: ['delivered_page_reads', 'ai_visits', 'reads_per_visit'], by: ['operator'],
    order: '-delivered_page_reads', limit: 8, compare: true,
  }, signal)
}

export function askPages(scope: Scope, signal: AbortSignal): Promise<Answer> {
  return query({
    ...questionOf(scope), measures: ['page_reads', 'delivered_page_reads', 'blocked_page_reads', 'missing_page_reads', 'failed_page_reads', 'ai_visits'], by: ['page'], order: '-page_reads', limit: 12, compare: scope.compare,
  }, signal)
}

export function askNews(scope: Scope, signal: AbortSignal): Promise<News> {
  return ask<News>(`/api/news?${search(questionOf(scope))}`, { signal })
}
