import { expect, it } from 'vitest'
import { deliveredText, finding, isOpenToPeople, type Line, severalHosts, withPages } from './lines'

const line = (key: string, row = {}): Line => ({ key, test: '', row })

it('puts the pages of a folder below it', () => {
  const lines = withPages([line('/blog/'), line('/docs/'), line('/')], '/docs/', [line('x/docs/a')])

  expect(lines.map(one => [one.key, one.isInner === true])).toEqual([['/blog/', false], ['/docs/', false], ['x/docs/a', true], ['/', false]])
})

it.each([
  [5, 10, true],
  [0, 10, false],
  [5, 0, false],
])('with %d blocked and %d people: %s', (blocked, people, open) => expect(isOpenToPeople(line('', { blocked_page_reads: blocked, human_delivered_reads: people }))).toBe(open))

it.each([
  [0, 0, null],
  [10, 10, '100 %'],
  [9999, 10_000, '99 %'],
  [1, 3, '33 %'],
])('%d of %d delivered is %s', (delivered, reads, text) => expect(deliveredText(line('', { page_reads: reads, delivered_page_reads: delivered }))).toBe(text))

it('shows hosts where there are several', () => {
  expect(severalHosts(['a.example/x', 'a.example/y'])).toBe(false)
  expect(severalHosts(['a.example/x', 'b.example/x'])).toBe(true)
})

it('quotes what is looked for', () => expect(finding('a "b" \\ *')).toBe('page:*"a \\"b\\" \\\\ *"*'))
