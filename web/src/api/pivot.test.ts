import { expect, it } from 'vitest'
import type { Answer } from './client'
import { bucketsOf, pivot } from './pivot'

const meta = { rowsRead: 0, elapsedMs: 0, from: '', to: '', tz: 'UTC' }
const hour = (text: string) => `2026-11-27T${text}:00:00.000Z`
const column = (name: string) => ({ name, type: 'text' })
const whole: Answer = { columns: [column('time'), column('reads')], rows: [[hour('10'), 3], [hour('11'), 0], [hour('12'), 4]], meta }
const split: Answer = { columns: [column('time'), column('class'), column('reads')], rows: [[hour('10'), 'search', 1], [hour('10'), 'training', 2], [hour('12'), 'search', 4], [hour('13'), 'search', 9]], meta }

it('gives each value a number for each bucket', () => {
  const series = pivot(split, 'class', 'reads', bucketsOf(whole))

  expect([...series]).toEqual([['search', [1, 0, 4]], ['training', [2, 0, 0]]])
})

it('has also the bucket that began between two questions', () => expect(bucketsOf(whole, split).map(time => new Date(time).getUTCHours())).toEqual([10, 11, 12, 13]))
