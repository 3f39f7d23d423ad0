import type { Scope } from '../../api/scope'
import { useAsked } from '../../api/use'
import { both, testOf } from '../../filter/terms'
import { compact, exact } from '../../format/numbers'
import { Panel } from '../../parts/Panel'
import { Empty } from '../../parts/States'
import { text } from '../../parts/TopList'
import { Visible } from '../../parts/Visible'
import { Link } from '../../shell/Link'
import { useParam } from '../../state/url'
import { askPages } from './ask'

/** How agents fared with a page: a mark for each way, so that it needs no colour. */
const ways = [
  { measure: 'delivered_page_reads', name: 'delivered', mark: '●', test: '(status:2xx OR status:304)' },
  { measure: 'blocked_page_reads', name: 'blocked', mark: '✕', test: 'status:401,402,403,406,429,451' },
  { measure: 'missing_page_reads', name: 'missing', mark: '○', test: 'status:404,410' },
  { measure: 'failed_page_reads', name: 'failed', mark: '▲', test: '(status:5xx OR status:0)' },
] as const

const aiReads = 'class:training,search,user-fetch,agent,coding,data-provider kind:page method:GET'

/** The pages that agents read most, with how they fared. */
export function PageTable({ scope, wait }: { scope: Scope; wait: boolean }) {
  const q = useParam('q') ?? ''
  const host = useParam('host')
  const asked = useAsked(wait ? null : `pages ${scope.key}`, signal => askPages(scope, signal))
  return (
    <Panel title="Pages that agents read most" asked={asked} height={400} class="overview-pages" actions={<Link screen="pages" class="panel-link">All pages</Link>}>
      {data => {
        const place = (name: string) => data.columns.findIndex(column => column.name === name)
        const rows = data.rows.filter(row => Number(row[place('page_reads')] ?? 0) > 0)
        if (rows.length === 0) return <Empty title="No agent read a page in this range" />
        const hosts = new Set(rows.map(row => hostOf(text(row[0]))))
        return (
          <div class="scroll-x">
            <table class="table list-table">
              <caption class="hidden-text">Pages that agents read most</caption>
              <thead><tr><th scope="col">Page</th><th scope="col" class="number">Agent reads</th>{ways.map(way => <th key={way.name} scope="col" class="number"><span class={`way way-${way.name}`} aria-hidden="true">{way.mark}</span> {way.name}</th>)}<th scope="col" class="number">Visits from AI</th></tr></thead>
              <tbody>
                {rows.map(row => {
                  const page = text(row[0])
                  const figure = (measure: string, test: string) => {
                    const value = Number(row[place(measure)] ?? 0)
                    return value === 0 ? <span class="nothing">0</span> : <Link screen="logs" class="figure" changes={{ q: both(q, `${testOf('page', page)} ${test}`) }} title={exact(value)}>{compact(value)}</Link>
                  }
                  return (
                    <tr key={page}>
                      <th scope="row"><Link screen="pages" changes={{ q: both(q, testOf('page', page)) }}><Visible text={host !== null || hosts.size === 1 ? page.slice(hostOf(page).length) : page} /></Link></th>
                      <td class="number">{figure('page_reads', aiReads)}</td>
                      {ways.map(way => <td key={way.name} class={`number way-${way.name}`}>{figure(way.measure, `${aiReads} ${way.test}`)}</td>)}
                      <td class="number">{figure('ai_visits', 'class:human-like proof:none ai_source:* kind:page method:GET (status:2xx OR status:304)')}</td>
                    </tr>
                  )
                })}
              </tbody>
            </table>
          </div>
        )
      }}
    </Panel>
  )
}

function hostOf(page: string): string {
  const slash = page.indexOf('/')
  return slash < 0 ? page : page.slice(0, slash)
}
