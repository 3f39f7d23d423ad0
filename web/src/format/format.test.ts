import { describe, expect, it } from 'vitest'
import { bytes, change, compact, duration, percent, points } from './numbers'
import { ago, at, fromWall, offsetOf, toWall } from './times'

describe('numbers', () => {
  it.each([[0, '0'], [7, '7'], [999, '999'], [1000, '1k'], [1234, '1.23k'], [999_950, '1M'], [34_000_000, '34M'], [0.5, '0.5'], [-1500, '-1.5k'], [2.5e18, '2500P']])('compact(%d)', (value, text) => expect(compact(value)).toBe(text))
  it.each([[0, '0 B'], [999, '999 B'], [6_010_000_000, '6.01 GB']])('bytes(%d)', (value, text) => expect(bytes(value)).toBe(text))
  it.each([[0, '0 s'], [0.0000005, '0.5 µs'], [0.168, '168 ms'], [2.5, '2.5 s'], [119, '119 s'], [180, '3 min'], [86_400, '24 h'], [864_000, '10 d']])('duration(%d)', (value, text) => expect(duration(value)).toBe(text))
  it.each([[0, '0 %'], [1, '100 %'], [0.042, '4.2 %'], [0.0004, '0.04 %'], [0.84, '84 %']])('percent(%d)', (value, text) => expect(percent(value)).toBe(text))
  it.each([[0, '±0 %'], [0.001, '±0 %'], [0.25, '+25 %'], [-1, '−100 %'], [11, '×12']])('change(%d)', (value, text) => expect(change(value)).toBe(text))
  it('points', () => expect(points(-0.0263)).toBe('−2.6 pp'))
})

describe('times', () => {
  const ms = Date.UTC(2026, 10, 27, 18, 20, 31, 42)

  it('shows the wall clock of the zone', () => {
    expect(at(ms, 'UTC', 'full')).toBe('2026-11-27 18:20:31')
    expect(at(ms, 'Asia/Kolkata', 'fullMillis')).toBe('2026-11-27 23:50:31.042')
    expect(at(ms, 'America/New_York', 'clock')).toBe('13:20')
    expect(offsetOf(ms, 'Asia/Kolkata')).toBe('UTC+05:30')
    expect(offsetOf(ms, 'UTC')).toBe('UTC')
  })

  it('reads what it wrote, in every zone', () => {
    for (const zone of ['UTC', 'Asia/Kolkata', 'America/New_York', 'Pacific/Auckland', 'Europe/Berlin'])
      for (let hour = 0; hour < 24 * 365; hour += 37) {
        const moment = Date.UTC(2026, 0, 1, hour, 30, 0)
        const back = fromWall(toWall(moment, zone), zone)
        // An hour that the clock shows twice is read as the first of them.
        expect([moment, moment - 3_600_000]).toContain(back)
      }
  })

  it('handles a change of the offset', () => {
    expect(fromWall('2026-10-25T02:30', 'Europe/Berlin')).toBe(Date.UTC(2026, 9, 25, 0, 30))
    expect(fromWall('2026-03-29T02:30', 'Europe/Berlin')).toBe(Date.UTC(2026, 2, 29, 1, 30))
    expect(fromWall('yesterday', 'UTC')).toBeNull()
  })

  it('says how long ago', () => {
    expect(ago(ms, ms + 1000)).toBe('just now')
    expect(ago(ms, ms + 60_000)).toBe('60 s ago')
    expect(ago(ms, ms + 3_600_000)).toBe('60 min ago')
    expect(ago(ms, ms - 5000)).toBe('just now')
  })
})
