import { expect, it } from 'vitest'
import { periodFor, sparkInterval } from './period'

const hour = 3_600_000

it.each([
  ['auto', hour, '1m'], [null, 6 * hour, '5m'], ['nonsense', 24 * hour, '5m'], [null, 3 * 24 * hour, '15m'], [null, 7 * 24 * hour, '1h'], [null, 30 * 24 * hour, '6h'], [null, 400 * 24 * hour, '1d'],
])('%s over %d ms is %s', (choice, range, period) => expect(periodFor(choice, range)).toMatchObject({ period, raised: false }))

it('a chosen one is kept as long as its points can be drawn', () => {
  expect(periodFor('1m', 24 * hour)).toMatchObject({ period: '1m', raised: false })
  expect(periodFor('1m', 7 * 24 * hour)).toEqual({ period: '15m', ms: 900_000, raised: true })
  expect(periodFor('1d', hour)).toMatchObject({ period: '1d', raised: false })
})

it('never asks for more points than the server gives', () => {
  for (let range = 60_000; range < 1400 * 24 * hour; range *= 1.7) {
    for (const choice of [null, '1m', '5m', '1h', '1d']) expect(range / periodFor(choice, range).ms).toBeLessThanOrEqual(1500)
    expect(range / { '1m': 6e4, '5m': 3e5, '15m': 9e5, '1h': 36e5, '6h': 216e5, '1d': 864e5 }[sparkInterval(range)]).toBeLessThanOrEqual(1500)
  }
})
