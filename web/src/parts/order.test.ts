import { expect, it } from 'vitest'
import { orderOf, sorted } from './order'

it.each([
  [null, { key: 'reads', descending: true }],
  ['agent', { key: 'agent', descending: false }],
  ['-agent', { key: 'agent', descending: true }],
  ['nonsense', { key: 'reads', descending: true }],
])('reads %s', (text, order) => expect(orderOf(text, ['agent', 'reads'], '-reads')).toEqual(order))

it('sorts numbers by size and texts without regard to case', () => {
  expect(sorted([10, 9, 100], one => one, false)).toEqual([9, 10, 100])
  expect(sorted(['b', 'A', 'c'], one => one, true)).toEqual(['c', 'b', 'A'])
})

it('puts what is not known last, whichever way', () => {
  expect(sorted([null, 1, 2], one => one, false)).toEqual([1, 2, null])
  expect(sorted([null, 1, 2], one => one, true)).toEqual([2, 1, null])
})
