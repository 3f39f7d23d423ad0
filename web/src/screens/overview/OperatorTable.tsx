import { numberOf } from '../../api/answers'
import type { Scope } from '../../api/scope'
import { useAsked } from '../../api/use'
import { testOf } from '../../filter/terms'
import { change } from '../../format/numbers'
import { perVisit } from '../../parts/agents/perVisit'
import { Panel } from '../../parts/Panel'
import { Count } from '../../parts/Rows'
import { Empty } from '../../parts/States'
import { text } from '../../parts/TopList'
import { Visible } from '../../parts/Visible'
import { askOperators } from './ask'

const height = 280

/** What each operator reads for each person whom its products send. */
export function OperatorTable({ scope, comparable, wait }: { scope: Scope; comparable: boolean; wait: boolean }) {
  const asked = useAsked(wait ? null : `operators ${scope.key}`, signal => askOperators(scope, signal))
  return (
    <Panel title="Reads for each visit" asked={asked} height={height}>
      {data => {
        const place = (name: string) => data.columns.findIndex(column => column.name === name)
        const [reads, visits, ratio, trend] = [place('delivered_page_reads'), place('ai_visits'), place('reads_per_visit'), place('reads_per_visit_change')]
        const rows = data.rows.filter(row => Number(row[reads] ?? 0) > 0 || Number(row[visits] ?? 0) > 0)
        if (rows.length === 0) return <Empty title="No operator read or sent anything" />
        return (
          <table class="table list-table">
            <caption class="hidden-text">Reads for each visit, by operator</caption>
            <thead><tr><th scope="col">Operator</th><th scope="col" class="number">Reads</th><th scope="col" class="number">Visits</th><th scope="col" class="number" title="Delivered page reads for each visit; an upper bound, because apps send no referer">n : 1</th>{comparable && <th scope="col" class="number fold">Trend</th>}</tr></thead>
            <tbody>
              {rows.map(row => {
                const own = testOf('operator', text(row[0]))
                return (
                  <tr key={text(row[0])}>
                    <th scope="row"><Visible text={text(row[0])} /></th>
                    <td class="number"><Count tabbed value={Number(row[reads])} test={`${own} class:training,search,user-fetch,agent`} of="delivered_page_reads" /></td>
                    <td class="number"><Count tabbed value={Number(row[visits])} test={own} of="ai_visits" /></td>
                    <td class="number">{perVisit(Number(row[visits]), numberOf(row[ratio]))}</td>
                    {comparable && <td class="number fold">{row[trend] !== null && row[trend] !== undefined && <span class="delta">{change(Number(row[trend]))}</span>}</td>}
                  </tr>
                )
              })}
            </tbody>
          </table>
        )
      }}
    </Panel>
  )
}
