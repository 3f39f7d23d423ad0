import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { Asked } from '../../api/use'
import { orderOf, textOfOrder } from '../order'
import { Panel } from '../Panel'
import { SaveTable } from '../SaveTable'
import { inOrder, type SortColumn, SortTable } from '../SortTable'
import { go, useParam } from '../../state/url'
import { More } from './More'

interface ListProps<R> {
  readonly title: string
  /** Of the file. */
  readonly name: string
  readonly asked: Asked<readonly R[]>
  readonly columns: readonly SortColumn<R>[]
  readonly rowKey: (row: R) => string
  readonly height: number
  /** Where its order stands in the address. */
  readonly parameter?: string
  readonly usual?: string
  /** How many rows are shown until more are wanted. */
  readonly first?: number
  readonly class?: string
  readonly actions?: ComponentChildren
  readonly note?: ComponentChildren
  readonly nothing?: ComponentChildren
  readonly foot?: ComponentChildren
  /** Of rows that the server sorted, of which there may be more: shows them. */
  readonly more?: ComponentChildren
}

/** A table in a panel, with its order in the address and a file of what it shows. */
export function List<R>({ title, name, asked, columns, rowKey, height, parameter = 'sort', usual = '-visits', first = 100, actions, note, nothing, foot, more, ...rest }: ListProps<R>) {
  const [limit, setLimit] = useState(first)
  const order = orderOf(useParam(parameter), columns.map(column => column.key), usual)
  const all = asked.data ?? []
  const rows = more === undefined ? inOrder(columns, all, order).slice(0, limit) : all
  return (
    <Panel title={title} asked={asked} height={height} class={rest.class ?? ''} actions={<>{actions}<SaveTable name={name} columns={columns.map(column => column.title)} rows={rows.map(row => columns.map(column => column.value(row)))} /></>}>
      {() => rows.length === 0 && nothing !== undefined ? nothing : (
        <>
          {note}
          <SortTable name={title} columns={columns} rows={rows} rowKey={rowKey} order={order} onOrder={next => go({ [parameter]: textOfOrder(next) }, { replace: true })} asGiven />
          {more ?? <More shown={limit} more={all.length > limit} onMore={() => setLimit(limit + 100)} />}
          {foot}
        </>
      )}
    </Panel>
  )
}
