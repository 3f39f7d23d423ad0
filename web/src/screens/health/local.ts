import { ask, search } from '../../api/client'
import { compact, duration } from '../../format/numbers'

/** What `/api/firehose/streams` says. Without a local Firehose both are null. */
export interface LocalAnswer {
  readonly firehose: string | null
  readonly status: LocalStatus | null
}

export interface LocalStatus {
  readonly now: string
  readonly started: string
  readonly streams: readonly LocalStream[]
}

/** A stream of the local Firehose. Counts are since its start. */
export interface LocalStream {
  readonly arn: string
  readonly name: string
  readonly status: 'CREATING' | 'ACTIVE' | 'DELETING'
  readonly version: string
  readonly source: string
  readonly destination: string
  /** Null if records go to the bucket alone. */
  readonly endpoint: string | null
  readonly bucket: string
  readonly function: string | null
  readonly bufferBytes: number
  readonly bufferSeconds: number
  readonly retrySeconds: number | null
  readonly bufferedRecords: number
  readonly oldestBuffered: string | null
  readonly diskBytes: number
  readonly inFlightRecords: number
  readonly retryingBatches: number
  /** Records that wait for their object in the bucket. */
  readonly outboxRecords: number
  readonly deliveredRecords: number
  readonly droppedRecords: number
  readonly failedRecords: number
  readonly backedUpRecords: number
  readonly lostRecords: number
  readonly lastAnswer: LastAnswer | null
  readonly lastObjectFailure: LastAnswer | null
  readonly fault: string | null
  readonly lastHour: { readonly from: string; readonly incoming: readonly number[]; readonly delivered: readonly number[]; readonly failedAttempts: readonly number[] }
  readonly replay: Replay | null
}

export interface LastAnswer {
  readonly at: string
  /** Null if the endpoint took what it was sent. */
  readonly code: string | null
  readonly message: string
}

/** The last replay of a stream since the start of the Firehose. */
export interface Replay {
  readonly state: 'running' | 'done' | 'failed'
  readonly started: string
  readonly ended: string | null
  readonly objects: number
  readonly records: number
  readonly message: string | null
}

/** What `/api/firehose/backups` says: the objects of a stream that hold failed records. */
export interface Backups {
  readonly arn: string
  readonly bucket: string
  readonly prefixes: readonly string[]
  /** Those that were not replayed, the newest of them. */
  readonly objects: number
  readonly more: boolean
  /** Objects that are still to be looked into. */
  readonly unread: number
  readonly replayedObjects: number
  readonly unreadable: number
  readonly problem: string | null
  readonly codes: readonly BackedUp[]
}

export interface BackedUp {
  readonly code: string
  readonly objects: number
  readonly records: number
  readonly bytes: number
  readonly first: string | null
  readonly last: string | null
  readonly message: string
}

/** Each look reads objects of a bucket: streams beyond are named, and not looked at. */
export const lookedAtMost = 20

export function askLocal(signal: AbortSignal): Promise<LocalAnswer> {
  return ask<LocalAnswer>('/api/firehose/streams', { signal })
}

export function askBackups(arn: string, signal: AbortSignal): Promise<Backups> {
  return ask<Backups>(`/api/firehose/backups?${search({ stream: arn })}`, { signal })
}

export function startReplay(arn: string): Promise<unknown> {
  return ask(`/api/firehose/replay?${search({ stream: arn })}`, { method: 'POST' })
}

export type Health = 'good' | 'warn' | 'bad' | 'plain'

/** A stream's state in a word, and whether somebody should look. What is worst is said. */
export function stateOf(stream: LocalStream): { readonly word: string; readonly health: Health } {
  if (stream.fault !== null) return { word: 'Stands still', health: 'bad' }
  if (stream.status !== 'ACTIVE') return { word: stream.status === 'CREATING' ? 'Being created' : 'Being deleted', health: 'plain' }
  if (stream.retryingBatches > 0) return { word: 'Trying again', health: 'warn' }
  if (stream.lastObjectFailure !== null && stream.outboxRecords > 0) return { word: 'Bucket refuses', health: 'warn' }
  if (stream.outboxRecords > 0) return { word: 'Backing up', health: 'warn' }
  if (stream.inFlightRecords > 0) return { word: 'Delivering', health: 'good' }
  return stream.bufferedRecords > 0 ? { word: 'Buffering', health: 'good' } : { word: 'Idle', health: 'plain' }
}

/** What the endpoint or the bucket said, if it is why the stream cannot go on. */
export function troubleOf(stream: LocalStream): LastAnswer | null {
  if (stream.retryingBatches > 0 && stream.lastAnswer?.code != null) return stream.lastAnswer
  return stream.outboxRecords > 0 ? stream.lastObjectFailure : null
}

/** The streams whose buckets are looked into: first those that backed something up. */
export function lookedAt(streams: readonly LocalStream[]): readonly LocalStream[] {
  const weight = (one: LocalStream) => Number(one.replay !== null) + Number(one.backedUpRecords + one.failedRecords + one.outboxRecords > 0)
  return [...streams].sort((one, other) => weight(other) - weight(one)).slice(0, lookedAtMost)
}

/** What the verdict says of the local streams: nothing, if all is well or there is no Firehose. */
export function localReasons(status: LocalStatus | null): string[] {
  const reasons: string[] = []
  for (const stream of status?.streams ?? []) {
    const trouble = troubleOf(stream)
    if (stream.fault !== null) reasons.push(`the local stream ${stream.name} stands still`)
    else if (trouble !== null) reasons.push(`the local stream ${stream.name} cannot ${stream.retryingBatches > 0 ? 'deliver' : 'back up'}: ${trouble.code ?? 'refused'}`)
    if (stream.lostRecords > 0) reasons.push(`the local stream ${stream.name} lost ${compact(stream.lostRecords)} records`)
  }
  return reasons
}

/** How long the oldest record has waited, by the clock of the Firehose. */
export function ageOf(stream: LocalStream, now: string): string | null {
  return stream.oldestBuffered === null ? null : duration(Math.max(0, Math.round((Date.parse(now) - Date.parse(stream.oldestBuffered)) / 1000)))
}

/** A replay in a sentence. */
export function replayText(replay: Replay): string {
  const done = `${compact(replay.records)} ${replay.records === 1 ? 'record' : 'records'} of ${compact(replay.objects)} ${replay.objects === 1 ? 'object' : 'objects'}`
  if (replay.state === 'running') return `Replaying: ${done} so far`
  return replay.state === 'done' ? `Replayed ${done}` : `Stopped after ${done}`
}
