import { type Named, numberIn } from '../../api/answers'
import type { RobotsVersion } from '../../api/rules'

/* What the versions of robots.txt say of the reads, put together. */

export interface RobotsAgent {
  readonly agent: string
  readonly checks: number
  readonly allowed: number
  readonly disallowed: number
  readonly grace: number
  readonly exempt: number
}

/** The versions that are in force at a time: of each host the newest that has begun. */
export function inForce(versions: readonly RobotsVersion[], now: number): Set<RobotsVersion> {
  const newest = new Map<string, RobotsVersion>()
  for (const version of versions) {
    const before = newest.get(version.host)
    if (Date.parse(version.from) <= now && (before === undefined || version.from > before.from)) newest.set(version.host, version)
  }
  return new Set(newest.values())
}

/** Each agent that asked for a robots.txt or read a page under one, from rows by agent and judgement: what is not judged is the robots.txt itself. */
export function robotsAgents(rows: readonly Named[]): RobotsAgent[] {
  const agents = new Map<string, Record<string, number>>()
  for (const row of rows) {
    const agent = String(row['agent'])
    agents.set(agent, { ...agents.get(agent), [String(row['robots']) || 'checks']: numberIn(row, 'requests') })
  }
  return [...agents].map(([agent, of]) => ({ agent, checks: 0, allowed: 0, disallowed: 0, grace: 0, exempt: 0, ...of }))
}
