import { expect, test } from 'vitest'
import { briefOf, jsonIn, linesOf } from './brief'

test('a text is itself, cut where it is too long, and says how many lines it has', () => {
  expect(briefOf('plain text', 100)).toEqual({ lead: 'plain text', pairs: [], lines: 1, cut: false })
  expect(briefOf('abcdef', 3)).toEqual({ lead: 'abc', pairs: [], lines: 1, cut: true })
  expect(briefOf('Traceback\n  at a\n  at b\n', 100).lines).toBe(3)
  expect(['', 'a', 'a\n', 'a\nb', '\n\n'].map(linesOf)).toEqual([1, 1, 1, 2, 2])
})

test('of JSON the message comes first, then the members by name, and last what the columns say', () => {
  const brief = briefOf('{"timestamp":"2026","level":"INFO","user":{"id":5,"tags":["a",1]},"message":"signed in","empty":""}', 200)
  expect(brief.lead).toBe('signed in')
  expect(brief.pairs).toEqual([
    { name: 'user.id', value: '5' }, { name: 'user.tags', value: '["a", 1]' }, { name: 'empty', value: '' }, { name: 'timestamp', value: '2026' }, { name: 'level', value: 'INFO' },
  ])
  expect(brief.cut).toBe(false)
})

test('JSON behind the prefix of a runtime is found', () => {
  expect(briefOf('2026-11-27T10:00:00Z\tid\tERROR\t{"errorMessage":"no","code":7}', 200)).toEqual({ lead: '2026-11-27T10:00:00Z\tid\tERROR no', pairs: [{ name: 'code', value: '7' }], lines: 1, cut: false })
  expect(jsonIn('a {"b":1}')).toBeNull()
  expect(jsonIn('a\t{"b":')).toBeNull()
})

test('a brief is never longer than asked, whatever the message', () => {
  const wide = `{${Array.from({ length: 2000 }, (_, place) => `"k${place}":"${'v'.repeat(9)}"`).join()}}`
  const size = (brief: ReturnType<typeof briefOf>) => brief.lead.length + brief.pairs.reduce((sum, pair) => sum + pair.value.length, 0)
  for (const message of [wide, 'x'.repeat(1_000_000), `{"message":"${'y'.repeat(20_000)}"}`]) {
    const brief = briefOf(message, 300)
    expect(size(brief)).toBeLessThanOrEqual(300)
    expect(brief.cut).toBe(true)
  }
})
