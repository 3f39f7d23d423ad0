import { columnOf } from '../../api/answers'
import { type Answer, query } from '../../api/client'
import type { Scope } from '../../api/scope'
import { type Asked, useAsked } from '../../api/use'
import { momentMs } from '../../state/range'
import { Panel } from '../../parts/Panel'
import { SaveSorted, SortTable } from '../../parts/SortTable'
import { go, useParam } from '../../state/url'
import { after } from './AllAgents'
import { columnsOf, type Line } from './columns'
import { coverageOf, livePages } from './coverage'
import { dimensionsOf, type Grouping, groupings, groupsOf, mayPick, picksOf, reader, textOfPicks } from './groups'
import { useOrder } from './useOrder'

const groupingNames: Record<Grouping, string> = { agent: 'Agents', operator: 'Operators', class: 'Classes' }

interface AgentTableProps {
  readonly scope: Scope
  readonly reach: string
  readonly grouping: Grouping
  readonly all: boolean
  readonly asked: Asked<Answer>
  readonly comparable: boolean
}

/** Each agent, operator or class with its figures, each of which leads to its rows. */
export function AgentTable({ scope, reach, grouping, all, asked, comparable }: AgentTableProps) {
  const key = after(asked, '')
  const live = useAsked(key === null ? null : `live pages ${scope.key}`, signal => query(livePages(scope, scope.to === 'now' ? null : momentMs(scope.to, Date.now())), signal))
  // When somebody was first and last here is asked of all that is stored, not of the range.
  const ever = useAsked(key === null ? null : `ever ${grouping} ${reach}`, signal =>
    query({ from: '1970-01-01', to: 'now', where: reach, measures: ['first_seen', 'last_seen'], by: dimensionsOf(grouping), limit: 1000 }, signal))
  const columns = columnsOf(grouping, scope.tz, comparable)
  const [order, setOrder] = useOrder('sort', columns.map(column => column.key), '-reads')
  const title = groupingNames[grouping]
  const lines = asked.data === null ? [] : linesOf(asked.data, grouping, reach, live.data, ever.data)
  return (
    <Panel title={title} asked={asked} height={tableHeight} class="agents-table" actions={<SaveSorted name={title.toLowerCase()} columns={columns} rows={lines} order={order} />}>
      {() => (
        <>
          <div class="row agent-tools">
            <div class="segments" role="group" aria-label="Group by">
              {groupings.map(one => <button type="button" key={one} class="button small" aria-pressed={one === grouping} onClick={() => go({ by: one === 'agent' ? null : one, pick: null, sort: null })}>{`By ${one}`}</button>)}
            </div>
            <div class="segments" role="group" aria-label="Which readers">
              <button type="button" class="button small" aria-pressed={!all} onClick={() => go({ all: null, pick: null })}>AI only</button>
              <button type="button" class="button small" aria-pressed={all} onClick={() => go({ all: '1', pick: null })}>All automation</button>
            </div>
            <span class="note">Choose up to six to see their lines above</span>
          </div>
          <SortTable name={title} columns={columns} rows={lines} rowKey={line => line.test} order={order} onOrder={setOrder} lead={{ title: 'Show its line', cell: line => <Pick line={line} /> }} />
        </>
      )}
    </Panel>
  )
}

export const tableHeight = 420

function Pick({ line }: { line: Line }) {
  const picks = picksOf(useParam('pick'))
  const chosen = picks.includes(line.name)
  return (
    <input type="checkbox" checked={chosen} disabled={!mayPick(picks, line.name)} aria-label={`Show the line of ${line.name === '' ? 'those without a name' : line.name}`}
      onChange={() => go({ pick: textOfPicks(chosen ? picks.filter(pick => pick !== line.name) : [...picks, line.name]) }, { replace: true })} />
  )
}

function linesOf(answer: Answer, grouping: Grouping, reach: string, live: Answer | null, ever: Answer | null): Line[] {
  const living = live === null ? null : columnOf(live, 'live_pages')[0] ?? null
  const seen = new Map(ever?.rows.map(row => {
    const value = reader(ever, row)
    return [nameOf(dimensionsOf(grouping).map(name => String(value(name) ?? ''))), [String(value('first_seen')), String(value('last_seen'))] as const]
  }))
  return groupsOf(answer, grouping, reach).map(group => {
    const [first, last] = seen.get(nameOf(grouping === 'agent' ? [group.name, group.operator, group.class] : [group.name])) ?? [null, null]
    return { ...group, coverage: coverageOf(group.pages, living), first, last }
  })
}

function nameOf(values: readonly string[]): string {
  return values.join('\u0000')
}
