import { expect, it, vi } from 'vitest'
import type { Line } from './line'
import type { Series } from './series'

// The address is read when the module is.
vi.stubGlobal('location', { pathname: '/graphs', search: '' })
vi.stubGlobal('addEventListener', () => undefined)
const { dimensionsOf, jumpsOf } = await import('./jump')

const line = (change: Partial<Line> = {}): Line => ({ namespace: 'AWS/Lambda', metric: 'Duration', stat: 'average', by: '', series: null, set: null, colour: null, ...change })
const series = (value: string | null = null): Series => ({ name: 'x', line: 0, value, kind: 'seconds', colour: '--line-1', dotted: false, values: [], before: null })
const jumps = (one: Line, value: string | null = null, q = '') => jumpsOf([series(value)], [one], q, 0, 60_000)

const from = { from: '1970-01-01T00:00:00Z', to: '1970-01-01T00:01:00Z', signal: 'logs' }

it('leads to the log group of a function', () => {
  const changes = { ...from, q: 'log_group:/aws/lambda/shop' }
  expect(jumps(line({ series: 'FunctionName=shop, Resource=shop' }))).toEqual([{ text: 'Logs of /aws/lambda/shop', changes }])
  expect(jumps(line({ by: 'dimensions.FunctionName' }), 'shop')[0]!.changes).toEqual(changes)
  expect(jumps(line({ by: 'series' }), 'FunctionName=shop')[0]!.changes).toEqual(changes)
  expect(jumps(line(), null, 'FunctionName:shop')[0]!.changes).toEqual(changes)
})

it('leads to a log group that a dimension names, to all logs without one, and to requests from CloudFront', () => {
  expect(jumps(line({ series: 'LogGroupName=/ecs/shop web' }))[0]!.changes['q']).toBe('log_group:"/ecs/shop web"')
  expect(jumps(line({ series: 'ServiceName=web' }))).toEqual([{ text: 'Logs', changes: { ...from, q: null } }])
  expect(jumps(line({ namespace: 'AWS/CloudFront' }))[0]).toEqual({ text: 'Requests', changes: { ...from, q: null, signal: null } })
})

it('keeps what a value holds', () => {
  expect(dimensionsOf(line({ series: 'A=x, y, B=1=2' }), { value: null }, '')).toEqual(new Map([['A', 'x, y'], ['B', '1=2']]))
  expect(dimensionsOf(line(), { value: null }, 'FunctionName:"a \\"b\\"" -Resource:x Name:a*')).toEqual(new Map([['FunctionName', 'a "b"']]))
})
