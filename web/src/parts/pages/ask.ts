import { type Answer, query } from '../../api/client'
import { questionOf, type Scope } from '../../api/scope'
import { both } from '../../filter/terms'
import { isoOf, momentMs } from '../../state/range'
import { finding } from './lines'

/** How much of a list is asked for. */
export interface ListAsk {
  readonly order: string
  readonly limit: number
  /** Part of the page's address. */
  readonly find: string
}

export function listKey(name: string, scope: Scope, list: ListAsk): string {
  return `${name} ${JSON.stringify(list)} ${scope.key}`
}

interface PagesAsk {
  readonly by?: readonly string[]
  readonly measures: readonly string[]
  readonly having?: string
  readonly where?: string
  readonly compare?: boolean
  readonly from?: string
}

/** Pages by figures. Every list calls its names 'page' when it is sorted by them; one more than is shown says whether there are more. */
export function askPages(scope: Scope, { order, limit, find }: ListAsk, { by = ['page'], where = '', ...asked }: PagesAsk, signal?: AbortSignal): Promise<Answer> {
  const named = /\bpage\b/.test(order) ? order.replace(/\bpage\b/, by[0]!) : `${order},${by.join(',')}`
  return query({ ...questionOf(scope), ...asked, by, where: [scope.where, finding(find), where].reduce(both, 'kind:page'), order: named, limit: limit + 1 }, signal)
}

/** The days before the end of a scope's range, whatever its begin: how fresh a page is does not depend on it. */
export function daysBefore(scope: Scope, days: number): { readonly from: string; readonly to: string } {
  return { from: moment(scope, days), to: scope.to }
}

/** A moment some days before the end of the range. */
export function moment({ to }: Pick<Scope, 'to'>, days: number): string {
  const end = momentMs(to, Date.now())
  return to === 'now' || end === null ? `-${days}d` : isoOf(end - days * 86_400_000)
}
