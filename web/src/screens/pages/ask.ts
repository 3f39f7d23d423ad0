import { type Answer, query } from '../../api/client'
import { questionOf, type Scope } from '../../api/scope'
import { both, testOf } from '../../filter/terms'
import { isoOf, momentMs } from '../../state/range'

/** What the table of pages and that of folders ask. Redirects are what is left of the reads. */
const measures = [
  'page_reads', 'training_reads', 'search_reads', 'user_fetch_reads', 'ai_visits', 'human_page_reads', 'last_training_read', 'last_search_read', 'last_user_read',
  'delivered_page_reads', 'blocked_page_reads', 'missing_page_reads', 'failed_page_reads',
]

/** Pages that only scanners look for are nobody's loss. */
const having = 'page_reads>0 OR human_page_reads>0'

export const firstRows = 25
export const usualOrder = '-page_reads'

export interface TableAsk {
  readonly by: 'page' | 'path_folder'
  readonly order: string
  readonly limit: number
  /** Part of the page's address. */
  readonly find: string
}

export function tableAskOf(params: URLSearchParams, by: TableAsk['by']): TableAsk {
  return { by, order: params.get('sort') ?? usualOrder, limit: firstRows, find: params.get('find') ?? '' }
}

export function tableKey(scope: Scope, asked: TableAsk): string {
  return `${JSON.stringify(asked)} ${scope.key}`
}

export function askTable(scope: Scope, { by, order, limit, find }: TableAsk, more: string, signal?: AbortSignal): Promise<Answer> {
  const where = [scope.where, finding(find), more].reduce(both, 'kind:page')
  // Both tables are ordered by their names as 'page'. One more than is shown says whether there are more.
  return query({ ...questionOf(scope), where, by: [by], measures, having, order: order.replace(/\bpage\b/, by), limit: limit + 1, compare: scope.compare }, signal)
}

/** A test that a page's address holds a text. */
export function finding(text: string): string {
  return text === '' ? '' : `page:*"${text.replace(/[\\"]/g, '\\$&')}"*`
}

export function pageTest(page: string): string {
  return testOf('page', page)
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
