import { describe, expect, it } from 'vitest'
import { barsPath, linePath } from './paths'
import { linearScale, logScale, timeTicks } from './scales'

describe('linearScale', () => {
  it.each([
    [0, 'count', [0, 1]],
    [1, 'count', [0, 1]],
    [3, 'count', [0, 1, 2, 3]],
    [1790, 'count', [0, 500, 1000, 1500, 2000]],
    [97e6, 'bytes', [0, 50e6, 100e6]],
    [0.84, 'ratio', [0, 0.5, 1]],
  ] as const)('of %d %s', (max, unit, ticks) => {
    const scale = linearScale(max, unit, unit === 'count' ? 4 : 3)
    expect(scale.ticks.map(tick => Number(tick.toFixed(6)))).toEqual(ticks)
    expect(scale.place(0)).toBe(1)
    expect(scale.place(max)).toBeGreaterThanOrEqual(0)
  })

  it('never goes beyond its top, whatever the values', () => {
    for (let max = 1e-4; max < 1e13; max *= 1.37) {
      const scale = linearScale(max, 'seconds', 4)
      expect(scale.place(max)).toBeGreaterThanOrEqual(-1e-9)
      expect(scale.ticks.length).toBeLessThanOrEqual(6)
    }
  })
})

describe('logScale', () => {
  it('goes from power to power', () => {
    const scale = logScale(0.004, 31)
    expect(scale.ticks).toEqual([0.001, 0.01, 0.1, 1, 10, 100])
    expect(scale.place(100)).toBeCloseTo(0)
    expect(scale.place(0.001)).toBeCloseTo(1)
    expect(scale.place(0)).toBe(1)
  })

  it('has room also for one value', () => expect(logScale(1, 1).ticks).toEqual([1, 10]))
})

describe('timeTicks', () => {
  const texts = (from: number, to: number, zone: string) => timeTicks(from, to, zone, 12).map(tick => tick.text)
  const noon = Date.UTC(2026, 10, 27, 12)

  it('writes hours, and the day where one begins', () => expect(texts(noon - 24 * 3_600_000, noon, 'UTC')).toEqual(['12:00', '14:00', '16:00', '18:00', '20:00', '22:00', '27 Nov', '02:00', '04:00', '06:00', '08:00', '10:00', '12:00']))
  it('follows the wall clock of the zone', () => expect(texts(noon, noon + 3 * 3_600_000, 'Asia/Kolkata')).toEqual(['17:30', '17:45', '18:00', '18:15', '18:30', '18:45', '19:00', '19:15', '19:30', '19:45', '20:00', '20:15', '20:30']))
  it('keeps to whole hours where the clock is put back', () => {
    const ticks = timeTicks(Date.UTC(2026, 9, 24, 12), Date.UTC(2026, 9, 26, 12), 'Europe/Berlin', 8)
    expect(ticks.map(tick => tick.text)).toEqual(['18:00', '25 Oct', '06:00', '12:00', '18:00', '26 Oct', '06:00', '12:00'].slice(0, ticks.length))
  })
  it('ends, whatever the range', () => {
    for (const length of [1, 1000, 60_000, 86_400_000, 3e10, 3e11]) expect(timeTicks(noon - length, noon, 'America/New_York', 10).length).toBeLessThanOrEqual(11)
  })
})

describe('paths', () => {
  it('draws a box for what has height', () => expect(barsPath([[0, 4], [5, 9]], [2, 10], [10, 10])).toBe('M0 10V2H4V10Z'))
  it('breaks a line at a hole and shows a lonely value as a dot', () => expect(linePath([0, 1, 2, 3, 4], [1, 2, null, 3, null])).toBe('M0 1L1 2M3 3h0'))
})
