import type { Scope } from '../../api/scope'
import { useAsked } from '../../api/use'
import type { Counted } from '../../filter/reads'
import { both, testOf } from '../../filter/terms'
import { Panel } from '../../parts/Panel'
import { Count } from '../../parts/Rows'
import { ScrollBox } from '../../parts/ScrollBox'
import { Empty } from '../../parts/States'
import { text } from '../../parts/TopList'
import { Link } from '../../shell/Link'
import { useParam } from '../../state/url'
import { severalHosts } from '../../parts/pages/lines'
import { PageText } from '../../parts/pages/PageName'
import { askPages } from './ask'

/** How agents fared with a page: a mark for each way, so that it needs no colour. */
const ways = [
  { measure: 'delivered_page_reads', name: 'delivered', mark: '●' },
  { measure: 'blocked_page_reads', name: 'blocked', mark: '✕' },
  { measure: 'missing_page_reads', name: 'missing', mark: '○' },
  { measure: 'failed_page_reads', name: 'failed', mark: '▲' },
] as const

/** The pages that agents read most, with how they fared. */
export function PageTable({ scope, wait }: { scope: Scope; wait: boolean }) {
  const q = useParam('q') ?? ''
  const asked = useAsked(wait ? null : `pages ${scope.key}`, signal => askPages(scope, signal))
  return (
    <Panel title="Pages that agents read most" asked={asked} height={400} class="overview-pages" actions={<Link screen="pages" class="panel-link">All pages</Link>}>
      {data => {
        const place = (name: string) => data.columns.findIndex(column => column.name === name)
        const rows = data.rows.filter(row => Number(row[place('page_reads')] ?? 0) > 0)
        if (rows.length === 0) return <Empty title="No agent read a page in this range" />
        const several = severalHosts(rows.map(row => text(row[0])))
        return (
          <ScrollBox name="Pages that agents read most">
            <table class="table list-table">
              <caption class="hidden-text">Pages that agents read most</caption>
              <thead><tr><th scope="col">Page</th><th scope="col" class="number">Agent reads</th>{ways.map(way => <th key={way.name} scope="col" class="number"><span class={`way way-${way.name}`} aria-hidden="true">{way.mark}</span> {way.name}</th>)}<th scope="col" class="number">Visits from AI</th></tr></thead>
              <tbody>
                {rows.map(row => {
                  const page = text(row[0])
                  const figure = (measure: Counted) => <Count tabbed value={Number(row[place(measure)] ?? 0)} test={testOf('page', page)} of={measure} />
                  return (
                    <tr key={page}>
                      <th scope="row"><Link screen="pages" changes={{ q: both(q, testOf('page', page)) }}><PageText page={page} several={several} /></Link></th>
                      <td class="number">{figure('page_reads')}</td>
                      {ways.map(way => <td key={way.name} class={`number way-${way.name}`}>{figure(way.measure)}</td>)}
                      <td class="number">{figure('ai_visits')}</td>
                    </tr>
                  )
                })}
              </tbody>
            </table>
          </ScrollBox>
        )
      }}
    </Panel>
  )
}
