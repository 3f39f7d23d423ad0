import { describe, expect, it } from 'vitest'
import { withoutField } from '../../filter/terms'
import { daysText, daysTo, landingsOf, median, productsOf, readsPerVisit } from './products'

const pairs = [{ page: 'a/1', ai_source: 'ChatGPT', ai_visits: 5 }, { page: 'a/2', ai_source: 'Claude', ai_visits: 4 }, { page: 'a/2', ai_source: 'ChatGPT', ai_visits: 3 }, { page: 'a/3', ai_source: 'Claude', ai_visits: 0 }]

it('gives each product its landing page, by what its visits were recognised, and the ratio of its operator', () => {
  const rows = [{ ai_source: 'ChatGPT', operator: 'OpenAI', ai_visits: 8 }, { ai_source: 'Claude', operator: 'Anthropic', ai_visits: 4 }, { ai_source: 'Gone', operator: 'G', ai_visits: 0, ai_visits_before: 3 }, { ai_source: 'Never', operator: 'N', ai_visits: 0 }]
  const bases = [{ ai_source: 'ChatGPT', referral_basis: 'utm', ai_visits: 3 }, { ai_source: 'ChatGPT', referral_basis: 'referer', ai_visits: 5 }, { ai_source: 'Claude', referral_basis: 'referer', ai_visits: 4 }]
  const operators = [{ operator: 'OpenAI', ai_visits: 12, reads_per_visit: 8.63 }, { operator: 'Anthropic', ai_visits: 4, reads_per_visit: null }]

  expect(productsOf(rows, pairs, bases, operators).map(one => [one.name, one.referer, one.utm, one.landing, one.reads])).toEqual([['ChatGPT', 5, 3, 'a/1', '8.63 : 1'], ['Claude', 4, 0, 'a/2', 'too few'], ['Gone', 0, 0, null, 'no visits']])
})

it('has no figure of an operator that nobody came from', () => expect(readsPerVisit(undefined)).toBe('no visits'))

it('adds up landing pages over the products', () => {
  expect(landingsOf(pairs).map(one => [one.page, one.visits, [...one.by]])).toEqual([['a/2', 7, [['Claude', 4], ['ChatGPT', 3]]], ['a/1', 5, [['ChatGPT', 5]]]])
})

describe('from the first read to the first visit', () => {
  const visit = '2026-11-10T12:00:00Z'
  it.each([
    ['2026-11-07T00:00:00Z', '3.5 d'],
    ['2026-11-10T09:00:00Z', '3 h'],
    ['2026-11-11T00:00:00Z', 'visit first'],
    [null, 'no read'],
  ])('a read at %s is %s', (read, text) => expect(daysText(daysTo({ first_search_read: read, first_ai_visit: visit }, 'first_search_read'))).toBe(text))

  it('has a middle', () => {
    expect(median([5, 1, 3])).toBe(3)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(median([])).toBe(null)
  })
})

it.each([
  ['ai_source:ChatGPT status:2xx', 'status:2xx'],
  ['-ai_source:ChatGPT', ''],
  ['host:a (path:/x OR path:/y)', 'host:a (path:/x OR path:/y)'],
])('asks for everybody of %s by %s', (where, all) => expect(withoutField(where, 'ai_source')).toBe(all))
