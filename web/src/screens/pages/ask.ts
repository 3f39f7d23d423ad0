import { type Named, namedRows } from '../../api/answers'
import { type Answer, query } from '../../api/client'
import { questionOf, type Scope } from '../../api/scope'
import { both } from '../../filter/terms'
import { askPages, daysBefore, type ListAsk, listKey, moment } from '../../parts/pages/ask'
import { finding } from '../../parts/pages/lines'
import { type PagesView, viewOf } from './views'

/* What the views ask. The first question of each is asked before the code of the screen is there. */

export const firstRows = 25

/** What the table of pages and that of folders ask. */
const measures = [
  'page_reads', 'training_reads', 'search_reads', 'user_fetch_reads', 'ai_visits', 'human_page_reads', 'last_training_read', 'last_search_read', 'last_user_read',
  'delivery_rate', 'delivered_page_reads', 'redirected_page_reads', 'blocked_page_reads', 'missing_page_reads', 'failed_page_reads',
]

/** Pages that only scanners look for are nobody's loss. */
const having = 'page_reads>0 OR human_page_reads>0'

export const usualOrder = '-page_reads'

export function askTable(scope: Scope, by: 'page' | 'path_folder', list: ListAsk, signal?: AbortSignal, more = ''): Promise<Answer> {
  return askPages(scope, list, { by: [by], measures, having, where: more, compare: scope.compare }, signal)
}

/** How far back freshness is looked for. Who did not read a page since then counts as never. */
export const lookBackDays = 60

/** Within how many days somebody must have got a page so that it counts. */
export const liveDays = 28

/** How many pages the grid of freshness has at first. */
export const firstPages = 30

export function importantKey(scope: Scope, find: string, limit: number): string {
  return `important pages ${limit} ${find} ${scope.key}`
}

/** The pages that people read most, and when the range ends. */
export async function askImportant(scope: Scope, find: string, limit: number, signal?: AbortSignal): Promise<{ readonly pages: readonly Named[]; readonly to: number }> {
  const answer = await query({
    ...questionOf(scope), ...daysBefore(scope, lookBackDays), where: [scope.where, finding(find)].reduce(both, 'kind:page'),
    by: ['page'], measures: ['human_delivered_reads', 'ai_visits', 'delivered_page_reads', 'last_live_read'],
    having: `last_live_read>=${moment(scope, liveDays)}`, order: '-human_delivered_reads,-ai_visits,-delivered_page_reads,page', limit: limit + 1,
  }, signal)
  return { pages: namedRows(answer), to: Date.parse(answer.meta.to) }
}

const missedMeasures = ['human_delivered_reads', 'ai_visits', 'delivered_page_reads', 'last_search_read', 'last_training_read', 'last_live_read']

/** Two lists of pages that somebody got lately: those that AI search never got, and those that it did not get lately. */
export const neverRead = { name: 'never-read', first: 10, usual: '-human_delivered_reads', having: () => '-last_search_read:*' }
export const staleDays = 14
export const notReadLately = { ...neverRead, name: 'stale', having: (scope: Scope) => `last_search_read<${moment(scope, staleDays)}` }

export function askMissed(scope: Scope, { having: ofList }: { readonly having: (scope: Scope) => string }, list: ListAsk, signal?: AbortSignal): Promise<Answer> {
  return askPages(scope, list, { measures: missedMeasures, from: daysBefore(scope, lookBackDays).from, having: `last_live_read>=${moment(scope, liveDays)} ${ofList(scope)}` }, signal)
}

const brokenMeasures = ['blocked_page_reads', 'missing_page_reads', 'failed_page_reads', 'delivered_page_reads', 'human_delivered_reads', 'human_blocked_reads']
export const broken = { name: 'broken-for-agents', first: firstRows, usual: '-blocked_page_reads' }

export function askBroken(scope: Scope, list: ListAsk, signal?: AbortSignal): Promise<Answer> {
  return askPages(scope, { ...list, order: `${list.order},-missing_page_reads,-failed_page_reads` }, {
    measures: brokenMeasures, having: 'blocked_page_reads>0 OR missing_page_reads>0 OR failed_page_reads>0',
  }, signal)
}

export function robotsKey(scope: Scope): string {
  return `robots agents ${scope.key}`
}

/** Requests by agent and by what robots.txt said of them. */
export async function askRobots(scope: Scope, signal?: AbortSignal): Promise<readonly Named[]> {
  return namedRows(await query({
    ...questionOf(scope), where: both(scope.where, 'agent:* (robots:* OR path:/robots.txt)'), by: ['agent', 'robots'], measures: ['requests'], limit: 10_000,
  }, signal))
}

/** What a view shows first, by the key under which it will be asked for. */
export function firstOf(params: URLSearchParams, scope: Scope): { readonly key: string; readonly ask: () => Promise<unknown> } {
  const view: PagesView = viewOf(params)
  const find = params.get('find') ?? ''
  const listed = (name: string, usual: string, limit: number, ask: (list: ListAsk) => Promise<Answer>) => {
    const list = { order: params.get('sort') ?? usual, limit, find }
    return { key: listKey(name, scope, list), ask: () => ask(list) }
  }
  switch (view) {
    case 'pages': return listed('pages', usualOrder, firstRows, list => askTable(scope, 'page', list))
    case 'folders': return listed('folders', usualOrder, firstRows, list => askTable(scope, 'path_folder', list))
    case 'freshness': return { key: importantKey(scope, find, firstPages), ask: () => askImportant(scope, find, firstPages) }
    case 'unread': return listed(neverRead.name, neverRead.usual, neverRead.first, list => askMissed(scope, neverRead, list))
    case 'broken': return listed(broken.name, broken.usual, broken.first, list => askBroken(scope, list))
    case 'robots': return { key: robotsKey(scope), ask: () => askRobots(scope) }
  }
}
