import { expect, it } from 'vitest'
import { inForce, robotsAgents } from './robots'

it('knows the version of each host that is in force', () => {
  const version = (host: string, from: string) => ({ host, from, bytes: 1, text: '' })
  const versions = [version('a', '2026-12-01T00:00:00Z'), version('a', '2026-11-20T00:00:00Z'), version('a', '2026-11-01T00:00:00Z'), version('b', '2026-12-01T00:00:00Z')]

  expect([...inForce(versions, Date.parse('2026-11-28T00:00:00Z'))]).toEqual([versions[1]])
})

it('puts checks and judgements of an agent into a line', () => {
  const agents = robotsAgents([
    { agent: 'A', robots: '', requests: 3 }, { agent: 'B', robots: '', requests: 9 }, { agent: 'A', robots: 'disallowed', requests: 2 }, { agent: 'A', robots: 'allowed', requests: 5 }, { agent: 'C', robots: 'exempt', requests: 4 }, { agent: 'C', robots: 'grace', requests: 1 },
  ])

  expect(agents).toEqual([
    { agent: 'A', checks: 3, allowed: 5, disallowed: 2, grace: 0, exempt: 0 },
    { agent: 'B', checks: 9, allowed: 0, disallowed: 0, grace: 0, exempt: 0 },
    { agent: 'C', checks: 0, allowed: 0, disallowed: 0, grace: 1, exempt: 4 },
  ])
})
