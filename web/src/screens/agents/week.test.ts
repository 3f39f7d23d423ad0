import { expect, it } from 'vitest'
import { gridOf, levelOf } from './week'

it('has a place for each hour of the week', () => {
  const grid = gridOf([{ day: 1, hour: 0, requests: 3 }, { day: 7, hour: 23, requests: 5 }, { day: 8, hour: 1, requests: 9 }, { day: 1, hour: 24, requests: 9 }])

  expect(grid.map(row => row.length)).toEqual([24, 24, 24, 24, 24, 24, 24])
  expect([grid[0]![0], grid[6]![23], grid.flat().reduce((sum, one) => sum + one, 0)]).toEqual([3, 5, 8])
})

it.each([[1, 1000, 0.25], [250, 1000, 0.45], [749, 1000, 0.7], [1000, 1000, 1], [1, 1, 1]])('shows %d of %d with %d', (value, most, level) => expect(levelOf(value, most)).toBe(level))
