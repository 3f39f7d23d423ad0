import { useState } from 'preact/hooks'
import { type Answer, query } from '../../api/client'
import { useAsked } from '../../api/use'
import { countryName } from '../../format/countries'
import { Panel } from '../../parts/Panel'
import { text, TopList, type TopRow } from '../../parts/TopList'
import { percent } from '../../format/numbers'
import { useParam } from '../../state/url'
import { questionOf, type Scope } from '../../api/scope'

interface Top {
  readonly field: string
  readonly title: string
  readonly name?: (value: string) => string
  /** What the empty text stands for. */
  readonly empty?: string
}

const tops: readonly Top[] = [
  { field: 'path', title: 'Top paths' },
  { field: 'user_agent', title: 'Top user agents' },
  { field: 'referer_host', title: 'Top referers', empty: 'No referer: typed, bookmarked or withheld' },
  { field: 'country', title: 'Top countries', name: countryName },
  { field: 'host', title: 'Top hosts' },
]

const brief = 10
const long = 50

/** Who and what: each row is a filter. */
export function Tops({ scope, comparable, wait, total }: { scope: Scope; comparable: boolean; wait: boolean; total: number }) {
  const host = useParam('host')
  return (
    <div class="tops">
      {tops.filter(top => top.field !== 'host' || host === null).map(top => <OneTop key={top.field} top={top} scope={scope} comparable={comparable} wait={wait} total={total} />)}
    </div>
  )
}

function OneTop({ top, scope, comparable, wait, total }: { top: Top; scope: Scope; comparable: boolean; wait: boolean; total: number }) {
  const [limit, setLimit] = useState(brief)
  const asked = useAsked(wait ? null : `top ${top.field} ${limit} ${scope.key}`, signal =>
    query({ ...questionOf(scope), measures: ['requests', 'error_rate'], by: [top.field], order: '-requests', limit, compare: scope.compare }, signal))
  const more = asked.data !== null && asked.data.rows.length >= limit
  return (
    <Panel title={top.title} asked={asked} height={brief * 29} class={`top-${top.field}`}
      actions={(more || limit === long) && <button type="button" class="quiet text" onClick={() => setLimit(limit === brief ? long : brief)}>{limit === brief ? 'More' : 'Fewer'}</button>}>
      {data => <TopList field={top.field} rows={rowsOf(data, comparable)} total={total} {...(top.name && { rowName: top.name })} {...(top.empty && { empty: top.empty })} />}
    </Panel>
  )
}

function rowsOf(answer: Answer, comparable: boolean): TopRow[] {
  const place = (name: string) => answer.columns.findIndex(column => column.name === name)
  const [requests, before, changed, errors] = [place('requests'), place('requests_before'), place('requests_change'), place('error_rate')]
  return answer.rows
    .map(row => {
      const rate = Number(row[errors] ?? 0)
      return {
        value: text(row[0]),
        count: Number(row[requests] ?? 0),
        change: !comparable || changed < 0 || row[changed] === null ? null : Number(row[changed]),
        isNew: comparable && before >= 0 && row[before] === 0 && Number(row[requests]) > 0,
        ...(rate >= 0.05 && { note: `${percent(rate)} errors` }),
      }
    })
    .filter(row => row.count > 0)
}
