import { describe, expect, test } from 'vitest'
import type { Answer, Value } from '../../api/client'
import { coursesOf, nextOrder, orderOf, sorted, streamsOf } from './streams'

function answer(names: readonly string[], ...rows: readonly (readonly Value[])[]): Answer {
  return { columns: names.map(name => ({ name, type: '' })), rows, meta: { rowsRead: 0, elapsedMs: 0, from: '', to: '', tz: 'UTC' } }
}

const known = answer(['stream', 'last_seen', 'deliveries'], ['a/one', '2026-11-27T18:00:00Z', 9], ['a/two', '2026-11-20T18:00:00Z', 3])
const range = answer(['stream', 'deliveries', 'rows', 'rejected', 'reject_rate', 'repeats', 'delay_p95', 'last_seen'], ['a/one', 4, '9007199254740993', 1, 0.25, 0, null, '2026-11-27T17:00:00Z'], ['a/new', 1, 1, 0, 0, 0, 2, '2026-11-27T18:00:01Z'])
const gap = { stream: 'a/one', from: '', to: '', minutes: 1, expected: 1, basis: 'hour' as const }

describe('streamsOf', () => {
  const streams = streamsOf(known, range, answer(['stream', 'ingest_delay_p95'], ['a/one', 61]), [gap, gap, { ...gap, stream: 'a/other' }])
  const one = (name: string) => streams.find(stream => stream.name === name)!

  test('joins what the answers say of a stream', () => {
    expect(one('one')).toMatchObject({ deliveries: 4, rejected: 1, rejectRate: 0.25, gaps: 2, delay: { p95: null }, line: { p95: 61 } })
  })
  test('says the last delivery also if it came after the range', () => expect(one('one').last).toBe(Date.parse('2026-11-27T18:00:00Z')))
  test('has who delivered nothing in the range', () => expect(one('two')).toMatchObject({ deliveries: 0, last: Date.parse('2026-11-20T18:00:00Z') }))
  test('has who was not known a moment ago', () => expect(one('new').last).toBe(Date.parse('2026-11-27T18:00:01Z')))
})

describe('sorted', () => {
  const base = streamsOf(known, range, null, [])
  const by = (order: string) => sorted(base, order).map(stream => stream.name)
  test('goes both ways', () => {
    expect(by('name')).toEqual(['new', 'one', 'two'])
    expect(by('-deliveries')).toEqual(['one', 'new', 'two'])
  })
  test('puts the unknown last both ways', () => {
    expect(by('delay')[0]).toBe('new')
    expect(by('-delay')[0]).toBe('new')
  })
  test('takes an order that is none as the first', () => expect(orderOf('-constructor')).toEqual({ sort: 'rows', down: true }))
})

describe('nextOrder', () => {
  test('turns the order round, and begins numbers with the largest', () => {
    expect(nextOrder('-rows', 'rows')).toBe('rows')
    expect(nextOrder('rows', 'rows')).toBe('-rows')
    expect(nextOrder('-rows', 'delay')).toBe('-delay')
    expect(nextOrder('-rows', 'name')).toBe('name')
  })
})

describe('coursesOf', () => {
  test('is 0 where a stream has no row', () => {
    const times = ['2026-11-27T17:00:00Z', '2026-11-27T18:00:00Z', '2026-11-27T19:00:00Z'].map(text => Date.parse(text))
    const courses = coursesOf(answer(['stream', 'time', 'rows'], ['a', '2026-11-27T18:00:00.000Z', 5], ['b', '2026-11-27T17:00:00.000Z', 1], ['b', '2026-11-27T16:00:00.000Z', 7]), times)
    expect([...courses]).toEqual([['a', [0, 5, 0]], ['b', [1, 0, 0]]])
  })
})
