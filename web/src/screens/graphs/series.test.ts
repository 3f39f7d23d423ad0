import { describe, expect, it } from 'vitest'
import type { Answer, Value } from '../../api/client'
import type { Line } from './line'
import { grouped, palette, seriesOf, summaryOf, timeline } from './series'

const minute = 60_000
const iso = (place: number) => new Date(Date.UTC(2026, 10, 28) + place * minute).toISOString()
const at = (place: number) => Date.UTC(2026, 10, 28) + place * minute

function answer(columns: readonly string[], rows: readonly (readonly Value[])[], from = 0, to = 10): Answer {
  return { columns: columns.map(name => ({ name, type: 'x' })), rows, meta: { rowsRead: 0, elapsedMs: 0, from: iso(from), to: iso(to), tz: 'UTC' } }
}

const line = (change: Partial<Line> = {}): Line => ({ namespace: 'N', metric: 'M', stat: 'average', by: '', series: null, set: null, colour: null, ...change })

describe('timeline', () => {
  it('fills what no series has', () => expect(timeline([answer(['time'], [[iso(0)], [iso(3)]]), answer(['time'], [[iso(4)]])], minute)).toEqual([0, 1, 2, 3, 4].map(at)))
  it('takes a day of 25 hours for one', () => {
    const days = [Date.parse('2026-10-24T22:00:00Z'), Date.parse('2026-10-25T23:00:00Z')]
    expect(timeline([answer(['time'], days.map(day => [new Date(day).toISOString()]))], 24 * 60 * minute)).toEqual(days)
  })
  it('is empty without points', () => expect(timeline([], minute)).toEqual([]))
})

it('no data is a gap, a delivered 0 is a 0', () => {
  const found = grouped(answer(['time', 'sample_count', 'points'], [[iso(0), 0, 0], [iso(1), 0, 2], [iso(2), 5, 1]]), '', 'sample_count', [0, 1, 2].map(at))
  expect(found.get('')).toEqual([null, 0, 5])
})

it('a value of the period before needs a point of the period before', () => {
  const found = grouped(answer(['time', 'average', 'average_before', 'points', 'points_before'], [[iso(0), 3, null, 1, 0], [iso(1), null, 7, 0, 1]]), '', 'average_before', [0, 1].map(at))
  expect(found.get('')).toEqual([null, 7])
})

describe('seriesOf', () => {
  const split = answer(['dimensions.F', 'time', 'average', 'points'], [['a', iso(0), 1, 1], ['b', iso(0), 500, 1], [null, iso(1), 7, 1], ['a', iso(1), 2, 1]])
  const times = [0, 1].map(at)

  it('names the values of a split, the largest first', () => {
    const series = seriesOf([line({ by: 'dimensions.F' })], [split], ['Milliseconds'], times, false, minute)
    expect(series.map(one => one.name)).toEqual(['b', '(none)', 'a'])
    expect(series[0]).toMatchObject({ values: [0.5, null], kind: 'seconds', value: 'b', before: null })
    expect(series.map(one => one.colour)).toEqual(palette.slice(0, 3))
  })

  it('names lines by what tells them apart', () => {
    const plain = answer(['time', 'average', 'points'], [[iso(0), 1, 1]])
    const names = (...lines: Line[]) => seriesOf(lines, lines.map(one => one.by === '' ? plain : split), lines.map(() => ''), times, false, minute).map(one => one.name)
    expect(names(line(), line({ metric: 'O' }))).toEqual(['M Average', 'O Average'])
    expect(names(line(), line({ namespace: 'P' }))).toEqual(['N M Average', 'P M Average'])
    expect(names(line(), line())).toEqual(['M Average', 'M Average [2]'])
    expect(names(line({ series: 'A=1' }))).toEqual(['M Average (A=1)'])
    expect(names(line(), line({ by: 'dimensions.F' }))[1]).toBe('M Average: b')
  })

  it('leaves out sums of periods that the range cuts off', () => {
    const sums = answer(['time', 'sum', 'points'], [[iso(-1), 1, 1], [iso(0), 2, 1], [iso(1), 3, 1]], -0.5, 1.5)
    expect(seriesOf([line({ stat: 'sum' })], [sums], ['Count'], [-1, 0, 1].map(at), false, minute)[0]!.values).toEqual([null, 2, null])
  })

  it('counts samples whatever the unit', () => expect(seriesOf([line({ stat: 'sample_count' })], [answer(['time', 'sample_count', 'points'], [[iso(0), 4, 1]])], ['Milliseconds'], [at(0)], false, minute)[0]).toMatchObject({ kind: 'count', values: [4] }))

  it('dots lines when colours come again', () => {
    const many = answer(['dimensions.F', 'time', 'average', 'points'], Array.from({ length: 12 }, (_, place) => [`s${place}`, iso(0), place, 1]))
    const series = seriesOf([line({ by: 'dimensions.F' })], [many], [''], [at(0)], false, minute)
    expect(series.map(one => one.dotted)).toEqual([...Array.from({ length: 10 }, () => false), true, true])
  })
})

it('sums a series up', () => {
  expect(summaryOf([null, 2, null, 4, null])).toEqual({ min: 2, max: 4, avg: 3, last: 4 })
  expect(summaryOf([null])).toEqual({ min: null, max: null, avg: null, last: null })
})
