import { expect, it } from 'vitest'
import { perVisit } from './perVisit'

it('says n to 1, or why there is no ratio', () => {
  expect(perVisit(0, null)).toBe('no visits')
  expect(perVisit(9, null)).toBe('too few')
  expect(perVisit(10, 0)).toBe('0 : 1')
  expect(perVisit(10, 0.5)).toBe('0.5 : 1')
  expect(perVisit(10, 9.9)).toBe('9.9 : 1')
  expect(perVisit(10, 1234)).toBe('1.23k : 1')
})
