import { bytes, compact, duration } from '../../format/numbers'

/*
 * CloudWatch names units in words, with powers of 1,000 in the word. Values are drawn in the base of their kind, so that milliseconds and
 * seconds share an axis and are written as people write them.
 */

/** How values are drawn and written: `second` is a rate. */
export interface Kind {
  /** Equal for what shares an axis. */
  readonly name: string
  readonly factor: number
}

const powers: Readonly<Record<string, number>> = { '': 1, Kilo: 1e3, Mega: 1e6, Giga: 1e9, Tera: 1e12 }

const plainUnits: Readonly<Record<string, Kind>> = {
  '': { name: 'number', factor: 1 },
  None: { name: 'number', factor: 1 },
  Count: { name: 'count', factor: 1 },
  Percent: { name: 'percent', factor: 1 },
  Seconds: { name: 'seconds', factor: 1 },
  Milliseconds: { name: 'seconds', factor: 1e-3 },
  Microseconds: { name: 'seconds', factor: 1e-6 },
}

export function kindOf(unit: string): Kind {
  if (unit.endsWith('/Second')) {
    const { name, factor } = kindOf(unit.slice(0, -7))
    return { name: `${name}/s`, factor }
  }
  const sized = /^(|Kilo|Mega|Giga|Tera)(bytes|bits)$/i.exec(unit)
  if (sized !== null) {
    const power = Object.keys(powers).find(one => one.toLowerCase() === sized[1]!.toLowerCase())!
    return { name: sized[2]!.toLowerCase(), factor: powers[power]! }
  }
  // Hostile units are units too: a name that no kind has.
  return Object.hasOwn(plainUnits, unit) ? plainUnits[unit]! : { name: `unit ${unit}`, factor: 1 }
}

/** A value in the base of its kind. */
export function written(value: number | null, kind: string): string {
  if (value === null) return '–'
  if (kind.endsWith('/s')) return `${written(value, kind.slice(0, -2))}/s`
  switch (kind) {
    case 'bytes': return Math.abs(value) < 100 && !Number.isInteger(value) ? `${short(value)} B` : bytes(value)
    case 'bits': return `${bytes(value).slice(0, -1)}bit`
    case 'seconds': return duration(value)
    case 'percent': return `${short(value)} %`
    case 'count': case 'number': return short(value)
    default: return `${short(value)} ${kind.slice(5)}`
  }
}

/** What stands beside an axis. */
export function kindTitle(kind: string): string {
  if (kind.endsWith('/s')) return `${kindTitle(kind.slice(0, -2))} per second`
  return { bytes: 'Bytes', bits: 'Bits', seconds: 'Time', percent: 'Percent', count: 'Count', number: 'No unit' }[kind] ?? kind.slice(5)
}

/** The unit of a rate or a size is long in CloudWatch's words; in a list it is short. */
export function unitName(unit: string): string {
  return unit === 'None' || unit === '' ? 'no unit' : unit.replace('/Second', '/s')
}

// `compact` has two digits behind the point at most, but a metric may be of any size.
function short(value: number): string {
  const size = Math.abs(value)
  return size > 0 && size < 0.01 ? String(Number(value.toPrecision(2))) : compact(value)
}
