import { ask, search } from './client'
import { type Asked, useAsked } from './use'

/** A key of a map column, such as `fields.userId`, as it was found in the newest rows that match. */
export interface Discovered {
  readonly name: string
  readonly rows: number
  /** All its values are numbers. */
  readonly number: boolean
}

export interface DiscoveredFields {
  readonly fields: readonly Discovered[]
  /** How many rows were looked at. */
  readonly rows: number
}

export interface DiscoveredAsk {
  readonly signal: string
  readonly from: string
  readonly to: string
  readonly where: string
  /** A part of the name. */
  readonly find?: string
}

const most = 200

/** Which keys the rows have, the most frequent first. Null asks nothing. */
export function useDiscovered(asked: DiscoveredAsk | null): Asked<DiscoveredFields> {
  const key = asked === null ? null : `fields ${asked.signal} ${asked.from} ${asked.to} ${asked.find ?? ''} ${asked.where}`
  return useAsked(key, abort => {
    const { signal, from, to, where, find } = asked!
    return ask<DiscoveredFields>(`/api/fields?${search({ signal, from, to, where, q: find, limit: most })}`, { signal: abort })
  })
}
