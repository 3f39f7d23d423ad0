import { query } from '../../api/client'
import { questionOf, type Scope } from '../../api/scope'
import { useAsked } from '../../api/use'
import { both, testOf } from '../../filter/terms'
import { compact, exact, percent } from '../../format/numbers'
import { Panel } from '../../parts/Panel'
import { RowsLink } from '../../parts/RowsLink'
import { Visible } from '../../parts/Visible'
import { Link } from '../../shell/Link'
import { reader } from './groups'

const brief = 8

/** Pages that an agent read although the robots.txt of that time says no. */
export function Violations({ scope, test, wait }: { scope: Scope; test: string; wait: boolean }) {
  const asked = useAsked(wait ? null : `violations ${scope.key}`, async signal => {
    const [judged, paths] = await Promise.all([
      query({ ...questionOf(scope), measures: ['robots_judged', 'robots_violations'] }, signal),
      query({ ...questionOf(scope), where: both(scope.where, 'robots:disallowed'), measures: ['robots_violations'], by: ['path'], order: '-robots_violations', limit: brief }, signal),
    ])
    const value = reader(judged, judged.rows[0] ?? [])
    return { judged: Number(value('robots_judged') ?? 0), violations: Number(value('robots_violations') ?? 0), paths: paths.rows.map(row => ({ path: String(row[0] ?? ''), count: Number(row[1]) })) }
  })
  return (
    <Panel title="Against robots.txt" asked={asked} height={brief * 29}>
      {({ judged, violations, paths }) => judged === 0
        ? <p class="agents-none">No read could be judged: the robots.txt that was in force is not here, or its operator says that it may not apply. <Link screen="setup">Versions in Setup</Link></p>
        : violations === 0 ? <p class="agents-none">All {exact(judged)} page reads that could be judged were allowed by the robots.txt in force.</p>
        : (
          <>
            <p class="note">{exact(violations)} of {exact(judged)} judged page reads ({percent(violations / judged)})</p>
            <ol class="agent-paths">
              {paths.map(({ path, count }) => (
                <li key={path}><span class="agents-path"><Visible text={path} /></span><RowsLink test={[test, 'robots:disallowed', testOf('path', path)].join(' ')} title={exact(count)}>{compact(count)}</RowsLink></li>
              ))}
            </ol>
          </>
        )}
    </Panel>
  )
}
