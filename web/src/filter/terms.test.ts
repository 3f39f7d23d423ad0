import { describe, expect, it } from 'vitest'
import { both, flipped, quoted, replaced, termsOf, testOf, without, withTest, wordAt } from './terms'

const texts = (filter: string) => termsOf(filter).map(term => term.text)

describe('termsOf', () => {
  it.each([
    ['', []],
    ['  ', []],
    ['status:2xx -path:/health*', ['status:2xx', '-path:/health*']],
    ['a AND b', ['a', 'b']],
    ['NOT status:404 x', ['NOT status:404', 'x']],
    ['path:"a b" c', ['path:"a b"', 'c']],
    ['path:"a \\" b" c', ['path:"a \\" b"', 'c']],
    ['host:(a b) c', ['host:(a b)', 'c']],
    ['host:a (status:404 OR status:410)', ['host:a', '(status:404 OR status:410)']],
    ['a OR b', ['a OR b']],
    ['x a OR b', ['x a OR b']],
    ['"a OR b" c', ['"a OR b"', 'c']],
    ['open "quote', ['open', '"quote']],
    ['ends with \\', ['ends', 'with', '\\']],
    ['"ends with \\', ['"ends with \\']],
    ['unopened) b', ['unopened)', 'b']],
  ])('cuts %j', (filter, expected) => expect(texts(filter)).toEqual(expected))

  it('tells field, sign and value apart', () => {
    expect(termsOf('-status>=500')[0]).toMatchObject({ negated: true, field: 'status', rest: '>=500' })
    expect(termsOf('attributes.cloudfront-fields:*')[0]).toMatchObject({ field: 'attributes.cloudfront-fields', rest: '*' })
    expect(termsOf('"status:500"')[0]).toMatchObject({ field: null })
  })
})

describe('changing a filter', () => {
  it('adds a test once', () => {
    expect(withTest('', 'a:b')).toBe('a:b')
    expect(withTest('a:b', 'a:b')).toBe('a:b')
    expect(withTest('x:y', 'a:b')).toBe('x:y a:b')
  })

  it('puts a test in the place of its opposite', () => {
    expect(withTest('x:y a:b z', '-a:b')).toBe('x:y -a:b z')
    expect(withTest('-a:b', 'a:b')).toBe('a:b')
  })

  it('keeps OR together', () => {
    expect(withTest('a OR b', 'c:d')).toBe('(a OR b) c:d')
    expect(both('a OR b', 'c OR d')).toBe('(a OR b) (c OR d)')
    expect(both('', 'c OR d')).toBe('c OR d')
  })

  it('takes a test away', () => {
    expect(without('a:1 b:2 c:3', 'b:2')).toBe('a:1 c:3')
    expect(without('a:1', 'a:1')).toBe('')
    expect(replaced('a:1 b:2', 'a:1', 'a:9')).toBe('a:9 b:2')
  })

  it('turns a test round, and back', () => {
    for (const text of ['a:b', '-a:b', '(a OR b)', '"x y"']) {
      const once = flipped(termsOf(text)[0]!)
      expect(once).not.toBe(text)
      expect(flipped(termsOf(once)[0]!)).toBe(text)
    }
    expect(flipped(termsOf('NOT a:b')[0]!)).toBe('a:b')
    expect(flipped(termsOf('a OR b')[0]!)).toBe('-(a OR b)')
  })
})

describe('values', () => {
  it.each([
    ['path', '/docs/a.html', 'path:/docs/a.html'],
    ['path', '/a b', 'path:"/a b"'],
    ['path', '', 'path:""'],
    ['path', 'x"y\\z', 'path:"x\\"y\\\\z"'],
    ['path', '*', 'path:"*"'],
    ['path', 'OR', 'path:"OR"'],
    ['path', '200-299', 'path:"200-299"'],
    ['path', '-a', 'path:"-a"'],
    ['path', '>5', 'path:">5"'],
    ['status', 200, 'status:200'],
    ['asn', null, '-asn:*'],
  ])('writes %s = %j', (field, value, expected) => expect(testOf(field, value)).toBe(expected))

  it('excludes', () => {
    expect(testOf('status', 200, true)).toBe('-status:200')
    expect(testOf('asn', null, true)).toBe('asn:*')
  })

  it('quotes what would be read otherwise', () => expect(quoted('a,b')).toBe('"a,b"'))
})

describe('wordAt', () => {
  it.each([
    ['sta', 3, { field: null, typed: 'sta' }],
    ['a:b sta', 7, { field: null, typed: 'sta', start: 4 }],
    ['status:2', 8, { field: 'status', typed: '2', start: 0 }],
    ['-status:2', 9, { field: 'status', typed: '2', start: 1, negated: true }],
    ['a ', 2, { field: null, typed: '', start: 2 }],
    ['', 0, { field: null, typed: '' }],
  ])('finds what is written in %j at %d', (filter, place, expected) => expect(wordAt(filter, place)).toMatchObject(expected))
})

it('a test goes without touching the blanks within the values of others', () => {
  const filter = 'user_agent:"a  b\n\tc"   status:5xx  host:x'
  expect(without(filter, 'status:5xx')).toBe('user_agent:"a  b\n\tc" host:x')
  expect(without(filter, 'user_agent:"a  b\n\tc"')).toBe('status:5xx  host:x')
  expect(without('a', 'a')).toBe('')
  expect(without('a', 'b')).toBe('a')
})

it('a test is replaced in its place', () => {
  expect(replaced('a:1 b:2 c:3', 'b:2', '-b:2')).toBe('a:1 -b:2 c:3')
  expect(withTest('a:1 b:2', '-b:2')).toBe('a:1 -b:2')
})

it('whatever a value holds, its test is one term', () => {
  for (const value of ['a b', 'say "hi"', 'back\\slash', 'OR', '(x', 'x)', '*', 'a,b', '', '-a', 'two\nlines', '‮rtl', '<b>']) {
    const test = testOf('path', value)
    expect(termsOf(`status:5xx ${test} host:x`).map(term => term.text)).toEqual(['status:5xx', test, 'host:x'])
  }
})

it('a key of a map may hold anything: it stands in quotes, and is the same field again when it is read', () => {
  for (const key of ['@timestamp', 'user name', 'a"b', 'back\\slash', 'über', 'a:b', 'x.y z']) {
    const written = testOf(`fields.${key}`, 'x')
    expect(termsOf(`level:error ${written} a`).map(term => [term.field, term.text])).toEqual([['level', 'level:error'], [`fields.${key}`, written], [null, 'a']])
  }
  expect(testOf('fields.@timestamp', '5', true)).toBe('-fields."@timestamp":"5"')
  expect(testOf('fields.user.id', 'x')).toBe('fields.user.id:x')
})
