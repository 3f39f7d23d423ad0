import { expect, it, vi } from 'vitest'

// The address is read when the module is.
vi.stubGlobal('location', { pathname: '/graphs', search: '' })
vi.stubGlobal('addEventListener', () => undefined)
const { entriesOf, finding, keyOf } = await import('./ask')
const { splitOf, targetOf } = await import('./choose')
const { rowsOf } = await import('./rows')
const { valueScale } = await import('./axis')

const row = (namespace: string, metric: string, points: number, more: Record<string, string | number> = {}) => ({ namespace, metric, unit: 'Count', points, series: 1, last_seen: '2026-11-28T00:00:00Z', dimension_names: '', ...more })

const entries = entriesOf([
  row('b', 'm10', 5), row('b', 'm2', 50), row('A', 'x', 7, { dimension_names: 'F, R', series: 2 }), row('A', 'x', 9, { dimension_names: 'F', series: 3, unit: 'Bytes', last_seen: '2026-11-28T00:05:00Z' }),
])

it('joins the sets and units of a metric', () => {
  const x = entries.find(entry => entry.metric === 'x')!
  expect(x).toEqual({ namespace: 'A', metric: 'x', unit: 'Bytes', points: 16, series: 5, sets: ['F', 'F, R'], lastSeen: Date.UTC(2026, 10, 28, 0, 5) })
  expect(targetOf(x)).toMatchObject({ set: 'F', series: null })
  expect([splitOf(''), splitOf('F'), splitOf('F, R')]).toEqual(['', 'dimensions.F', 'series'])
})

it('lists by namespace or by activity', () => {
  expect(rowsOf(entries, 'name', null).map(one => one.kind === 'metric' ? one.entry.metric : one.key)).toEqual(['A\n', 'x', 'b\n', 'm2', 'm10'])
  expect(rowsOf(entries, 'activity', null).map(one => one.kind === 'metric' && one.entry.metric)).toEqual(['m2', 'x', 'm10'])
})

it('opens a metric to its sets and their series', () => {
  const series = [{ set: 'F', series: 'F=a', lastSeen: null }, { set: 'F', series: 'F=b', lastSeen: null }, { set: 'F, R', series: 'F=a, R=c', lastSeen: null }]
  const rows = rowsOf(entries, 'name', { key: keyOf('A', 'x'), series, cut: true })
  expect(rows.map(one => one.kind)).toEqual(['namespace', 'metric', 'set', 'series', 'series', 'set', 'series', 'note', 'namespace', 'metric', 'metric'])
  expect(rows.filter(one => one.kind === 'set').map(one => one.series)).toEqual([2, 1])
  expect(rowsOf(entries, 'name', { key: keyOf('A', 'x'), series: null, cut: false })[2]).toMatchObject({ kind: 'note' })
})

it('looks for words as text', () => {
  expect(finding('  cpu  i-1 ')).toBe('"cpu" "i-1"')
  expect(finding('a" OR b:*')).toBe('"a\\"" "OR" "b:*"')
})

it('puts any values on an axis', () => {
  for (const [min, max] of [[0, 0], [0, 1], [40, 45], [-3, 8], [-9, -8.5], [1e-9, 2e-9], [0, 1e15], [7, 7], [-7, -7]] as const) {
    const scale = valueScale(min, max, 5, false)
    for (const value of [min, max]) expect(scale.place(value)).toBeGreaterThanOrEqual(-1e-9)
    for (const value of [min, max]) expect(scale.place(value)).toBeLessThanOrEqual(1 + 1e-9)
    expect(scale.ticks.length).toBeGreaterThan(1)
    expect(scale.ticks.length).toBeLessThan(9)
  }
  expect(valueScale(0, 43, 5, false).ticks[0]).toBe(0)
  expect(valueScale(40, 43, 5, false).ticks[0]).toBeGreaterThan(30)
})
