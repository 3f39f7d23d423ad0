import { Store } from '../state/store'
import { ask } from './client'

/** The part of `/api/status` that qualifies the numbers of every screen. */
export interface Qualifiers {
  readonly ready: { readonly canStore: boolean; readonly canQuery: boolean; readonly reason: string | null }
  readonly store: { readonly oldestRow: string | null }
}

/** What was last said; null before. */
export const qualifiers = new Store<Qualifiers | null>(null)

export const qualifiersKey = 'status'

export async function askQualifiers(signal?: AbortSignal): Promise<Qualifiers> {
  const answer = await ask<Qualifiers>('/api/status', signal === undefined ? {} : { signal })
  qualifiers.set(answer)
  return answer
}
