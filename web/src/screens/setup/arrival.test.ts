import { describe, expect, test } from 'vitest'
import { arrivalOf, refusedSince } from './arrival'

const newest = { time: '2026-11-27T18:00:00Z', id: 'an-id', stream: 'arn', signal: 'requests', rows: 0, rejected: 0, repeats: 0, reason: null }

describe('arrivalOf', () => {
  test.each([
    [null, 'waiting'], [{ rows: 1 }, 'stored'], [{ rows: 2, rejected: 1 }, 'partly'], [{ rejected: 3, repeats: 1 }, 'rejected'], [{ repeats: 1 }, 'repeated'], [{}, 'empty'],
  ])('of %j is %s', (counts, state) => expect(arrivalOf(counts === null ? null : { ...newest, ...counts }).state).toBe(state))
  test('counts in words', () => {
    expect(arrivalOf({ ...newest, rows: 1 }).text).toBe('It arrives: 1 row stored')
    expect(arrivalOf({ ...newest, rows: 2, rejected: 1 }).text).toBe('It arrives, but not whole: 2 rows stored, 1 rejected')
  })
})

describe('refusedSince', () => {
  const before = [{ fault: 'queue_full', count: 2 }, { fault: 'access_key_unknown', count: 5 }]
  test('is what came since', () => {
    expect(refusedSince(before, [{ fault: 'queue_full', count: 2 }, { fault: 'access_key_unknown', count: 7 }, { fault: 'gzip_broken', count: 1 }]))
      .toEqual([{ fault: 'access_key_unknown', count: 2 }, { fault: 'gzip_broken', count: 1 }])
  })
  test('counts from nothing after a restart', () => expect(refusedSince(before, [{ fault: 'access_key_unknown', count: 1 }])).toEqual([{ fault: 'access_key_unknown', count: 1 }]))
})
