import { expect, it } from 'vitest'
import { ratioOf } from './ratio'

it('says n to 1, or why there is no ratio', () => {
  expect(ratioOf(0, 0)).toBe('–')
  expect(ratioOf(5, 0)).toBe('no visits')
  expect(ratioOf(500, 9)).toBe('too few')
  expect(ratioOf(5, 10)).toBe('0.5 : 1')
  expect(ratioOf(99, 10)).toBe('9.9 : 1')
  expect(ratioOf(12_340, 10)).toBe('1,234 : 1')
})
