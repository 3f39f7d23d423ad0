import { expect, test } from 'vitest'
import { even, sameWindow, scrollMiddle, scrollTo, uneven, windowOf } from './window'

test('the window and its gaps are as high as all rows', () => {
  for (const count of [0, 1, 30, 200, 20_000]) {
    for (const top of [0, 13, 999, 27_000, 560_000, 9e9]) {
      const { first, last, before, after } = windowOf(top, 600, even(count, 28))
      expect(before + (last - first) * 28 + after).toBe(count * 28)
      expect(last).toBeGreaterThanOrEqual(first)
    }
  }
})

test('every row that is in sight is in the window', () => {
  for (let top = 0; top < 5000; top += 37) {
    const { first, last } = windowOf(top, 600, even(1000, 28))
    expect(first).toBeLessThanOrEqual(Math.floor(top / 28))
    expect(last).toBeGreaterThanOrEqual(Math.min(1000, Math.ceil((top + 600) / 28)))
  }
})

test('the window stays small whatever the list', () => {
  const { first, last } = windowOf(280_000, 600, even(20_000, 28))
  expect(last - first).toBeLessThan(70)
})

test('a small scroll does not move the window', () => {
  expect(sameWindow(windowOf(2800, 600, even(1000, 28)), windowOf(2801, 600, even(1000, 28)))).toBe(true)
  expect(sameWindow(windowOf(2800, 600, even(1000, 28)), windowOf(5600, 600, even(1000, 28)))).toBe(false)
  expect(sameWindow(windowOf(0, 600, even(100, 28)), windowOf(0, 600, even(101, 28)))).toBe(false)
})

test('a scroll position beyond a list that became shorter shows its end', () => {
  const { first, last } = windowOf(100_000, 600, even(10, 28))
  expect(first).toBeLessThan(10)
  expect(last).toBe(10)
})

test('a row in sight is not scrolled to, others come to the nearest edge', () => {
  expect(scrollTo(5, 0, 600, even(100, 28), 30)).toBe(0)
  expect(scrollTo(2, 280, 600, even(100, 28), 30)).toBe(56)
  expect(scrollTo(30, 0, 600, even(100, 28), 30)).toBe(31 * 28 + 30 - 600)
  expect(scrollMiddle(50, 600, even(100, 28), 30)).toBe(50 * 28 - (600 - 58) / 2)
  expect(scrollMiddle(1, 600, even(100, 28), 30)).toBe(0)
})

test('rows of different heights stand below each other, and every one in sight is in the window', () => {
  const heights = Array.from({ length: 3000 }, (_, row) => row % 17 === 0 ? 400 : 28)
  const lines = uneven(heights)
  expect(lines.topOf(3000)).toBe(heights.reduce((sum, height) => sum + height, 0))
  for (let top = 0; top < 150_000; top += 977) {
    const { first, last, before, after } = windowOf(top, 600, lines)
    expect(lines.topOf(lines.rowAt(top))).toBeLessThanOrEqual(top)
    expect(lines.topOf(lines.rowAt(top) + 1)).toBeGreaterThan(top)
    expect(before).toBeLessThanOrEqual(top)
    expect(lines.topOf(3000) - after).toBeGreaterThanOrEqual(Math.min(top + 600, lines.topOf(3000)))
    expect(before + heights.slice(first, last).reduce((sum, height) => sum + height, 0) + after).toBe(lines.topOf(3000))
  }
})

test('of a row that is higher than the window its beginning comes in sight', () => {
  expect(scrollTo(1, 0, 600, uneven([28, 2000, 28]), 30)).toBe(28)
  expect(scrollMiddle(1, 600, uneven([28, 2000, 28]), 30)).toBe(28)
  expect(uneven([]).rowAt(50)).toBe(0)
  expect(uneven([]).topOf(0)).toBe(0)
})
