import type { Answer } from '../api/client'
import { columnOf } from '../api/answers'
import type { ChartSeries } from './TimeChart'

/*
 * The levels of log events, the gravest first. A word and a colour each: the word says it, the colour repeats it.
 */

export interface Level {
  /** As it is stored; empty for a message that says none. */
  readonly value: string
  readonly name: string
  readonly color: string
  readonly measure: string
}

export const levels: readonly Level[] = [
  ...['fatal', 'error', 'warn', 'info', 'debug', 'trace'].map(value => ({ value, name: value, color: `--level-${value}`, measure: `level_${value}` })),
  { value: '', name: 'no level', color: '--level-none', measure: 'level_none' },
]

export const levelMeasures: readonly string[] = levels.map(level => level.measure)

/** What a level is called, and its colour; a word that is none of ours keeps itself. */
export function levelOf(value: string): Level {
  return levels.find(level => level.value === value) ?? { value, name: value, color: '--level-none', measure: '' }
}

/** The place of a level in the order, for lists. */
export function gravity(value: string): number {
  const place = levels.findIndex(level => level.value === value)
  return place < 0 ? levels.length : place
}

/** Counts by level as series, the gravest at the bottom, where they can be compared. Levels that nobody used are left out. */
export function levelSeries(answer: Answer): ChartSeries[] {
  const all = levels.map(level => ({ name: level.name, color: level.color, values: columnOf(answer, level.measure) }))
  const used = all.filter(one => one.values.some(value => value !== null && value > 0))
  return used.length > 0 ? used : all.filter(one => one.name === 'info')
}
