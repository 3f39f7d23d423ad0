import { useEffect, useRef, useState } from 'preact/hooks'
import { ask, Refused, type Value } from '../../api/client'
import { tailAddress } from './ask'
import { rowsOf } from './identity'
import type { LogSignal } from './signals'
import { arrive, emptyTail, release, type Tail } from './tail'

export type LiveState = 'off' | 'connecting' | 'live' | 'retrying' | 'problem'

export interface Live {
  readonly tail: Tail
  readonly state: LiveState
  readonly problem: string | null
  /** Shows what was held. */
  readonly release: () => void
  readonly again: () => void
}

const retryMs = 3000

interface Options {
  readonly on: boolean
  readonly where: string
  readonly columns: readonly string[]
  /** Whether rows that arrive now are kept aside. */
  readonly holding: { readonly current: boolean }
  /** The stream begins: what was stored until now can be asked for. */
  readonly onBegin: () => void
}

/** Rows as they arrive, over one event stream that is opened again where it broke. */
export function useLive(signal: LogSignal, { on, where, columns, holding, onBegin }: Options): Live {
  const [tail, setTail] = useState<Tail>(emptyTail)
  const [state, setState] = useState<{ state: LiveState; problem: string | null }>({ state: 'off', problem: null })
  const [round, setRound] = useState(0)
  const begin = useRef(onBegin)
  begin.current = onBegin
  const key = on ? JSON.stringify([signal.name, where, columns]) : ''

  useEffect(() => {
    setTail(emptyTail)
    if (key === '') return setState({ state: 'off', problem: null })
    return follow(signal, where, columns, {
      onState: (next, problem) => setState({ state: next, problem: problem ?? null }),
      onBegin: () => begin.current(),
      onRows: (names, rows, skipped) => setTail(before => arrive(before, rowsOf(names, rows, signal), skipped, holding.current)),
    })
  }, [key, round])

  return { tail, ...state, release: () => setTail(before => before.held.length > 0 ? release(before) : before), again: () => setRound(round + 1) }
}

interface Follower {
  readonly onState: (state: LiveState, problem?: string) => void
  readonly onBegin: () => void
  readonly onRows: (names: readonly { name: string }[], rows: readonly (readonly Value[])[], skipped: number) => void
}

function follow(signal: LogSignal, where: string, columns: readonly string[], { onState, onBegin, onRows }: Follower): () => void {
  let source: EventSource | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let cursor: string | null = null
  let begun = false
  let ended = false
  const abort = new AbortController()

  const open = () => {
    let names: readonly { name: string }[] = []
    const own = new EventSource(tailAddress(signal, where, columns, cursor))
    source = own
    own.addEventListener('columns', event => {
      names = JSON.parse(event.data as string) as { name: string }[]
      onState('live')
      if (!begun) onBegin()
      begun = true
    })
    own.addEventListener('rows', event => {
      const { rows, skipped } = JSON.parse(event.data as string) as { rows: Value[][]; skipped: number }
      if (event.lastEventId !== '') cursor = event.lastEventId
      onRows(names, rows, skipped)
    })
    own.addEventListener('problem', event => {
      const problem = JSON.parse(event.data as string) as { detail?: string; title?: string }
      end()
      onState('problem', problem.detail ?? problem.title ?? 'the stream failed')
    })
    own.onerror = () => {
      if (ended) return
      onState('retrying')
      // A refusal closes the source for good; a broken connection it opens again by itself, and says where it was.
      if (own.readyState === EventSource.CLOSED) void judge()
    }
  }

  // The browser keeps the answer of a refused stream to itself, so the same is asked once more as a page.
  const judge = async () => {
    try {
      await refusal(tailAddress(signal, where, columns, cursor), abort.signal)
    } catch (error) {
      if (ended) return
      if (error instanceof Refused && error.status < 500) {
        end()
        return onState('problem', error.message)
      }
      if (error instanceof Refused) onState('retrying', error.message)
    }
    if (!ended) timer = setTimeout(open, retryMs)
  }

  const end = () => {
    ended = true
    clearTimeout(timer)
    abort.abort()
    source?.close()
  }

  onState('connecting')
  open()
  return end
}

async function refusal(path: string, outer: AbortSignal): Promise<void> {
  const abort = new AbortController()
  const stop = () => abort.abort()
  outer.addEventListener('abort', stop)
  // A stream that opens now never ends: its first bytes are enough.
  const timer = setTimeout(stop, 1500)
  try {
    await ask(path, { signal: abort.signal })
  } catch (error) {
    if (error instanceof Refused) throw error
  } finally {
    clearTimeout(timer)
    outer.removeEventListener('abort', stop)
  }
}
