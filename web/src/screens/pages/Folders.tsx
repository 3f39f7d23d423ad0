import { useState } from 'preact/hooks'
import type { Scope } from '../../api/scope'
import { useAsked } from '../../api/use'
import { testOf } from '../../filter/terms'
import { type DataColumn, DataTable, SortChoice, useOrder } from '../../parts/DataTable'
import { Icon } from '../../parts/Icon'
import { Panel } from '../../parts/Panel'
import { SaveTable } from '../../parts/SaveTable'
import { Visible } from '../../parts/Visible'
import { go, useParam } from '../../state/url'
import { askTable, firstRows, tableKey, usualOrder } from './ask'
import { figureColumns } from './columns'
import { Find } from './Find'
import { folderLines, type Line, pageLines, withPages } from './lines'
import { More } from './More'
import { NoReads } from './NoReads'
import { PageName, severalHosts } from './PageName'

/** The same figures by folder; a folder opens to its pages. Which one is open stands in the address. */
export function Folders({ scope }: { scope: Scope }) {
  const [find, open] = [useParam('find') ?? '', useParam('open')]
  const [limit, setLimit] = useState(firstRows)
  const [inner, setInner] = useState(firstRows)
  const figures = figureColumns(scope)
  const order = useOrder([folderColumn(open, false), ...figures], usualOrder)
  const folders = { by: 'path_folder', order, limit, find } as const
  const asked = useAsked(tableKey(scope, folders), signal => askTable(scope, folders, '', signal))
  const pages = { by: 'page', order, limit: inner, find } as const
  const inside = useAsked(open === null ? null : `${open} ${tableKey(scope, pages)}`, signal => askTable(scope, pages, testOf('path_folder', open), signal))
  const within = open === null || inside.data === null || inside.stale ? [] : pageLines(inside.data).slice(0, inner)
  const lines = asked.data === null ? [] : withPages(folderLines(asked.data).slice(0, limit), open, within)
  const columns = [folderColumn(open, severalHosts(within)), ...figures]
  return (
    <Panel title="Folders" asked={asked} height={firstRows * 30} class="page-table"
      actions={<><Find /><SortChoice columns={columns} order={order} /><SaveTable name="folders" columns={columns} rows={lines} /></>}>
      {data => lines.length === 0 ? <NoReads scope={scope} /> : (
        <>
          <DataTable name="Folders" columns={columns} rows={lines} keyOf={line => line.key} order={order} classOf={line => line.isInner === true ? 'inner' : undefined} />
          {open !== null && <More shown={within.length} of={<> pages of <Visible text={open} /></>} more={!inside.stale && (inside.data?.rows.length ?? 0) > inner} onMore={() => setInner(inner + 100)} />}
          <More shown={limit} of=" folders" more={data.rows.length > limit} onMore={() => setLimit(limit + 100)} />
        </>
      )}
    </Panel>
  )
}

function folderColumn(open: string | null, several: boolean): DataColumn<Line> {
  return {
    name: 'Folder', isText: true, sort: 'page',
    cell: line => line.isInner === true ? <PageName page={line.key} several={several} /> : (
      <button type="button" class="unfold" aria-expanded={line.key === open} onClick={() => go({ open: line.key === open ? null : line.key })}>
        <Icon name={line.key === open ? 'down' : 'right'} size={13} /><Visible text={line.key} />
      </button>
    ),
    value: line => line.key,
  }
}
