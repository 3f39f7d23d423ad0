import { ask, Refused } from '../../api/client'
import { refreshNow } from '../../state/refresh'

export interface Key {
  readonly name: string
  readonly state: 'active' | 'expired' | 'revoked'
  readonly scopes: readonly string[]
  readonly signals: readonly string[]
  readonly streams: readonly string[]
  readonly created: string
  readonly expires: string | null
  readonly revoked: string | null
  readonly lastUsed: string | null
  /** Null while the store cannot be asked. */
  readonly rowsToday: number | null
  readonly deliveriesToday: number | null
}

export interface Made {
  readonly key: Key
  /** Told once, and kept nowhere. */
  readonly secret: string
}

export const scopes = [
  { name: 'ingest', about: 'send deliveries' },
  { name: 'read', about: 'ask for everything that is stored' },
  { name: 'admin', about: 'everything: read, import, make and revoke keys' },
] as const

export async function makeKey(name: string, wanted: readonly string[], stream: string, days: number | null): Promise<Made> {
  const made = await ask<Made>('/api/keys', {
    method: 'POST',
    body: { name, scopes: wanted, streams: stream === '' ? [] : [stream], signals: [], cloudFrontFields: '', expires: days === null ? null : new Date(Date.now() + days * 86_400_000).toISOString() },
  })
  refreshNow()
  return made
}

export async function revokeKey(name: string): Promise<void> {
  await ask(`/api/keys/${encodeURIComponent(name)}`, { method: 'DELETE' })
  refreshNow()
}

/** The field of the form that a refusal is about. The server says it in words only. */
export function fieldOf(error: Error): 'name' | 'stream' | 'expires' | 'scopes' | null {
  if (!(error instanceof Refused) || error.status === 403 || error.status >= 500) return null
  if (error.kind === 'key-name-taken') return 'name'
  const words = [['expir', 'expires'], ['scope', 'scopes'], ['stream', 'stream'], ['name', 'name']] as const
  // What stands in quotes was typed by the person and may hold any word.
  const said = error.message.toLowerCase().replace(/'[^']*'/g, '')
  return words.find(([word]) => said.includes(word))?.[1] ?? null
}
