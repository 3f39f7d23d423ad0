import { type Answer, query } from '../../api/client'
import { rangeOf } from '../../state/range'
import { zoneOf } from '../../state/zone'
import type { Scope } from './model'

export function scopeOf(params: URLSearchParams): Scope {
  const { from, to } = rangeOf(params)
  const tz = zoneOf(params)
  return { from, to, tz, stream: params.get('stream'), key: `${from} ${to} ${tz}` }
}

export const knownKey = 'known streams'

/** Streams that are known by what they delivered, also before the range. */
export function askKnown(signal?: AbortSignal): Promise<Answer> {
  return query({ signal: 'deliveries', from: '-30d', to: 'now', measures: ['last_seen', 'deliveries'], by: ['stream'], order: '-last_seen', limit: 1000 }, signal)
}

export function streamsKey(scope: Scope): string {
  return `streams ${scope.key}`
}

export function askStreams({ from, to, tz }: Scope, signal?: AbortSignal): Promise<Answer> {
  const measures = ['deliveries', 'rows', 'rejected', 'reject_rate', 'repeats', 'delay_p50', 'delay_p95', 'delay_max', 'last_seen']
  return query({ from, to, tz, measures, signal: 'deliveries', by: ['stream'], order: '-rows', limit: 1000 }, signal)
}
