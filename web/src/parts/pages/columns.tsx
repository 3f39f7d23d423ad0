import { momentIn, numberIn } from '../../api/answers'
import type { Scope } from '../../api/scope'
import type { Counted } from '../../filter/reads'
import { change } from '../../format/numbers'
import { Count, Moment } from '../Rows'
import type { SortColumn } from '../SortTable'
import { isoOf } from '../../state/range'
import { deliveredText, type Line, severalHosts } from './lines'
import { PageName } from './PageName'
import { StatusMix } from './StatusMix'

type LineColumn = SortColumn<Line>

/** A range of its own, for figures that are not of the screen's. */
type Range = { readonly from: string; readonly to: string } | undefined

export function pageColumn(lines: readonly Line[]): LineColumn {
  const several = severalHosts(lines.map(line => line.key))
  return { key: 'page', title: 'Page', cell: line => <PageName page={line.key} several={several} />, value: line => line.key }
}

/** A column's key is its measure. What it counts leads to rows of that name, unless another one is given. */
export function countColumn(title: string, key: string, about: string, range?: Range, of = key as Counted): LineColumn {
  return {
    key, title, about, number: true, value: line => numberIn(line.row, key),
    cell: line => <Count value={numberIn(line.row, key)} test={line.test} of={of} range={range} />,
  }
}

export function momentColumn(title: string, key: string, of: Counted, about: string, range?: Range): LineColumn {
  return {
    key, title, about, number: true,
    cell: line => <Moment value={momentIn(line.row, key)} test={line.test} of={of} range={range} />,
    value: line => {
      const ms = momentIn(line.row, key)
      return ms === null ? null : isoOf(ms)
    },
  }
}

/** Against the period before; nothing where there was too little. */
export function changeColumn(of: string, measure: string): LineColumn {
  const text = ({ row }: Line) => row[`${measure}_change`] !== null ? change(numberIn(row, `${measure}_change`)) : row[`${measure}_before`] === 0 && numberIn(row, measure) > 0 ? 'new' : null
  return { key: `${measure}_change`, title: '±', about: `${of} against the period before`, number: true, fixed: true, value: text, cell: line => <span class={text(line) === 'new' ? 'delta new' : 'delta'}>{text(line) ?? '–'}</span> }
}

/** The columns behind the name. */
export function figureColumns({ compare }: Scope, comparable: boolean): LineColumn[] {
  const changed = (of: string, measure: string) => compare && comparable ? [changeColumn(of, measure)] : []
  return [
    countColumn('Agent reads', 'page_reads', 'Reads by AI agents, whatever the answer'),
    ...changed('Agent reads', 'page_reads'),
    countColumn('Training', 'training_reads', 'Delivered to crawlers for training'),
    countColumn('Search', 'search_reads', 'Delivered to crawlers for AI search'),
    countColumn('User fetch', 'user_fetch_reads', 'Delivered to agents that read because a person asked'),
    countColumn('AI visits', 'ai_visits', 'People who came from an AI product'),
    ...changed('AI visits', 'ai_visits'),
    countColumn('People', 'human_page_reads', 'Reads by browser-like clients'),
    momentColumn('Last training', 'last_training_read', 'training_reads', 'Last delivered to a crawler for training, in this range'),
    momentColumn('Last search', 'last_search_read', 'search_reads', 'Last delivered to a crawler for AI search, in this range'),
    momentColumn('Last user', 'last_user_read', 'user_reads', 'Last delivered because a person asked, in this range'),
    { key: 'delivery_rate', title: 'Delivered', about: 'How the reads of AI agents were answered', number: true, cell: line => <StatusMix line={line} />, value: deliveredText },
  ]
}
