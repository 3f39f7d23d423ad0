import { describe, expect, it } from 'vitest'
import css from './tokens.css?raw'

const blocks = [...css.matchAll(/:root[^{]*\{([^{}]*)\}/g)].map(block => new Map([...block[1]!.matchAll(/(--[a-z0-9-]+):\s*([^;]+);/g)].map(value => [value[1]!, value[2]!.trim()])))
const [light, system, dark] = blocks as [Map<string, string>, Map<string, string>, Map<string, string>]

function luminance(color: string): number {
  const hex = color.length === 4 ? [...color.slice(1)].map(digit => digit + digit).join('') : color.slice(1)
  const [r, g, b] = [0, 2, 4].map(place => parseInt(hex.slice(place, place + 2), 16) / 255).map(value => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}

function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)].sort((x, y) => y - x)
  return (a! + 0.05) / (b! + 0.05)
}

describe('tokens', () => {
  it('have the same dark values by system and by choice', () => expect([...dark]).toEqual([...system]))

  it('have a dark value for each light colour', () => {
    for (const [name, value] of light) if (/^(#|rgb)/.test(value)) expect(dark.has(name), name).toBe(true)
  })

  it.each(['--ink', '--ink-2', '--ink-3', '--accent', '--good', '--bad', '--warn'])('%s can be read on every ground', name => {
    for (const theme of [light, dark])
      for (const ground of ['--surface', '--surface-2', '--ground', '--hover']) expect(contrast(theme.get(name)!, theme.get(ground)!), ground).toBeGreaterThanOrEqual(4.5)
  })

  it('texts on coloured grounds can be read', () => {
    const pairs = [['--accent-ink', '--accent'], ['--bad', '--bad-soft'], ['--warn', '--warn-soft'], ['--ink', '--bar'], ['--ink-2', '--bar'], ['--ink', '--accent-soft'], ['--ink', '--mark']]
    for (const theme of [light, dark]) for (const [ink, ground] of pairs) expect(contrast(theme.get(ink!)!, theme.get(ground!)!), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5)
  })

  it.each(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'none'])('the colour of level %s is seen on every ground of a row', level => {
    for (const theme of [light, dark])
      for (const ground of ['--surface', '--surface-2', '--hover', '--accent-soft']) expect(contrast(theme.get(`--level-${level}`)!, theme.get(ground)!), ground).toBeGreaterThanOrEqual(3)
  })
})
