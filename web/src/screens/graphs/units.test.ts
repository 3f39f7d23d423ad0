import { expect, it } from 'vitest'
import { kindOf, kindTitle, written } from './units'

it.each([
  ['Bytes', 1_500_000, '1.5 MB'],
  ['Kilobytes', 2, '2 kB'],
  ['Gigabits/Second', 1.2, '1.2 Gbit/s'],
  ['Bytes/Second', 0, '0 B/s'],
  ['Seconds', 0.25, '250 ms'],
  ['Milliseconds', 1840, '1.84 s'],
  ['Microseconds', 12, '12 µs'],
  ['Percent', 43.21, '43.2 %'],
  ['Percent', 0.0042, '0.0042 %'],
  ['Count', 12_345, '12.3k'],
  ['Count/Second', 3, '3/s'],
  ['None', -4.5, '-4.5'],
  ['', 0.00031, '0.00031'],
  ['Parsecs', 2, '2 Parsecs'],
  ['constructor', 2, '2 constructor'],
])('of %j %d is %j', (unit, value, text) => {
  const { name, factor } = kindOf(unit)
  expect(written(value * factor, name)).toBe(text)
})

it('what is measured in the same shares an axis', () => {
  expect(kindOf('Seconds').name).toBe(kindOf('Microseconds').name)
  expect(kindOf('Terabytes').name).toBe(kindOf('Bytes').name)
  expect(kindOf('Bytes').name).not.toBe(kindOf('Bytes/Second').name)
  expect(kindOf('Percent').name).not.toBe(kindOf('Count').name)
})

it('a hole is no 0', () => expect(written(null, 'bytes')).toBe('–'))
it('says what an axis is of', () => expect([kindTitle('bytes/s'), kindTitle('number'), kindTitle('unit Parsecs')]).toEqual(['Bytes per second', 'No unit', 'Parsecs']))
