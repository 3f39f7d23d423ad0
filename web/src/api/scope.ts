import { whereOf } from '../filter/use'
import { rangeOf } from '../state/range'
import { zoneOf } from '../state/zone'

/** The question that every panel of a screen shares: range, zone, filter, comparison. */
export interface Scope {
  readonly from: string
  readonly to: string
  readonly where: string
  readonly tz: string
  readonly compare: boolean
  /** Names the question for `useAsked`. */
  readonly key: string
}

export function scopeOf(params: URLSearchParams): Scope {
  const { from, to } = rangeOf(params)
  const [where, tz, compare] = [whereOf(params), zoneOf(params), params.get('compare') !== null]
  return { from, to, where, tz, compare, key: `${from} ${to} ${tz} ${compare} ${where}` }
}

export function questionOf({ from, to, where, tz }: Scope) {
  return { from, to, tz, ...(where !== '' && { where }) }
}
