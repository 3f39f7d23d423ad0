import type { Answer } from '../../api/client'
import type { Scope } from '../../api/scope'
import { askPages, type ListAsk } from '../../parts/pages/ask'

/** What the table of pages and that of folders ask. */
const measures = [
  'page_reads', 'training_reads', 'search_reads', 'user_fetch_reads', 'ai_visits', 'human_page_reads', 'last_training_read', 'last_search_read', 'last_user_read',
  'delivery_rate', 'delivered_page_reads', 'redirected_page_reads', 'blocked_page_reads', 'missing_page_reads', 'failed_page_reads',
]

/** Pages that only scanners look for are nobody's loss. */
const having = 'page_reads>0 OR human_page_reads>0'

export const firstRows = 25
export const usualOrder = '-page_reads'

export function askTable(scope: Scope, by: 'page' | 'path_folder', list: ListAsk, signal?: AbortSignal, more = ''): Promise<Answer> {
  return askPages(scope, list, { by: [by], measures, having, where: more, compare: scope.compare }, signal)
}
