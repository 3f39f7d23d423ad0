import type { Scale } from '../../parts/plot/scales'

/** Even steps that people count in, around values that may be negative. Values that lie close together far from 0 get an axis that does not begin there. */
export function valueScale(min: number, max: number, ticksMost: number, whole: boolean): Scale {
  const spread = max - min
  const isFar = spread > 0 && spread < 0.25 * Math.max(Math.abs(min), Math.abs(max))
  const low = isFar ? min - spread / 2 : Math.min(0, min)
  const high = isFar ? max + spread / 2 : Math.max(0, max)
  if (high <= low) return { place: value => 1 - value, ticks: [0, 1] }
  const step = stepOf((high - low) / ticksMost, whole ? 1 : 0)
  const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)]
  const [bottom, top] = [first * step, last * step]
  return { place: value => 1 - (value - bottom) / (top - bottom), ticks: Array.from({ length: last - first + 1 }, (_, place) => (first + place) * step) }
}

// 1, 2 or 5 times a power of ten, not below the given value.
function stepOf(wanted: number, least: number): number {
  const power = 10 ** Math.floor(Math.log10(wanted))
  return Math.max(least, ([1, 2, 5, 10].find(one => one * power >= wanted - power * 1e-9) ?? 10) * power)
}
