import { useState } from 'preact/hooks'
import type { Scope } from '../../api/scope'
import { useAsked } from '../../api/use'
import { type DataColumn, DataTable, SortChoice, useOrder } from '../../parts/DataTable'
import { Panel } from '../../parts/Panel'
import { SaveTable } from '../../parts/SaveTable'
import { useParam } from '../../state/url'
import { askTable, firstRows, tableKey, usualOrder } from './ask'
import { figureColumns } from './columns'
import { Find } from './Find'
import { type Line, pageLines } from './lines'
import { More } from './More'
import { NoReads } from './NoReads'
import { PageName, severalHosts } from './PageName'

/** Every page: who reads it, who comes to it, how it is answered. */
export function PageTable({ scope }: { scope: Scope }) {
  const find = useParam('find') ?? ''
  const [limit, setLimit] = useState(firstRows)
  const columns = (several: boolean): DataColumn<Line>[] => [pageColumn(several), ...figureColumns(scope)]
  const order = useOrder(columns(false), usualOrder)
  const ask = { by: 'page', order, limit, find } as const
  const asked = useAsked(tableKey(scope, ask), signal => askTable(scope, ask, '', signal))
  const lines = asked.data === null ? [] : pageLines(asked.data).slice(0, limit)
  const shown = columns(severalHosts(lines))
  return (
    <Panel title="Pages" asked={asked} height={firstRows * 30} class="page-table"
      actions={<><Find /><SortChoice columns={shown} order={order} /><SaveTable name="pages" columns={shown} rows={lines} /></>}>
      {data => lines.length === 0 ? <NoReads scope={scope} /> : (
        <>
          <DataTable name="Pages" columns={shown} rows={lines} keyOf={line => line.key} order={order} />
          <More shown={lines.length} more={data.rows.length > limit} onMore={() => setLimit(limit + 100)} />
        </>
      )}
    </Panel>
  )
}

export function pageColumn(several: boolean): DataColumn<Line> {
  return { name: 'Page', isText: true, sort: 'page', cell: line => <PageName page={line.key} several={several} />, value: line => line.key }
}
