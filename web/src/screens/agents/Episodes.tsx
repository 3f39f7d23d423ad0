import { query } from '../../api/client'
import type { Rules } from '../../api/rules'
import { questionOf, type Scope } from '../../api/scope'
import { useAsked } from '../../api/use'
import { compact, exact, percent } from '../../format/numbers'
import { Panel } from '../../parts/Panel'
import { reader } from './groups'

const forPeople = ['user-fetch', 'agent']

/** Of agents that read because a person asked: about how many questions that were. */
export function Episodes({ name, scope, rules, wait }: { name: string; scope: Scope; rules: Rules | null; wait: boolean }) {
  const applies = rules?.agents.some(one => one.name === name && forPeople.includes(one.class)) ?? false
  const asked = useAsked(wait || !applies ? null : `episodes ${scope.key}`, signal => query({ ...questionOf(scope), measures: ['read_episodes', 'requests_per_episode', 'robots_first_share'] }, signal))
  if (!applies) return null
  return (
    <Panel title="Read episodes" asked={asked} height={80}>
      {data => {
        const value = reader(data, data.rows[0] ?? [])
        const [episodes, each, robots] = [Number(value('read_episodes') ?? 0), value('requests_per_episode'), value('robots_first_share')]
        return (
          <>
            <dl class="agent-facts agent-figures">
              <div><dt>Episodes</dt><dd title={exact(episodes)}>{compact(episodes)}</dd></div>
              <div><dt>Requests per episode</dt><dd>{each === null ? '–' : Number(each).toFixed(1)}</dd></div>
              <div><dt>With a look at robots.txt</dt><dd>{robots === null ? '–' : percent(Number(robots))}</dd></div>
            </dl>
            <p class="note">An estimate of the questions that people asked: a new one begins after 10 s without a request to the host.</p>
          </>
        )
      }}
    </Panel>
  )
}
