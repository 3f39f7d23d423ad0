import { expect, it } from 'vitest'
import { reachesBefore } from './before'

const day = { from: '2026-11-26T00:00:00Z', to: '2026-11-27T00:00:00Z' }

it.each([
  ['2026-11-01T00:00:00Z', true],
  ['2026-11-25T00:00:00Z', true],
  // The first request of a store is some moments after its start.
  ['2026-11-25T00:20:00Z', true],
  ['2026-11-25T12:00:00Z', false],
  ['2026-11-26T12:00:00Z', false],
  [null, false],
  [undefined, false],
])('with %s as the oldest row: %s', (oldest, reaches) => expect(reachesBefore(day, oldest)).toBe(reaches))
