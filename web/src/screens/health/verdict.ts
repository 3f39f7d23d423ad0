import { bytes, compact, duration, exact, percent } from '../../format/numbers'
import { ago } from '../../format/times'
import { localReasons, type LocalStatus } from './local'
import { type Gap, isImport, type Status, streamName } from './model'
import type { Stream } from './streams'

/** Something to look at, and the panel that shows it. */
export interface Reason {
  readonly panel: 'streams' | 'charts' | 'gaps' | 'rejected' | 'refused' | 'storage' | 'queue' | 'local'
  readonly text: string
}

export interface Verdict {
  readonly state: 'good' | 'look' | 'unknown' | 'none'
  readonly text: string
  readonly reasons: readonly Reason[]
}

/** What is known; null where the server has not said it. */
export interface Facts {
  readonly now: number
  /** Start of the range in ms. */
  readonly from: number
  readonly streams: readonly (Stream & { readonly everDeliveries?: number })[] | null
  /** Requests that were refused in the range, repeats and the like not counted. */
  readonly refused: number | null
  readonly gaps: readonly Gap[] | null
  /** Age of the lines that arrived in the last minutes, 95 % of them, by ARN; empty for a range that is over. */
  readonly ages: ReadonlyMap<string, number> | null
  readonly status: Status | null
  /** Of the local Firehose; null also if there is none. */
  readonly local?: LocalStatus | null
}

/** Firehose sends a batch when it has made it; longer than this it had to wait or to try again. */
export const lateDelivery = 60
/** Firehose may hold lines for 15 minutes, and CloudFront its standard logs for an hour. */
export const lateLine = 3600
/** A stream that delivered now and then once is not missed; one that did so often is. */
const regular = 10
const missedFor = 7 * 86_400_000

/** Does what arrives arrive whole and on time? Says no more than is known. */
export function verdictOf(facts: Facts): Verdict {
  const reasons = [...ofStreams(facts), ...ofArrivals(facts), ...ofServer(facts.status), ...localReasons(facts.local ?? null).map(text => ({ panel: 'local' as const, text }))]
  if (reasons.length > 0) return { state: 'look', text: reasons.length === 1 ? 'Look at this:' : `Look at these ${reasons.length}:`, reasons }
  const unknown = [
    facts.streams === null && 'deliveries', facts.refused === null && 'refusals', facts.gaps === null && 'gaps', facts.ages === null && 'the age of lines', facts.status === null && 'the store',
  ].filter(name => name !== false)
  if (unknown.length > 0) return { state: 'unknown', text: `Cannot say yet: nothing is known about ${listed(unknown)}.`, reasons }
  const delivering = facts.streams!.filter(stream => stream.deliveries > 0)
  const deliveries = delivering.reduce((sum, stream) => sum + stream.deliveries, 0)
  if (deliveries === 0) return { state: 'none', text: facts.streams!.length === 0 ? 'Nothing has been delivered yet.' : 'Nothing was delivered in this range.', reasons }
  return { state: 'good', text: `Healthy: ${exact(deliveries)} ${deliveries === 1 ? 'delivery' : 'deliveries'} of ${delivering.length} ${delivering.length === 1 ? 'stream' : 'streams'} arrived whole and on time.`, reasons }
}

function ofStreams({ streams, now, from }: Facts): Reason[] {
  const reasons: Reason[] = []
  const rejected = sum(streams ?? [], stream => stream.rejected)
  if (rejected > 0) {
    const all = rejected + sum(streams!, stream => stream.rows + stream.repeats)
    reasons.push({ panel: 'rejected', text: `${compact(rejected)} rejected, ${rejected / all < 0.0001 ? 'under 0.01 %' : percent(rejected / all)} of what came, from ${counted(streams!.filter(stream => stream.rejected > 0).length, 'stream')}` })
  }
  for (const stream of streams ?? []) {
    if (isImport(stream.arn)) continue
    if ((stream.delay.p95 ?? 0) > lateDelivery) {
      reasons.push({ panel: 'charts', text: `late: deliveries of ${stream.name} took ${duration(stream.delay.p95!)} from Firehose to here (p95)` })
    }
    const silent = stream.deliveries === 0 && stream.last !== null && stream.last < from && now - stream.last < missedFor && (stream.everDeliveries ?? 0) >= regular
    if (silent) reasons.push({ panel: 'streams', text: `${stream.name} has delivered nothing in this range, last ${ago(stream.last!, now)}` })
  }
  return reasons
}

function ofArrivals({ refused, gaps, ages }: Facts): Reason[] {
  const reasons: Reason[] = []
  if ((refused ?? 0) > 0) reasons.push({ panel: 'refused', text: `${compact(refused!)} refused at the door` })
  for (const [arn, seconds] of ages ?? []) {
    if (seconds > lateLine && !isImport(arn)) reasons.push({ panel: 'streams', text: `late: lines of ${streamName(arn)} that arrive now are ${duration(seconds)} old (p95)` })
  }
  if ((gaps ?? []).length > 0) reasons.push({ panel: 'gaps', text: `${counted(gaps!.length, 'gap')}, ${duration(sum(gaps!, gap => gap.minutes) * 60)} in all` })
  return reasons
}

function ofServer(status: Status | null): Reason[] {
  if (status === null) return []
  const { ready, store, queue } = status
  const reasons: Reason[] = []
  // A store that refuses because of the disk or a server says it in its reason; twice is once too many.
  if (!ready.canStore) reasons.push({ panel: 'storage', text: `nothing is stored at the moment: ${ready.reason ?? 'no reason given'}` })
  else if (!ready.canQuery) reasons.push({ panel: 'storage', text: `nothing can be asked at the moment: ${ready.reason ?? 'no reason given'}` })
  else for (const server of store.servers) if (server.trouble !== null) reasons.push({ panel: 'storage', text: server.trouble })
  if (isLow(status)) reasons.push({ panel: 'storage', text: `disk low: ${bytes(store.freeBytes)} left, deliveries are refused under ${bytes(store.local!.spaceFloorBytes)}` })
  if (isShrunk(status)) reasons.push({ panel: 'storage', text: `repeats are recognised for ${duration(store.repeatWindowSeconds)} instead of ${duration(store.repeatWindowConfiguredSeconds)}` })
  if (queue.maxWaiting > 0 && queue.waiting * 2 > queue.maxWaiting) reasons.push({ panel: 'queue', text: `${exact(queue.waiting)} deliveries wait, ${exact(queue.maxWaiting)} may` })
  return reasons
}

/** The disk of this machine comes near the floor. What a store elsewhere has left, it watches itself. */
export function isLow({ store }: Status): boolean {
  return store.local !== null && store.freeBytes < store.local.spaceFloorBytes * 2
}

/** There were more rows than the window of identities could hold. Before the first delivery after a start its length is not known and 0. */
export function isShrunk({ store }: Status): boolean {
  return store.repeatWindowSeconds > 0 && store.repeatWindowSeconds < store.repeatWindowConfiguredSeconds
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((all, item) => all + value(item), 0)
}

function counted(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`
}
