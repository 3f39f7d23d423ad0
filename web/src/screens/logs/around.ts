import { useState } from 'preact/hooks'
import { useAsked, type Asked } from '../../api/use'
import { askAround, type Around, type AroundWish } from './ask'
import type { LogSignal } from './signals'

const step = 50

export interface AroundRow extends Asked<{ around: Around | null }> {
  readonly moreNewer: () => void
  readonly moreOlder: () => void
}

/** The rows around the one that `mark` names, if the address asks for them, and more of them on request. */
export function useAround(signal: LogSignal, mark: string | null, scope: string, columns: readonly string[], tz: string): AroundRow {
  const found = signal.scopes.find(one => one.field === scope) ?? null
  const about = `${mark} ${scope}`
  const [kept, setKept] = useState<{ about: string; wish: AroundWish }>({ about, wish: { newer: step, older: step } })
  // Another row, or others around it, begin with the nearest again.
  const wish = kept.about === about ? kept.wish : { newer: step, older: step }
  const asked = useAsked(mark === null ? null : `around ${about} ${wish.newer} ${wish.older} ${columns.join()}`, abort => askAround(signal, mark!, found, columns, tz, wish, abort).then(around => ({ around })))
  return {
    ...asked,
    moreNewer: () => setKept({ about, wish: { ...wish, newer: wish.newer + 2 * step } }),
    moreOlder: () => setKept({ about, wish: { ...wish, older: wish.older + 2 * step } }),
  }
}
