import { expect, it } from 'vitest'
import type { Scope } from '../../api/scope'
import { coverageOf, livePages } from './coverage'

const scope = (where: string): Scope => ({ from: '-1h', to: 'now', where, tz: 'UTC', compare: false, key: '' })

it('asks for the pages of anyone, within what the filter says of pages', () =>
  expect(livePages(scope('host:a.example agent:GPTBot path:/docs/* status:2xx'), null)).toMatchObject({ from: '-28d', to: 'now', where: 'host:a.example path:/docs/*' }))

it('goes back from the end of the range', () => {
  const end = Date.UTC(2026, 10, 29)
  expect(livePages(scope(''), end)).toEqual({ from: String(Date.UTC(2026, 10, 1)), to: String(end), tz: 'UTC', measures: ['live_pages'] })
})

it.each([[5, 10, 0.5], [12, 10, 1], [0, 10, 0], [5, 0, null], [5, null, null]])('of %s pages and %s living ones: %s', (pages, live, share) => expect(coverageOf(pages, live)).toBe(share))
