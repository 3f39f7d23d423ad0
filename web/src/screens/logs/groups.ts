import type { Value } from '../../api/client'
import type { Values } from './identity'
import type { Group } from './signals'

export interface GroupedField {
  readonly name: string
  readonly value: Value
}

export interface GroupedRow {
  readonly name: string
  readonly fields: readonly GroupedField[]
}

/** The fields of a row that have a value, by group and in its order; what no group names comes last. `name*` takes all that begin so. */
export function grouped(values: Values, groups: readonly Group[]): GroupedRow[] {
  const left = new Set(Object.keys(values).filter(name => hasValue(values[name])))
  const take = (pattern: string) => {
    const names = pattern.endsWith('*') ? [...left].filter(name => name.startsWith(pattern.slice(0, -1))) : [pattern].filter(name => left.has(name))
    names.forEach(name => left.delete(name))
    return names.map(name => ({ name, value: values[name]! }))
  }
  const rows = groups.map(group => ({ name: group.name, fields: group.fields.flatMap(take) }))
  return [...rows, { name: 'Other', fields: [...left].flatMap(take) }].filter(group => group.fields.length > 0)
}

/** The keys of a map beside the other fields, as `map.key`. */
export function unfolded(values: Values, map: string): Values {
  const held = map === '' ? null : values[map]
  if (held === null || held === undefined || typeof held !== 'object' || Array.isArray(held)) return values
  const { [map]: _, ...others } = values
  return { ...others, ...Object.fromEntries(Object.entries(held).map(([key, value]) => [`${map}.${key}`, value])) }
}

export function hasValue(value: Value | undefined): boolean {
  if (value === null || value === undefined || value === '') return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}
