/** The newest delivery of a key, as `/api/rows` tells it, with the reason if part of it was rejected. */
export interface Newest {
  readonly time: string
  readonly id: string
  readonly stream: string
  /** What it brought: requests, logs, metrics, several joined by `+`. */
  readonly signal: string
  readonly rows: number
  readonly rejected: number
  readonly repeats: number
  readonly reason: string | null
}

export interface Arrival {
  readonly state: 'waiting' | 'stored' | 'partly' | 'rejected' | 'repeated' | 'empty'
  readonly text: string
}

/** What became of the newest delivery. */
export function arrivalOf(newest: Newest | null): Arrival {
  if (newest === null) return { state: 'waiting', text: 'Waiting for the first record …' }
  const { rows, rejected, repeats } = newest
  const stored = `${rows} ${rows === 1 ? 'row' : 'rows'} stored`
  if (rows > 0 && rejected > 0) return { state: 'partly', text: `It arrives, but not whole: ${stored}, ${rejected} rejected` }
  if (rows > 0) return { state: 'stored', text: `It arrives: ${stored}` }
  if (rejected > 0) return { state: 'rejected', text: `It arrives, but nothing could be read: ${rejected} rejected` }
  if (repeats > 0) return { state: 'repeated', text: `It arrives: ${repeats === 1 ? 'a row that was' : `${repeats} rows that were`} stored before` }
  return { state: 'empty', text: 'A delivery without a record arrived: the way is open' }
}

export interface Refusal {
  readonly fault: string
  readonly count: number
}

/** What was refused between two readings of the server's counters, which begin anew when it starts. */
export function refusedSince(before: readonly Refusal[], now: readonly Refusal[]): Refusal[] {
  return now
    .map(({ fault, count }) => {
      const earlier = before.find(one => one.fault === fault)?.count ?? 0
      return { fault, count: count < earlier ? count : count - earlier }
    })
    .filter(one => one.count > 0)
}
