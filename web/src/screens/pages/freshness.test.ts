import { describe, expect, it } from 'vitest'
import { cellOf, gridOf, pagesTest } from './freshness'

const now = Date.parse('2026-11-28T12:00:00Z')
const before = (days: number) => new Date(now - days * 86_400_000).toISOString()

describe('a cell', () => {
  it.each([
    [0.4, 14, 0, 'fresh'],
    [6.9, 14, 6, 'fresh'],
    [7, 14, 7, 'ageing'],
    [14, 14, 14, 'ageing'],
    [14.01, 14, 14, 'stale'],
    [59, 60, 59, 'ageing'],
    [40, null, 40, 'free'],
  ] as const)('of %d days with a limit of %s', (days, limit, shown, level) => {
    expect(cellOf(now - days * 86_400_000, limit, now)).toEqual({ days: shown, level })
  })

  it('is never where there is no read', () => expect(cellOf(null, 14, now)).toEqual({ days: null, level: 'never' }))

  it('is not late for who reads on demand', () => expect(cellOf(null, null, now)).toEqual({ days: null, level: 'free' }))

  it('is today for a read that is newer than the range', () => expect(cellOf(now + 5000, 14, now).days).toBe(0))
})

describe('the grid', () => {
  const pages = [{ page: 'a/1' }, { page: 'a/2' }, { page: 'a/3' }]
  const read = (page: string, agent: string, type: string, days: number) => ({ page, agent, class: type, last_delivered_read: before(days) })
  const grid = gridOf(pages, [
    read('a/1', 'GPTBot', 'training', 1), read('a/1', 'PerplexityBot', 'search', 1), read('a/2', 'PerplexityBot', 'search', 20), read('a/2', 'ChatGPT-User', 'user-fetch', 30),
    read('a/3', 'GPTBot', 'training', 2), read('a/3', 'Slackbot', 'preview', 1),
  ], now)

  it('has the agents by class, those without a place in it left out', () => expect(grid.agents.map(agent => agent.name)).toEqual(['PerplexityBot', 'GPTBot', 'ChatGPT-User']))

  it('has a cell for each pair', () => expect(grid.pages.map(page => page.cells.map(cell => cell.days))).toEqual([[1, 1, null], [20, null, 30], [null, 2, null]]))

  it('counts for whom a page is late or new', () => expect(grid.pages.map(page => page.late)).toEqual([0, 2, 1]))
})

it('names as many pages as a filter has room for', () => {
  expect(pagesTest(['www.example.com/a', 'www.example.com/b c'], 100)).toEqual({ test: 'page:www.example.com/a,"www.example.com/b c"', named: 2 })
  expect(pagesTest(['www.example.com/a', 'www.example.com/b'], 30)).toEqual({ test: 'page:www.example.com/a', named: 1 })
})
