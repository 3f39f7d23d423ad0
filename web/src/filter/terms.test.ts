import { expect, test } from 'vitest'
import { replaced, termsOf, testOf, withTest, without } from './terms'

test('a test goes without touching the blanks within the values of others', () => {
  const filter = 'user_agent:"a  b\n\tc"   status:5xx  host:x'
  expect(without(filter, 'status:5xx')).toBe('user_agent:"a  b\n\tc" host:x')
  expect(without(filter, 'user_agent:"a  b\n\tc"')).toBe('status:5xx  host:x')
  expect(without('a', 'a')).toBe('')
  expect(without('a', 'b')).toBe('a')
})

test('a test is replaced in its place', () => {
  expect(replaced('a:1 b:2 c:3', 'b:2', '-b:2')).toBe('a:1 -b:2 c:3')
  expect(withTest('a:1 b:2', '-b:2')).toBe('a:1 -b:2')
})

test('whatever a value holds, its test is one term', () => {
  for (const value of ['a b', 'say "hi"', 'back\\slash', 'OR', '(x', 'x)', '*', 'a,b', '', '-a', 'two\nlines', '‮rtl', '<b>']) {
    const test = testOf('path', value)
    expect(termsOf(`status:5xx ${test} host:x`).map(term => term.text)).toEqual(['status:5xx', test, 'host:x'])
  }
})
