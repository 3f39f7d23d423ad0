/*
 * The rows behind a figure: filters that let through what a measure of `AgentMeasures.cs` counts. A test compares the two.
 */

const read = 'kind:page method:GET'
const ok = 'status:200-299,304'
const ai = 'class:training,search,user-fetch,agent,coding,data-provider'
const people = 'arrival:*'
const blocked = 'status:401,402,403,406,429,451'

export const rowsBehind = {
  page_reads: `${ai} ${read}`,
  delivered_page_reads: `${ai} ${read} ${ok}`,
  undelivered_page_reads: `${ai} ${read} -${ok}`,
  blocked_page_reads: `${ai} ${read} ${blocked}`,
  missing_page_reads: `${ai} ${read} status:404,410`,
  failed_page_reads: `${ai} ${read} status:0,500-599`,
  training_reads: `class:training ${read} ${ok}`,
  search_reads: `class:search ${read} ${ok}`,
  user_fetch_reads: `class:user-fetch ${read} ${ok}`,
  user_reads: `class:user-fetch,agent ${read} ${ok}`,
  human_page_reads: people,
  human_delivered_reads: `${people} ${ok}`,
  human_blocked_reads: `${people} ${blocked}`,
  ai_visits: `ai_source:* arrival:entry ${ok}`,
  live_reads: `${read} ${ok}`,
  robots_checks: 'path:/robots.txt',
  robots_allowed: 'robots:allowed',
  robots_violations: 'robots:disallowed',
  robots_grace: 'robots:grace',
  robots_exempt: 'robots:exempt',
} as const

export type Counted = keyof typeof rowsBehind
