import { type Named, momentIn } from '../../api/answers'
import { both, quoted } from '../../filter/terms'

/* How long ago each agent was given each page: the grid, computed. */

/** The classes that are shown, in this order, and after how many days a page is stale for them. Who reads on demand has no such limit. */
export const limits: readonly { readonly name: string; readonly days: number | null }[] = [
  { name: 'search', days: 14 }, { name: 'training', days: 60 }, { name: 'user-fetch', days: null }, { name: 'agent', days: null },
]

export type Level = 'fresh' | 'ageing' | 'stale' | 'never' | 'free'

export interface Cell {
  /** Whole days; null is never. */
  readonly days: number | null
  readonly level: Level
}

export interface GridAgent {
  readonly name: string
  readonly type: string
  readonly limit: number | null
}

export interface GridPage {
  readonly page: string
  readonly row: Named
  readonly cells: readonly Cell[]
  /** Agents with a limit for whom the page is stale or was never read; null until the reads are there. */
  readonly late: number | null
}

export interface Grid {
  readonly agents: readonly GridAgent[]
  readonly pages: readonly GridPage[]
}

/** `pages` come by importance, `reads` by page, agent and class; null if they are still on their way. */
export function gridOf(pages: readonly Named[], reads: readonly Named[] | null, now: number): Grid {
  if (reads === null) return { agents: [], pages: pages.map(row => ({ page: String(row['page']), row, cells: [], late: null })) }
  const agents = agentsOf(reads)
  const last = new Map(reads.map(read => [cellKey(read['page'], read['agent']), momentIn(read, 'last_delivered_read')]))
  return {
    agents,
    pages: pages.map(row => {
      const cells = agents.map(agent => cellOf(last.get(cellKey(row['page'], agent.name)) ?? null, agent.limit, now))
      return { page: String(row['page']), row, cells, late: cells.filter(cell => cell.level === 'stale' || cell.level === 'never').length }
    }),
  }
}

export function cellOf(last: number | null, limit: number | null, now: number): Cell {
  if (last === null) return { days: null, level: limit === null ? 'free' : 'never' }
  const days = Math.max(0, Math.floor((now - last) / 86_400_000))
  return { days, level: limit === null ? 'free' : now - last > limit * 86_400_000 ? 'stale' : days * 2 >= limit ? 'ageing' : 'fresh' }
}

/** As many pages as a filter can name: it may have 4,096 characters, and those of the screen's own filter are in it. */
export function pagesTest(pages: readonly string[], room: number): { readonly test: string; readonly named: number } {
  let test = ''
  let named = 0
  for (const page of pages) {
    const next = `${test === '' ? 'page:' : `${test},`}${quoted(page)}`
    if (next.length > room) break
    test = next
    named++
  }
  return { test, named }
}

export function gridTest(where: string, pages: string): string {
  return both(where, `${pages} kind:page agent:* class:${limits.map(one => one.name).join(',')}`)
}

function agentsOf(reads: readonly Named[]): GridAgent[] {
  const agents = new Map<string, GridAgent & { readonly place: number }>()
  for (const read of reads) {
    const place = limits.findIndex(one => one.name === read['class'])
    if (place >= 0) agents.set(String(read['agent']), { name: String(read['agent']), type: limits[place]!.name, limit: limits[place]!.days, place })
  }
  return [...agents.values()].sort((one, other) => one.place - other.place || one.name.localeCompare(other.name))
}

function cellKey(page: unknown, agent: unknown): string {
  return `${page}\n${agent}`
}
