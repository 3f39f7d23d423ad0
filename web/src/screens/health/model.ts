import type { Answer, Value } from '../../api/client'

/** A server of a ClickHouse, as far as is known. */
export interface Server {
  readonly shard: number
  readonly server: string
  readonly canRead: boolean
  readonly canWrite: boolean
  readonly trouble: string | null
}

/** What `/api/status` says. */
export interface Status {
  readonly version: string
  readonly now: string
  readonly started: string
  readonly ready: { readonly canStore: boolean; readonly canQuery: boolean; readonly reason: string | null }
  readonly store: {
    /** What is on this machine only; null for a store that is elsewhere. */
    readonly local: {
      readonly hotRows: number
      readonly hotBytes: number
      readonly hotLimitBytes: number
      readonly journalBytes: number
      readonly spaceFloorBytes: number
    } | null
    /** Of a store that is elsewhere. */
    readonly servers: readonly Server[]
    readonly segments: number
    readonly segmentRows: number
    readonly segmentBytes: number
    readonly freeBytes: number
    readonly oldestRow: string | null
    readonly repeatWindowSeconds: number
    readonly repeatWindowConfiguredSeconds: number
    readonly retentionSeconds: number | null
    readonly retentionBytes: number | null
    readonly tables: readonly { readonly name: string; readonly segments: number; readonly rows: number; readonly bytes: number }[]
  }
  readonly queue: { readonly inFlight: number; readonly waiting: number; readonly maxWaiting: number; readonly inFlightBytes: number; readonly inFlightLimitBytes: number }
  readonly process: { readonly residentBytes: number; readonly heapBytes: number; readonly cpuSeconds: number; readonly processors: number }
  readonly answers: {
    readonly stored: number
    readonly repeated: number
    readonly refused: readonly { readonly fault: string; readonly count: number }[]
    readonly p50Seconds: number | null
    readonly p95Seconds: number | null
  }
}

/** Minutes without a request of a stream where there should have been some. */
export interface Gap {
  readonly stream: string
  readonly from: string
  readonly to: string
  readonly minutes: number
  /** Rows a minute that were to be expected. */
  readonly expected: number
  readonly basis: 'weeks' | 'hour'
}

/** The question that the panels share. */
export interface Scope {
  readonly from: string
  readonly to: string
  readonly tz: string
  /** The ARN of the one stream that the charts show, or null. */
  readonly stream: string | null
  /** Names the question for `useAsked`, without the stream. */
  readonly key: string
}

export type Row = Readonly<Record<string, Value | undefined>>

/** The rows of an answer by the names of their columns. */
export function rowsOf(answer: Answer | null): Row[] {
  return answer === null ? [] : answer.rows.map(row => Object.fromEntries(answer.columns.map((column, place) => [column.name, row[place]])))
}

export function countOf(value: Value | undefined): number {
  return Number(value ?? 0) || 0
}

/** A number that may be unknown. */
export function figureOf(value: Value | undefined): number | null {
  return value === null || value === undefined ? null : Number(value)
}

/** The name at the end of a stream's ARN; an import is named by its file. */
export function streamName(arn: string): string {
  const name = arn.slice(arn.lastIndexOf('/') + 1)
  return name === '' ? '(no ARN)' : isImport(arn) ? decoded(name) : name
}

/** Files that a person put in are neither late nor missing. */
export function isImport(arn: string): boolean {
  return arn.startsWith('arn:cistern:import:')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
