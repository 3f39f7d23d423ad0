import { ask } from './client'
import { type Asked, useAsked } from './use'

/** The rules in force, as `GET /api/rules` tells them (docs/api.md). */
export interface Rules {
  readonly version: string
  readonly agents: readonly AgentRule[]
  readonly lists: readonly AddressList[]
  /** Of each host the newest first. */
  readonly robots: readonly RobotsVersion[]
  /** When other rules came into force, oldest first. */
  readonly changes: readonly { readonly version: string; readonly taken: string }[]
}

export interface AgentRule {
  readonly token: string
  readonly name: string
  readonly operator: string
  readonly class: string
  readonly lists: readonly string[]
  /** What the operator says of robots.txt. */
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
  readonly ageDays: number | null
  /** Who is outside of a list that is not whole is not refuted by it. */
  readonly whole: boolean
  readonly prefixes: number
}

/** A version of a host's robots.txt, in force from a time on until the next one. */
export interface RobotsVersion {
  readonly host: string
  readonly from: string
  readonly bytes: number
  readonly text: string
}

export function useRules(needed = true): Asked<Rules> {
  return useAsked(needed ? 'rules' : null, signal => ask<Rules>('/api/rules', { signal }))
}
