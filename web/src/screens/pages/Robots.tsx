import { useState } from 'preact/hooks'
import { namedRows } from '../../api/answers'
import { ask, query } from '../../api/client'
import { questionOf, type Scope } from '../../api/scope'
import { useAsked } from '../../api/use'
import { both, testOf } from '../../filter/terms'
import { filterBy } from '../../filter/use'
import type { Counted } from '../../filter/reads'
import { bytes } from '../../format/numbers'
import { at } from '../../format/times'
import { type DataColumn, DataTable, unsorted } from '../../parts/DataTable'
import { Panel } from '../../parts/Panel'
import { Count } from '../../parts/Rows'
import { SaveTable } from '../../parts/SaveTable'
import { Empty } from '../../parts/States'
import { Visible } from '../../parts/Visible'
import { Link } from '../../shell/Link'
import { firstRows } from './ask'
import { countColumn } from './columns'
import { type Line, pageLines } from './lines'
import { More } from './More'
import { severalHosts } from './PageName'
import { pageColumn } from './PageTable'
import { inForce, type RobotsAgent, robotsAgents, type RobotsVersion } from './robots'

/** What robots.txt said when a page was read, and who read it all the same. */
export function Robots({ scope }: { scope: Scope }) {
  return (
    <div class="robots">
      <Versions scope={scope} />
      <Agents scope={scope} />
      <Violations scope={scope} />
    </div>
  )
}

function Versions({ scope }: { scope: Scope }) {
  const asked = useAsked('rules', signal => ask<{ robots: RobotsVersion[] }>('/api/rules', { signal }))
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
            <pre tabIndex={0} aria-label="Text of this version">{version.text}</pre>
          </details>
        </li>
      ))}
    </ul>
  )
}

function Agents({ scope }: { scope: Scope }) {
  const asked = useAsked(`robots agents ${scope.key}`, async signal => {
    const asking = (test: string, by: string[]) => query({ ...questionOf(scope), where: both(scope.where, test), by, measures: ['requests'], limit: 10_000 }, signal)
    const [checks, judged] = await Promise.all([asking('path:/robots.txt agent:*', ['agent']), asking('robots:*', ['agent', 'robots'])])
    return robotsAgents(namedRows(checks), namedRows(judged))
  })
  return (
    <Panel title="By agent" asked={asked} height={160} actions={<SaveTable name="robots-by-agent" columns={agentColumns} rows={asked.data ?? []} />}>
      {agents => agents.length === 0
        ? <Empty title="No agent asked for robots.txt in this range"><p>And none read a page under a version that is known.</p></Empty>
        : <DataTable name="robots.txt by agent" columns={agentColumns} rows={agents} keyOf={one => one.agent} order="" />}
    </Panel>
  )
}

const agentColumns: readonly DataColumn<RobotsAgent>[] = [
  {
    name: 'Agent', isText: true, value: one => one.agent,
    cell: one => <button type="button" class="page-name" onClick={event => filterBy('agent', one.agent, event.altKey || event.shiftKey)}><Visible text={one.agent} /></button>,
  },
  figure('Checks', 'checks', 'robots_checks', 'Requests for /robots.txt'),
  figure('Allowed', 'allowed', 'robots_allowed', 'Page reads that the version in force allowed'),
  figure('Violations', 'disallowed', 'robots_violations', 'Page reads that the version in force disallowed'),
  figure('Grace', 'grace', 'robots_grace', 'Disallowed, but by a version that was less than a day old; not counted as a violation'),
  figure('Exempt', 'exempt', 'robots_exempt', 'Disallowed, but the operator says that robots.txt may not apply; not counted as a violation'),
]

function figure(name: string, of: Exclude<keyof RobotsAgent, 'agent'>, counted: Counted, about: string): DataColumn<RobotsAgent> {
  return { name, about, value: one => one[of], cell: one => <Count value={one[of]} test={testOf('agent', one.agent)} of={counted} /> }
}

interface Violation extends Line {
  readonly agent: string
}

/** By agent and page. */
function Violations({ scope }: { scope: Scope }) {
  const [limit, setLimit] = useState(firstRows)
  const asked = useAsked(`robots violations ${limit} ${scope.key}`, signal => query({
    ...questionOf(scope), where: both(scope.where, 'robots:disallowed'), by: ['page', 'agent'], measures: ['robots_violations'], order: '-robots_violations,page,agent', limit: limit + 1,
  }, signal))
  const lines: Violation[] = asked.data === null ? [] : pageLines(asked.data).slice(0, limit).map(line => {
    const agent = String(line.row['agent'])
    return { ...line, agent, test: both(line.test, testOf('agent', agent)) }
  })
  const columns = unsorted<Violation>([
    pageColumn(severalHosts(lines)),
    { name: 'Agent', isText: true, cell: line => <Visible text={line.agent} />, value: line => line.agent },
    countColumn('Violations', 'robots_violations', 'robots_violations', 'Reads that the version in force disallowed'),
  ])
  return (
    <Panel title="Violations by page" asked={asked} height={160} actions={<SaveTable name="robots-violations" columns={columns} rows={lines} />}>
      {data => lines.length === 0
        ? <Empty title="No violation in this range"><p>Reads are judged where a version of robots.txt is known for the time.</p></Empty>
        : (
          <>
            <DataTable name="Violations of robots.txt by page" columns={columns} rows={lines} keyOf={line => `${line.agent} ${line.key}`} order="" />
            <More shown={limit} more={data.rows.length > limit} onMore={() => setLimit(limit + 100)} />
          </>
        )}
    </Panel>
  )
}
