import { expect, test } from 'vitest'
import { sameWindow, scrollMiddle, scrollTo, windowOf } from './window'

test('the window and its gaps are as high as all rows', () => {
  for (const count of [0, 1, 30, 200, 20_000]) {
    for (const top of [0, 13, 999, 27_000, 560_000, 9e9]) {
      const { first, last, before, after } = windowOf(top, 600, 28, count)
      expect(before + (last - first) * 28 + after).toBe(count * 28)
      expect(last).toBeGreaterThanOrEqual(first)
    }
  }
})

test('every row that is in sight is in the window', () => {
  for (let top = 0; top < 5000; top += 37) {
    const { first, last } = windowOf(top, 600, 28, 1000)
    expect(first).toBeLessThanOrEqual(Math.floor(top / 28))
    expect(last).toBeGreaterThanOrEqual(Math.min(1000, Math.ceil((top + 600) / 28)))
  }
})

test('the window stays small whatever the list', () => {
  const { first, last } = windowOf(280_000, 600, 28, 20_000)
  expect(last - first).toBeLessThan(70)
})

test('a small scroll does not move the window', () => {
  expect(sameWindow(windowOf(2800, 600, 28, 1000), windowOf(2801, 600, 28, 1000))).toBe(true)
  expect(sameWindow(windowOf(2800, 600, 28, 1000), windowOf(5600, 600, 28, 1000))).toBe(false)
  expect(sameWindow(windowOf(0, 600, 28, 100), windowOf(0, 600, 28, 101))).toBe(false)
})

test('a scroll position beyond a list that became shorter shows its end', () => {
  const { first, last } = windowOf(100_000, 600, 28, 10)
  expect(first).toBeLessThan(10)
  expect(last).toBe(10)
})

test('a row in sight is not scrolled to, others come to the nearest edge', () => {
  expect(scrollTo(5, 0, 600, 28, 30)).toBe(0)
  expect(scrollTo(2, 280, 600, 28, 30)).toBe(56)
  expect(scrollTo(30, 0, 600, 28, 30)).toBe(31 * 28 + 30 - 600)
  expect(scrollMiddle(50, 600, 28, 30)).toBe(50 * 28 - (600 - 58) / 2)
  expect(scrollMiddle(1, 600, 28, 30)).toBe(0)
})
