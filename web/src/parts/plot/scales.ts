/* Where values and times stand in a plot, and which of them are written at its sides. */

import { at, fromWall, toWall } from '../../format/times'
import type { Unit } from '../../format/numbers'

export interface Scale {
  /** A value's distance from the top, as a part of the height. */
  readonly place: (value: number) => number
  readonly ticks: readonly number[]
}

/** From 0 up, in even steps that people count in. */
export function linearScale(max: number, unit: Unit, ticksMost: number): Scale {
  if (max <= 0) return { place: value => 1 - value, ticks: [0, 1] }
  const step = stepOf(max / ticksMost, unit === 'count' || unit === 'bytes' ? 1 : 0)
  const top = unit === 'ratio' ? Math.min(1, Math.ceil(max / step) * step) : Math.ceil(max / step) * step
  const ticks = Array.from({ length: Math.floor(top / step + 1e-9) + 1 }, (_, place) => place * step)
  return { place: value => 1 - value / top, ticks }
}

/** Powers of ten around the values: on an even scale one slow answer hides all others. What is 0 stands at the bottom. */
export function logScale(min: number, max: number): Scale {
  const first = Math.floor(Math.log10(Math.max(min, 1e-6)) + 1e-9)
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(max, 1e-6)) - 1e-9))
  return {
    place: value => 1 - Math.max(0, (Math.log10(Math.max(value, 1e-9)) - first) / (last - first)),
    ticks: Array.from({ length: last - first + 1 }, (_, place) => 10 ** (first + place)),
  }
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const steps = [
  1000, 5000, 15_000, 30_000, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour,
  day, 2 * day, 7 * day, 14 * day, 30 * day, 90 * day, 365 * day,
]

/** Times that are whole on the wall clock of the zone, at most `most` of them, with what is written there: the day where one begins. */
export function timeTicks(from: number, to: number, zone: string, most: number): { readonly time: number; readonly text: string }[] {
  const step = steps.find(one => (to - from) / one <= most) ?? steps[steps.length - 1]!
  const ticks: { time: number; text: string }[] = []
  const wallFrom = Date.parse(`${toWall(from, zone)}Z`)
  for (let wall = Math.ceil(wallFrom / step) * step; ticks.length <= most; wall += step) {
    // Through the wall clock and back, so that a change of the zone's offset moves no tick off its hour.
    const time = fromWall(new Date(wall).toISOString().slice(0, 19), zone)!
    if (time > to) break
    if (time >= from && time !== ticks[ticks.length - 1]?.time) ticks.push({ time, text: at(time, zone, wall % day === 0 || step >= day ? 'day' : step < minute ? 'seconds' : 'clock') })
  }
  return ticks
}

// 1, 2 or 5 times a power of ten, not below the given value.
function stepOf(wanted: number, least: number): number {
  const power = 10 ** Math.floor(Math.log10(wanted))
  return Math.max(least, ([1, 2, 5, 10].find(one => one * power >= wanted - 1e-12) ?? 10) * power)
}
