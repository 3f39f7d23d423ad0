import { useEffect, useState } from 'preact/hooks'
import { refreshNow } from '../state/refresh'
import { ask, search } from './client'
import { type Asked, useAsked } from './use'

export interface AgentRule {
  readonly token: string
  readonly name: string
  readonly operator: string
  readonly class: string
  readonly lists: readonly string[]
  /** What its operator says of robots.txt. */
  readonly robots: 'follows' | 'may-ignore' | 'unsaid'
  readonly purpose: string
  /** Written by the operator of this server. */
  readonly own: boolean
}

export interface AddressList {
  readonly id: string
  readonly operator: string
  readonly agent: string
  readonly url: string
  /** Null while there is none. */
  readonly inForceSince: string | null
  readonly ageDays: number | null
  /** If not it proves true claims, and calls none false. */
  readonly whole: boolean
  readonly prefixes: number
  readonly shipped: boolean
}

export interface RobotsVersion {
  readonly host: string
  readonly from: string
  readonly bytes: number
  readonly text: string | null
}

/** How much of what is stored was classified by the rules in force. */
export interface History {
  readonly rows: number
  readonly rowsNow: number
  readonly running: boolean
  readonly failed: string | null
  /** The store can classify stored rows again. */
  readonly possible?: boolean
}

export interface Rules {
  readonly version: string
  readonly problems: readonly { readonly file: string; readonly line: number; readonly text: string }[]
  readonly agents: readonly AgentRule[]
  readonly lists: readonly AddressList[]
  readonly robots: readonly RobotsVersion[]
  readonly sites: readonly string[]
  /** When other rules came into force, oldest first. */
  readonly changes: readonly { readonly version: string; readonly taken: string }[]
  readonly history: History
}

const watchEveryMs = 2000

/** The rules, watched while history is classified again. */
export function useRules(wanted = true): Asked<Rules> {
  const [running, setRunning] = useState(false)
  const rules = useAsked(wanted ? 'rules' : null, signal => ask<Rules>('/api/rules', { signal }), running ? watchEveryMs : undefined)
  const now = rules.data?.history.running === true
  useEffect(() => setRunning(now), [now])
  return rules
}

/** Changes the rules; what shows them asks again. */
export async function changeRules(method: string, path: string, body?: unknown): Promise<Rules> {
  const rules = await ask<Rules>(`/api/rules/${path}`, { method, body })
  refreshNow()
  return rules
}

export async function importList(id: string, text: string, from: string, force: boolean): Promise<{ prefixes: number; prefixesBefore: number }> {
  const taken = await ask<{ prefixes: number; prefixesBefore: number }>(`/api/rules/lists/${id}?${search({ from, force: force ? 'true' : null })}`, { method: 'POST', text })
  refreshNow()
  return taken
}
