import { expect, test } from 'vitest'
import { keyOf, readKey, rowsOf } from './identity'

const names = { id: 'request_id', marks: ['delivery_id', 'path'] }
const time = '2026-11-27T10:00:00.123Z'

test('the id of the source names a row, whatever else stands in it', () => {
  const key = keyOf({ time, request_id: 'abc==', path: '/a' }, names)
  expect(key).toBe(`${time}~abc==`)
  expect(keyOf({ time, request_id: 'abc==', path: '/b', status: 1 }, names)).toBe(key)
  expect(readKey(key)).toEqual({ ms: Date.parse(time), id: 'abc==' })
})

test('a row without an id is named by its marks', () => {
  const key = keyOf({ time, request_id: '', delivery_id: 'd', path: '/a' }, names)
  expect(keyOf({ time, request_id: null, delivery_id: 'd', path: '/a', status: 200 }, names)).toBe(key)
  expect(keyOf({ time, request_id: '', delivery_id: 'd', path: '/b' }, names)).not.toBe(key)
  expect(readKey(key)).toEqual({ ms: Date.parse(time), id: null })
})

test('an id that looks like a fingerprint or holds the separator stays an id', () => {
  expect(readKey(keyOf({ time, request_id: 'a~b' }, names))?.id).toBe('a~b')
})

test('what is no key is refused', () => {
  for (const text of ['', '~', 'abc', 'yesterday~x', '~~x']) expect(readKey(text)).toBeNull()
})

test('arrays of an answer become rows with ids that count up', () => {
  const [one, two] = rowsOf([{ name: 'time' }, { name: 'request_id' }], [[time, 'a'], [time, 'b']], names)
  expect(one!.values).toEqual({ time, request_id: 'a' })
  expect(one!.ms).toBe(Date.parse(time))
  expect(two!.id).toBe(one!.id + 1)
})
