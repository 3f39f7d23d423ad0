import { expect, test } from 'vitest'
import { type Json, readJson } from './json'

const plain = (json: Json | null): unknown => json === null ? null : 'text' in json ? `${json.kind} ${json.text}` : json.entries.map(entry => [entry.name, plain(entry.value)])

test('names and values stand in their order, nested ones within', () => {
  expect(plain(readJson('{"b": {"c": "x"}, "a": [1, {"d": null}], "e": {}, "f": []}'))).toEqual([
    ['b', [['c', 'text x']]], ['a', [['0', 'word 1'], ['1', [['d', 'word null']]]]], ['e', []], ['f', []],
  ])
})

test('numbers keep their digits, and a name that is there twice is shown twice', () => {
  expect(plain(readJson('{"id":12345678901234567890,"v":1.0,"v":-2E+5}'))).toEqual([['id', 'word 12345678901234567890'], ['v', 'word 1.0'], ['v', 'word -2E+5']])
})

test('escapes are undone, in names too, and signs within quotes are text', () => {
  expect(plain(readJson('{"a\\"{": "}\\u0000\\n,:[\\\\"}'))).toEqual([['a"{', 'text }\u0000\n,:[\\']])
})

test('what is no object and no array, or broken, is no JSON', () => {
  for (const text of ['', 'x', '"a"', '5', '{', '{"a":1} tail', "{'a':1}", '[1,]', '{"a":1', 'INFO {"a":1}']) expect(readJson(text)).toBeNull()
})

test('what is too deep or too large is left to be shown as text', () => {
  expect(readJson('['.repeat(5000) + ']'.repeat(5000))).toBeNull()
  expect(readJson(`[${'1,'.repeat(30_000)}1]`)).toBeNull()
  expect(readJson('['.repeat(100) + ']'.repeat(100))).not.toBeNull()
})

test('a text of a megabyte between quotes is read', () => {
  const long = 'x\\n'.repeat(350_000)
  expect(readJson(`{"a":"${long}"}`)).toEqual({ kind: 'object', entries: [{ name: 'a', value: { kind: 'text', text: 'x\n'.repeat(350_000) } }] })
})
