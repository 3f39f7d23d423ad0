import { expect, test } from 'vitest'
import { isFilterable } from '../../filter/terms'
import { endOf, facetName, isColumn, keyIn, signalOf } from './signals'

const logs = signalOf('logs')

test('of a path that is too long the end is shown, whole names if one fits', () => {
  expect(endOf('/ecs/web', 20)).toBe('/ecs/web')
  expect(endOf('/aws/lambda/shop-orders', 20)).toBe('…/lambda/shop-orders')
  expect(endOf('/aws/lambda/a-name-that-is-too-long', 20)).toBe('…me-that-is-too-long')
  expect(endOf('/aws/lambda/folder-of-nothing/', 20).length).toBeLessThanOrEqual(20)
})

test('a name that is none of the columns is a key, and a column is none', () => {
  expect(['userId', 'fields.userId', 'level', 'message', 'log_group'].map(name => keyIn(logs, name))).toEqual(['fields.userId', 'fields.userId', 'level', 'message', 'log_group'])
  expect(keyIn(signalOf('requests'), 'userId')).toBe('userId')
})

test('what a filter or a list of columns cannot say is not offered', () => {
  expect(['fields.user.id', 'fields.a-b', 'fields.@t', 'fields.a b', '5 a'].map(isFilterable)).toEqual([true, true, true, true, false])
  expect(['fields.@t', 'fields.a,b', 'fields.a '].map(isColumn)).toEqual([true, false, false])
})

test('levels are called by their words', () => {
  expect(['error', '', 'odd'].map(level => facetName(logs, 'level', level))).toEqual(['error', 'no level', 'odd'])
  expect(signalOf('nothing').name).toBe('requests')
})
