import { expect, test } from 'vitest'
import { columnsOf, columnsText, matches, moved, toggled } from './columns'

const known = ['time', 'status', 'path', 'host']
const usual = ['time', 'status']

test('columns stand in the order of the address, each once', () => {
  expect(columnsOf('path,time,path', known, usual)).toEqual(['path', 'time'])
  expect(columnsOf(' path , host', known, usual)).toEqual(['path', 'host'])
})

test('what is no field is left out, and nothing left is the usual', () => {
  expect(columnsOf('path,nope', known, usual)).toEqual(['path'])
  for (const text of [null, '', ',,', 'nope', '<b>,"; drop']) expect(columnsOf(text, known, usual)).toEqual(usual)
})

test('before the catalogue is there every name that could be one counts', () => {
  expect(columnsOf('path,soon,a b,-c', [], usual)).toEqual(['path', 'soon'])
})

test('the address does not say what is usual', () => {
  expect(columnsText(usual, usual)).toBeNull()
  expect(columnsText(['status', 'time'], usual)).toBe('status,time')
  expect(columnsOf(columnsText(['host', 'path'], usual), known, usual)).toEqual(['host', 'path'])
})

test('columns come, go and move, but one stays', () => {
  expect(toggled(['time'], 'path')).toEqual(['time', 'path'])
  expect(toggled(['time', 'path'], 'time')).toEqual(['path'])
  expect(toggled(['time'], 'time')).toEqual(['time'])
  expect(moved(known, 'path', -1)).toEqual(['time', 'path', 'status', 'host'])
  expect(moved(known, 'time', -1)).toEqual(known)
  expect(moved(known, 'host', 1)).toEqual(known)
  expect(moved(known, 'nope', 1)).toEqual(known)
})

test('a field is found by parts of its name and of its description', () => {
  expect(matches('user_agent', 'The user agent', 'agent')).toBe(true)
  expect(matches('user_agent', 'The user agent', 'user ag')).toBe(true)
  expect(matches('asn', 'Autonomous system number', 'SYSTEM')).toBe(true)
  expect(matches('asn', 'Autonomous system number', 'path')).toBe(false)
  expect(matches('asn', '', '  ')).toBe(true)
})

test('keys of the map of fields are columns, where the signal has one', () => {
  expect(columnsOf('time,fields.user.id,fields.@t x,fields.', known, usual, 'fields')).toEqual(['time', 'fields.user.id', 'fields.@t x'])
  expect(columnsOf('time,fields.user.id', known, usual)).toEqual(['time'])
})
