import { expect, it } from 'vitest'
import { weekOf } from './week'

const now = Date.parse('2026-11-28T01:30:00Z')

it('is the seven days before today, of the zone', () => {
  expect(weekOf(null, 'UTC', now)).toEqual({ first: '2026-11-21', last: '2026-11-27', from: Date.parse('2026-11-21T00:00:00Z'), to: Date.parse('2026-11-28T00:00:00Z') })
  // In New York it is still the 27th.
  expect(weekOf(null, 'America/New_York', now)).toMatchObject({ last: '2026-11-26', to: Date.parse('2026-11-27T05:00:00Z') })
})

it('has seven days also when the clock changes, and across a month', () => {
  const week = weekOf('2026-10-31', 'Europe/Berlin', now)
  expect(week.first).toBe('2026-10-25')
  // 25 October has 25 hours.
  expect(week.to - week.from).toBe((7 * 24 + 1) * 3_600_000)
})

it('takes no day that is none, or that is not over', () => {
  for (const day of ['', 'yesterday', '2026-13-01', '2026-11-28', '2030-01-01']) expect(weekOf(day, 'UTC', now).last).toBe('2026-11-27')
})
