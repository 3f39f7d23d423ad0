import { ask } from './client'
import { useAsked } from './use'

export interface Field {
  readonly name: string
  readonly type: string
  /** Rows can be grouped and counted by it. */
  readonly dimension: boolean
  /** A column of the table, not computed from others. */
  readonly column: boolean
  readonly description: string
}

export interface Signal {
  readonly name: string
  readonly measures: readonly { readonly name: string; readonly unit: string; readonly description: string }[]
  readonly fields: readonly Field[]
}

let kept: Promise<readonly Signal[]> | null = null

/** What can be asked. It changes with the program only, so it is asked for once. */
export function catalogue(): Promise<readonly Signal[]> {
  kept ??= ask<{ signals: Signal[] }>('/api/catalogue').then(answer => answer.signals, error => {
    kept = null
    throw error
  })
  return kept
}

/** The fields of a signal; empty until they are known. Without need they are not asked for. */
export function useFields(signal: string, needed = true): readonly Field[] {
  const { data } = useAsked(needed ? 'catalogue' : null, catalogue)
  return data?.find(one => one.name === signal)?.fields ?? none
}

const none: readonly Field[] = []
