import { expect, test } from 'vitest'
import { decoded, headerLines, queryPairs, shortened } from './decode'

test('percent-encoding is undone, also where it was done twice', () => {
  expect(decoded('Mozilla/5.0%20(X11)')).toBe('Mozilla/5.0 (X11)')
  expect(decoded('a%2520b')).toBe('a b')
  expect(decoded('gr%C3%B6%C3%9Fe')).toBe('größe')
})

test('without encoding there is nothing to show twice', () => {
  for (const text of ['', 'plain', '100%', '%zz', '%']) expect(decoded(text)).toBeNull()
})

test('bytes that are no UTF-8 stay as they are, what stands around them does not', () => {
  expect(decoded('a%20b%FFc')).toBe('a b%FFc')
  expect(decoded('%C3%28%41')).toBe('%C3(A')
})

test('a query falls into names and values', () => {
  expect(queryPairs('?a=1&b=x%26y&c&d=&=e&&f=1+2=3')).toEqual([
    { name: 'a', value: '1' }, { name: 'b', value: 'x&y' }, { name: 'c', value: null }, { name: 'd', value: '' }, { name: '', value: 'e' }, { name: 'f', value: '1 2=3' },
  ])
})

test('headers are lines, the last of which may be cut', () => {
  expect(headerLines('host:example.com\naccept: */*\nuser-ag')).toEqual([{ name: 'host', value: 'example.com' }, { name: 'accept', value: '*/*' }, { name: 'user-ag', value: null }])
  expect(headerLines('a:b%0Ac:d')).toEqual([{ name: 'a', value: 'b%0Ac:d' }])
})

test('a cut never goes through a character', () => {
  expect(shortened('abc', 3)).toEqual({ text: 'abc', cut: false })
  expect(shortened('abcd', 3)).toEqual({ text: 'abc', cut: true })
  expect(shortened('ab😀c', 3)).toEqual({ text: 'ab', cut: true })
})
