import { useAsked, type Asked } from '../../api/use'
import { askAround, type Around } from './ask'
import type { LogSignal } from './signals'

/** The rows around the one that `mark` names, if the address asks for them. */
export function useAround(signal: LogSignal, mark: string | null, scope: string, columns: readonly string[], tz: string): Asked<{ around: Around | null }> {
  const field = signal.scopes.find(one => one.field === scope)?.field ?? null
  return useAsked(mark === null ? null : `around ${mark} ${field} ${columns.join()}`, abort => askAround(signal, mark!, field, columns, tz, abort).then(around => ({ around })))
}
