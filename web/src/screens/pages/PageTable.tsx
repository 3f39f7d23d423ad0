import { useState } from 'preact/hooks'
import type { Scope } from '../../api/scope'
import { qualifiers } from '../../api/status'
import { useAsked } from '../../api/use'
import { testOf } from '../../filter/terms'
import type { Answer } from '../../api/client'
import { NoRows } from '../../parts/NoRows'
import { Icon } from '../../parts/Icon'
import type { SortColumn } from '../../parts/SortTable'
import { Visible } from '../../parts/Visible'
import { useStore } from '../../state/store'
import { go, useParam } from '../../state/url'
import { reachesBefore } from '../../api/before'
import { askTable, firstRows, usualOrder } from './ask'
import { listKey } from '../../parts/pages/ask'
import { figureColumns, pageColumn } from '../../parts/pages/columns'
import { folderLines, type Line, pageLines, severalHosts } from '../../parts/pages/lines'
import { More } from '../../parts/pages/More'
import { PageList } from '../../parts/pages/PageList'
import { PageName } from '../../parts/pages/PageName'

/** Every page: who reads it, who comes to it, how it is answered. Or the same by folder; a folder opens to its pages, and which one is open stands in the address. */
export function PageTable({ scope, byFolder }: { scope: Scope; byFolder: boolean }) {
  const [open, find, sort] = [useParam('open'), useParam('find') ?? '', useParam('sort') ?? usualOrder]
  const [limit, setLimit] = useState(firstRows)
  const oldest = useStore(qualifiers)?.store.oldestRow
  const figures = (answer: Answer | null) => figureColumns(scope, answer !== null && reachesBefore(answer.meta, oldest))
  const list = { order: sort, limit, find }
  const inside = useAsked(open === null ? null : listKey(open, scope, list), signal => askTable(scope, 'page', list, signal, testOf('path_folder', open)))
  const pages = open === null || inside.data === null || inside.stale ? [] : pageLines(inside.data)
  const more = <More shown={limit} of={<> pages of <Visible text={open ?? ''} /></>} more={pages.length > limit} onMore={() => setLimit(limit + 100)} />
  const shared = { scope, usual: usualOrder, first: firstRows, nothing: <NoRows title="No page was read in this range" /> }
  if (!byFolder) return <PageList {...shared} title="Pages" name="pages" ask={(pages, signal) => askTable(scope, 'page', pages, signal)} columns={(lines, answer) => [pageColumn(lines), ...figures(answer)]} />
  return (
    <PageList {...shared} title="Folders" name="folders" ask={(folders, signal) => askTable(scope, 'path_folder', folders, signal)} linesOf={folderLines}
      columns={(lines, answer) => [folderColumn(open, lines), ...figures(answer)]} {...(open !== null && { inside: { key: open, lines: pages.slice(0, limit), more } })} />
  )
}

function folderColumn(open: string | null, lines: readonly Line[]): SortColumn<Line> {
  const several = severalHosts(lines.filter(line => line.isInner).map(line => line.key))
  return {
    key: 'page', title: 'Folder', value: line => line.key,
    cell: line => line.isInner === true ? <span class="inner"><PageName page={line.key} several={several} /></span> : (
      <button type="button" class="unfold" aria-expanded={line.key === open} onClick={() => go({ open: line.key === open ? null : line.key })}>
        <Icon name={line.key === open ? 'down' : 'right'} size={13} /><Visible text={line.key} />
      </button>
    ),
  }
}
