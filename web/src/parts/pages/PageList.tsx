import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { Answer } from '../../api/client'
import type { Scope } from '../../api/scope'
import { useAsked } from '../../api/use'
import { orderOf, textOfOrder } from '../order'
import type { SortColumn } from '../SortTable'
import { useParam } from '../../state/url'
import { type ListAsk, listKey } from './ask'
import { Find, NoneFound } from './Find'
import { type Line, pageLines, withPages } from './lines'
import { List } from './List'
import { More } from './More'

interface PageListProps {
  readonly title: string
  /** Names the question and the file. */
  readonly name: string
  readonly scope: Scope
  readonly usual: string
  readonly first: number
  readonly ask: (list: ListAsk, signal: AbortSignal) => Promise<Answer>
  readonly columns: (lines: readonly Line[], answer: Answer | null) => readonly SortColumn<Line>[]
  readonly linesOf?: (answer: Answer) => Line[]
  /** The lines below one of the list, and how to get more of them. */
  readonly inside?: { readonly key: string; readonly lines: readonly Line[]; readonly more: ComponentChildren }
  readonly findable?: boolean
  /** Of what it shows, until it is there; of all first rows unless it is mostly less. */
  readonly height?: number
  readonly note?: (lines: readonly Line[]) => ComponentChildren
  readonly nothing: ComponentChildren
}

/** A list of pages with figures, which the server sorts and searches: what is shown are the first of them. */
export function PageList({ title, name, scope, usual, first, ask, columns, linesOf = pageLines, inside, findable = true, height = first * 30 + 46, note, nothing }: PageListProps) {
  const [find, sort] = [useParam('find') ?? '', useParam('sort')]
  const [limit, setLimit] = useState(first)
  const order = orderOf(sort, columns([], null).map(column => column.key), usual)
  const list = { order: textOfOrder(order), limit, find }
  const asked = useAsked(listKey(name, scope, list), signal => ask(list, signal))
  const outer = asked.data === null ? [] : linesOf(asked.data).slice(0, limit)
  const lines = inside === undefined ? outer : withPages(outer, inside.key, inside.lines)
  return (
    <List title={title} name={name} asked={asked.data === null ? { ...asked, data: null } : { ...asked, data: lines }} columns={columns(lines, asked.data)} rowKey={line => line.test} height={height} usual={usual}
      actions={findable && <Find />} note={note?.(lines)} nothing={findable ? <NoneFound>{nothing}</NoneFound> : nothing}
      more={<>{inside?.more}<More shown={limit} more={(asked.data?.rows.length ?? 0) > limit} onMore={() => setLimit(limit + 100)} /></>} />
  )
}
