import type { Answer } from '../../api/client'
import { type RobotsVersion, useRules } from '../../api/rules'
import type { Scope } from '../../api/scope'
import { type Asked, useAsked } from '../../api/use'
import { type Counted, rowsBehind } from '../../filter/reads'
import { both, testOf } from '../../filter/terms'
import { bytes } from '../../format/numbers'
import { at } from '../../format/times'
import { AgentLink } from '../../parts/agents/AgentLink'
import { Panel } from '../../parts/Panel'
import { Count } from '../../parts/Rows'
import type { SortColumn } from '../../parts/SortTable'
import { Empty } from '../../parts/States'
import { Visible } from '../../parts/Visible'
import { Link } from '../../shell/Link'
import { askPages } from '../../parts/pages/ask'
import { countColumn, pageColumn } from '../../parts/pages/columns'
import { type Line, pageLines } from '../../parts/pages/lines'
import { List } from '../../parts/pages/List'
import { PageList } from '../../parts/pages/PageList'
import { askRobots, robotsKey } from './ask'
import { inForce, type RobotsAgent, robotsAgents } from './robots'

/** What robots.txt said when a page was read, and who read it all the same. */
export function Robots({ scope }: { scope: Scope }) {
  const agents = useAsked(robotsKey(scope), signal => askRobots(scope, signal))
  // What stands below the agents is shown when it has its place.
  return (
    <div class={`robots ${agents.data === null && agents.error === null ? 'placing' : ''}`}>
      <Versions scope={scope} />
      <Agents asked={{ ...agents, data: agents.data === null ? null : robotsAgents(agents.data) }} />
      <Violations scope={scope} />
    </div>
  )
}

function Versions({ scope }: { scope: Scope }) {
  const asked = useRules()
  return (
    <Panel title="Versions" asked={asked} height={160} class="robots-versions">
      {({ robots }) => robots.length === 0
        ? <Empty title="No robots.txt is known"><p>Enter the text that is in force in <Link screen="setup">Setup</Link>, with the time since when. Reads from then on are judged by it.</p></Empty>
        : <VersionList versions={robots} tz={scope.tz} />}
    </Panel>
  )
}

function VersionList({ versions, tz }: { versions: readonly RobotsVersion[]; tz: string }) {
  const current = inForce(versions, Date.now())
  return (
    <ul class="versions">
      {versions.map(version => (
        <li key={`${version.host} ${version.from}`}>
          <details>
            <summary>
              <b><Visible text={version.host} /></b> since {at(Date.parse(version.from), tz, 'full')}
              <span class="note">{bytes(version.bytes)}{current.has(version) ? ', in force' : Date.parse(version.from) > Date.now() ? ', to come' : ''}</span>
            </summary>
            {version.text === null ? <p class="note">It is too long to show.</p> : <pre tabIndex={0} role="region" aria-label="Text of this version">{version.text}</pre>}
          </details>
        </li>
      ))}
    </ul>
  )
}

function Agents({ asked }: { asked: Asked<readonly RobotsAgent[]> }) {
  return (
    <List title="By agent" name="robots-by-agent" asked={asked} columns={agentColumns} rowKey={one => one.agent} height={160} first={12} parameter="sort" usual="-disallowed"
      nothing={<Empty title="No agent asked for robots.txt in this range"><p>And none read a page under a version that is known.</p></Empty>} />
  )
}

function figure(key: Exclude<keyof RobotsAgent, 'agent'>, title: string, of: Counted, about: string): SortColumn<RobotsAgent> {
  return { key, title, about, number: true, value: one => one[key], cell: one => <Count value={one[key]} test={testOf('agent', one.agent)} of={of} /> }
}

const agentColumns: readonly SortColumn<RobotsAgent>[] = [
  { key: 'agent', title: 'Agent', value: one => one.agent, cell: one => <AgentLink name={one.agent} /> },
  figure('checks', 'Checks', 'robots_checks', 'Requests for /robots.txt'),
  figure('allowed', 'Allowed', 'robots_allowed', 'Page reads that the version in force allowed'),
  figure('disallowed', 'Violations', 'robots_violations', 'Page reads that the version in force disallowed'),
  figure('grace', 'Grace', 'robots_grace', 'Disallowed, but by a version that was less than a day old; no violation'),
  figure('exempt', 'Exempt', 'robots_exempt', 'Disallowed, but the operator says that robots.txt may not apply; no violation'),
]

function Violations({ scope }: { scope: Scope }) {
  return (
    <PageList title="Violations by page" name="robots-violations" scope={scope} usual="-robots_violations" first={10} height={160} findable={false}
      ask={(list, signal) => askPages(scope, list, { by: ['page', 'agent'], where: rowsBehind.robots_violations, measures: ['robots_violations'] }, signal)}
      linesOf={violationLines}
      columns={lines => [
        pageColumn(lines),
        { key: 'agent', title: 'Agent', cell: line => <AgentLink name={String(line.row['agent'])} />, value: line => String(line.row['agent']) },
        countColumn('Violations', 'robots_violations', 'Reads that the version in force disallowed'),
      ]}
      nothing={<Empty title="No violation in this range"><p>Reads are judged where the robots.txt of their time is known.</p></Empty>} />
  )
}

/** A line for each agent on a page, with a test for both. */
function violationLines(answer: Answer): Line[] {
  return pageLines(answer).map(line => ({ ...line, test: both(line.test, testOf('agent', String(line.row['agent']))) }))
}
