import { expect, test } from 'vitest'
import { grouped, hasValue, unfolded } from './groups'

const groups = [{ name: 'Request', fields: ['path', 'method'] }, { name: 'Media', fields: ['mqcs', 'cmcd_*'] }]

test('fields stand in their group and its order, without those that have no value', () => {
  expect(grouped({ method: 'GET', path: '/a', cmcd_b: 1, cmcd_a: false, mqcs: null }, groups)).toEqual([
    { name: 'Request', fields: [{ name: 'path', value: '/a' }, { name: 'method', value: 'GET' }] },
    { name: 'Media', fields: [{ name: 'cmcd_b', value: 1 }, { name: 'cmcd_a', value: false }] },
  ])
})

test('no field is lost: what no group names comes last', () => {
  expect(grouped({ path: '/', strange: 'x', fields: { a: 'b' } }, groups).at(-1)).toEqual({ name: 'Other', fields: [{ name: 'strange', value: 'x' }, { name: 'fields', value: { a: 'b' } }] })
})

test('zero and false are values; null, empty texts and empty maps are none', () => {
  expect([0, false, 'x', { a: 1 }].map(hasValue)).toEqual([true, true, true, true])
  expect([null, undefined, '', {}, []].map(hasValue)).toEqual([false, false, false, false, false])
})

test('the keys of the map stand beside the other fields, in a group of their own', () => {
  const values = unfolded({ level: 'info', fields: { 'user.id': '5', level: 'x' } }, 'fields')
  expect(values).toEqual({ level: 'info', 'fields.user.id': '5', 'fields.level': 'x' })
  expect(grouped(values, [{ name: 'Fields', fields: ['fields.*'] }])[0]?.fields.map(field => field.name)).toEqual(['fields.user.id', 'fields.level'])
  expect(unfolded({ fields: null }, 'fields')).toEqual({ fields: null })
  expect(unfolded({ fields: { a: '1' } }, '')).toEqual({ fields: { a: '1' } })
})
