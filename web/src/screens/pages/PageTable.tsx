import type { Scope } from '../../api/scope'
import { qualifiers } from '../../api/status'
import { useStore } from '../../state/store'
import { reachesBefore } from '../../api/before'
import { askTable, firstRows, usualOrder } from './ask'
import { figureColumns, pageColumn } from './columns'
import { NoReads } from './NoReads'
import { PageList } from './PageList'

/** Every page: who reads it, who comes to it, how it is answered. */
export function PageTable({ scope }: { scope: Scope }) {
  const oldest = useStore(qualifiers)?.store.oldestRow
  return (
    <PageList title="Pages" name="pages" scope={scope} usual={usualOrder} first={firstRows}
      ask={(list, signal) => askTable(scope, 'page', list, signal)}
      columns={(lines, answer) => [pageColumn(lines), ...figureColumns(scope, answer !== null && reachesBefore(answer.meta, oldest))]}
      nothing={<NoReads scope={scope} />} />
  )
}
