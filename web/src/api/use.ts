import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { tick } from '../state/refresh'
import { useStore } from '../state/store'
import { taken, whenFree } from './early'

/** What a panel knows: the last answer stays while the next one is on its way, and when it fails. */
export interface Asked<T> {
  readonly data: T | null
  readonly error: Error | null
  readonly loading: boolean
  /** `data` answers an earlier question (another range or filter) than the one on the screen. */
  readonly stale: boolean
}

interface Kept<T> {
  readonly data: T | null
  readonly dataKey: string | null
  readonly error: Error | null
  readonly loading: boolean
}

/**
 * Asks when `key` changes, and again with the refresh clock. `key` names the question: everything that `fetcher` uses must be in it.
 * A null key asks nothing. `everyMs` asks by a clock of its own as well, for what is watched while it happens.
 */
export function useAsked<T>(key: string | null, fetcher: (signal: AbortSignal) => Promise<T>, everyMs?: number): Asked<T> {
  const ticks = useStore(tick)
  const beats = useBeat(everyMs)
  const [kept, setKept] = useState<Kept<T>>({ data: null, dataKey: null, error: null, loading: key !== null })
  const flight = useRef<{ key: string | null; abort: AbortController } | null>(null)
  const latest = useRef(fetcher)
  latest.current = fetcher

  // Before the screen is painted: the way to the server and back is what takes time.
  useLayoutEffect(() => {
    // A clock that is faster than the answers must not keep them from ever arriving.
    if (flight.current?.key === key && key !== null) return
    flight.current?.abort.abort()
    flight.current = null
    if (key === null) return setKept(before => before.loading ? { ...before, loading: false } : before)
    const own = { key, abort: new AbortController() }
    flight.current = own
    const end = (change: (before: Kept<T>) => Kept<T>) => {
      if (flight.current !== own) return
      flight.current = null
      setKept(change)
    }
    setKept(before => before.loading ? before : { ...before, loading: true })
    const answer = taken<T>(key) ?? whenFree(() => latest.current(own.abort.signal))
    answer.then(
      data => end(() => ({ data, dataKey: key, error: null, loading: false })),
      (error: Error) => end(before => ({ ...before, error, loading: false })),
    )
  }, [key, ticks, beats])

  useEffect(() => () => flight.current?.abort.abort(), [])
  return { data: kept.data, error: kept.error, loading: kept.loading, stale: kept.data !== null && kept.dataKey !== key }
}

/** So long whoever shows several answers at once waits for the next of them. */
const patienceMs = 5000

/**
 * How much room several answers take is known when each question has its own: whoever shows them at once moves nothing.
 * If one hangs, what is known is shown when nothing came for a while. From then on it stays.
 */
export function useWhole(asked: readonly Pick<Asked<unknown>, 'data' | 'error'>[]): boolean {
  const [late, setLate] = useState(false)
  const shown = useRef(false)
  const open = asked.filter(one => one.data === null && one.error === null).length
  useEffect(() => {
    if (shown.current) return
    const timer = setTimeout(() => setLate(true), patienceMs)
    return () => clearTimeout(timer)
  }, [open])
  shown.current ||= open === 0 || late
  return shown.current
}

function useBeat(everyMs: number | undefined): number {
  const [beats, setBeats] = useState(0)
  useEffect(() => {
    if (everyMs === undefined) return
    const timer = setInterval(() => document.hidden || setBeats(before => before + 1), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return beats
}
