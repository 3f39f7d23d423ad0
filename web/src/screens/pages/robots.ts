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

/** Each agent that asked for a robots.txt or read a page under one; who violated most first. */
export function robotsAgents(checks: readonly Named[], judged: readonly Named[]): RobotsAgent[] {
  const counts = new Map<string, Record<string, number>>()
  const add = (row: Named, name: string, count: number) => {
    const agent = String(row['agent'])
    counts.set(agent, { ...counts.get(agent), [name]: count })
  }
  for (const row of checks) add(row, 'checks', numberIn(row, 'requests'))
  for (const row of judged) add(row, String(row['robots']), numberIn(row, 'requests'))
  return [...counts]
    .map(([agent, of]) => ({ agent, checks: of['checks'] ?? 0, allowed: of['allowed'] ?? 0, disallowed: of['disallowed'] ?? 0, grace: of['grace'] ?? 0, exempt: of['exempt'] ?? 0 }))
    .sort((one, other) => other.disallowed - one.disallowed || other.checks - one.checks || one.agent.localeCompare(other.agent))
}
