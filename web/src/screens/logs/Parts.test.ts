import { expect, test } from 'vitest'
import { partsOf } from './Parts'

test('the parts of a text are the text, cut between lines or characters', () => {
  for (const text of ['short', 'a\nb', 'w'.repeat(100_000), '😀'.repeat(50_000), 'line of some words\n'.repeat(20_000)]) {
    const parts = partsOf(text)
    expect(parts.join('')).toBe(text)
    expect(parts.every(part => part.length <= 65_536 && !/[\ud800-\udbff]$/.test(part))).toBe(true)
  }
  expect(partsOf('line\n'.repeat(50_000)).every(part => part.endsWith('\n'))).toBe(true)
})
