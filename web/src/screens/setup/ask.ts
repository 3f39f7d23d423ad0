import { ask } from '../../api/client'

export interface LogField {
  readonly number: number
  readonly name: string
  readonly column: string
  readonly description: string
  readonly use: string
  readonly recommended: boolean
}

export interface SetupFacts {
  readonly endpoints: readonly { readonly path: string; readonly for: string }[]
  readonly fields: readonly LogField[]
}

export const factsKey = 'setup'

export function askFacts(signal?: AbortSignal): Promise<SetupFacts> {
  return ask<SetupFacts>('/api/setup', signal === undefined ? {} : { signal })
}
