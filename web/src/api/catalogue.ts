import { currentRange } from '../state/range'
import { ask, search } from './client'
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

/** A key of a map column, such as a dimension of metrics. */
export interface Key {
  /** With its map in front: `dimensions.InstanceId`. */
  readonly name: string
  readonly rows: number
  readonly number?: boolean
}

/** The keys among the newest rows, the most frequent first. */
export async function askKeys(signal: string, from: string, to: string, where: string, abort?: AbortSignal): Promise<readonly Key[]> {
  return (await ask<{ fields: Key[] }>(`/api/fields?${search({ signal, from, to, where })}`, abort === undefined ? {} : { signal: abort })).fields
}

// A name that the grammar of filters reads without quotes.
const plain = /^[A-Za-z_][A-Za-z0-9_-]*$/

/** The keys that a filter can name, by themselves where no column has the name. They change with the rows, so they are asked for when somebody begins to write. */
export function useKeyFields(signal: string, columns: readonly Field[], needed: boolean): readonly Field[] {
  const { from, to } = currentRange()
  const has = needed && (signal === 'logs' || signal === 'metrics')
  const { data } = useAsked(has ? `keys ${signal} ${from} ${to}` : null, abort => askKeys(signal, from, to, '', abort))
  if (!has || data === null) return none
  return data.flatMap(({ name }) => {
    const [map, key] = [name.slice(0, name.indexOf('.')), name.slice(name.indexOf('.') + 1)]
    if (map === 'quantiles' || !plain.test(key)) return []
    const own = columns.some(column => column.name === key) ? name : key
    return [{ name: own, type: 'text', dimension: true, column: false, description: map === 'dimensions' ? 'a dimension' : 'a field of the messages' }]
  })
}
