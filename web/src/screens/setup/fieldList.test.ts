import { describe, expect, test } from 'vitest'
import { attributeCharsMax, rangesOf } from './fieldList'

describe('rangesOf', () => {
  test('joins what follows each other', () => expect(rangesOf([1, 2, 3, 4])).toBe('1-4'))
  test('leaves what stands alone', () => expect(rangesOf([...Array.from({ length: 46 }, (_, place) => place + 1), 70])).toBe('1-46,70'))
  test('two are no range', () => expect(rangesOf([1, 2, 5])).toBe('1,2,5'))
  test('orders, and takes none twice', () => expect(rangesOf([7, 1, 6, 5, 1, 7])).toBe('1,5-7'))
  test('nothing is nothing', () => expect(rangesOf([])).toBe(''))
  test('any choice of the 71 fields fits into one attribute', () => {
    const odd = Array.from({ length: 36 }, (_, place) => place * 2 + 1)
    expect(rangesOf(odd).length).toBeLessThan(attributeCharsMax)
  })
})
