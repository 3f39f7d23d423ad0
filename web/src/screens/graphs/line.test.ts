import { describe, expect, it } from 'vitest'
import { isOf, type Line, linesMost, readLines, statName, usualStat, writeLines } from './line'

const line = (change: Partial<Line> = {}): Line => ({ namespace: 'AWS/Lambda', metric: 'Duration', stat: 'average', by: '', series: null, set: null, colour: null, ...change })

describe('lines in the address', () => {
  it('are short where they say little', () => {
    expect(writeLines([line(), line({ stat: 'statistic.p99', by: 'dimensions.FunctionName' })])).toBe('AWS/Lambda:Duration:average,AWS/Lambda:Duration:statistic.p99:dimensions.FunctionName')
    expect(writeLines([line({ series: '' }), line({ set: 'A, B', colour: 3 })])).toBe('AWS/Lambda:Duration:average::=,AWS/Lambda:Duration:average:::=A\\, B:3')
  })

  it('come back as they were, whatever the names hold', () => {
    const names = ['<script>alert(1)</script>', 'a:b,c\\d', '\\', ':,', '"quoted"', 'ü 漢字', 'line\nend', 'x'.repeat(1024), '=']
    const lines = names.map((name, place) => line({ namespace: name, metric: `m${name}`, by: `dimensions.${name}`, series: place % 2 === 0 ? name : null, set: place % 2 === 0 ? null : name, stat: `statistic.TM(25%:75%)${name}` }))
    expect(readLines(writeLines(lines))).toEqual(lines)
  })

  it.each([[null], [''], [','], ['AWS/EC2'], ['::']])('are none in %j', text => expect(readLines(text)).toEqual([]))

  it('take no statistic and no colour that there is none of', () => {
    expect(readLines('N:M:drop table:by:=s:=t:77')).toEqual([line({ namespace: 'N', metric: 'M', by: 'by', series: 's', set: 't' })])
    expect(readLines('N:M:statistic.')[0]!.stat).toBe('average')
  })

  it('are no more than a chart can show', () => expect(readLines(writeLines(Array.from({ length: 40 }, () => line())))).toHaveLength(linesMost))
})

it('a row of the list is drawn by lines of its set or series', () => {
  const metric = { namespace: 'AWS/Lambda', metric: 'Duration', series: null, set: null }
  expect(isOf(line({ set: 'A' }), metric)).toBe(true)
  expect(isOf(line({ series: 'A=1' }), metric)).toBe(false)
  expect(isOf(line({ set: 'A' }), { ...metric, set: 'B' })).toBe(false)
  expect(isOf(line({ series: 'A=1' }), { ...metric, series: 'A=1' })).toBe(true)
  expect(isOf(line({ metric: 'Errors' }), metric)).toBe(false)
})

it('names statistics as CloudWatch does', () => {
  expect([statName('average'), statName('sample_count'), statName('statistic.TM(25%:75%)')]).toEqual(['Average', 'SampleCount', 'TM(25%:75%)'])
  expect([usualStat('Count'), usualStat('Percent'), usualStat('Count/Second')]).toEqual(['sum', 'average', 'average'])
})
