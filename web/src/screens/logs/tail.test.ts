import { expect, test } from 'vitest'
import { rowOf, type LogRow } from './identity'
import { above, arrive, emptyTail, release } from './tail'

const names = { id: 'request_id', marks: [] }
const rows = (from: number, to: number): LogRow[] =>
  Array.from({ length: to - from }, (_, at) => rowOf({ time: '2026-11-27T10:00:00Z', request_id: `r${from + at}` }, names))
const ids = (list: readonly LogRow[]) => list.map(row => row.values['request_id'])

test('the newest row stands first', () => {
  const tail = arrive(arrive(emptyTail, rows(0, 2), 0, false), rows(2, 4), 0, false)
  expect(ids(tail.shown)).toEqual(['r3', 'r2', 'r1', 'r0'])
  expect(tail.arrived).toBe(4)
  expect(tail.dropped).toBe(false)
})

test('held rows change nothing that is shown, and come on top in their order', () => {
  let tail = arrive(emptyTail, rows(0, 2), 0, false)
  const before = tail.shown
  tail = arrive(arrive(tail, rows(2, 3), 0, true), rows(3, 5), 0, true)
  expect(tail.shown).toBe(before)
  expect(tail.heldCount).toBe(3)
  tail = release(tail)
  expect(ids(tail.shown)).toEqual(['r4', 'r3', 'r2', 'r1', 'r0'])
  expect(tail.heldCount).toBe(0)
})

test('rows that arrive before the held ones were released do not overtake them', () => {
  const tail = arrive(arrive(emptyTail, rows(0, 2), 0, true), rows(2, 3), 0, false)
  expect(ids(tail.shown)).toEqual(['r2', 'r1', 'r0'])
  expect(tail.held).toEqual([])
  expect(tail.heldCount).toBe(0)
})

test('memory is bounded, the count is not', () => {
  let tail = emptyTail
  for (let at = 0; at < 50; at++) tail = arrive(tail, rows(at * 10, at * 10 + 10), 0, true, 100)
  expect(tail.held.length).toBe(100)
  expect(tail.heldCount).toBe(500)
  expect(tail.dropped).toBe(true)
  tail = release(tail, 100)
  expect(tail.shown.length).toBe(100)
  expect(ids(tail.shown)[0]).toBe('r499')
  tail = arrive(tail, rows(500, 600), 0, false, 100)
  expect(ids(tail.shown)[99]).toBe('r500')
})

test('what the server left out is added up', () => {
  const tail = arrive(arrive(emptyTail, [], 700, false), rows(0, 1), 41, true)
  expect(tail.skipped).toBe(741)
})

test('a stored row that also arrived is shown once', () => {
  const [a, b, c] = rows(0, 3) as [LogRow, LogRow, LogRow]
  expect(ids(above([c, b], [b, a]))).toEqual(['r2', 'r1', 'r0'])
  expect(above([], [b, a])).toEqual([b, a])
  expect(above([c, b], [a], 2)).toEqual([c, b])
  expect(above([c], [b, a], 2)).toEqual([c, b])
})
