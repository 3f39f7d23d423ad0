import { momentIn, numberIn } from '../../api/answers'
import type { Scope } from '../../api/scope'
import type { Counted } from '../../filter/reads'
import { change, percent } from '../../format/numbers'
import type { DataColumn } from '../../parts/DataTable'
import { Count, Moment } from '../../parts/Rows'
import { isoOf } from '../../state/range'
import type { Line } from './lines'
import { StatusMix } from './StatusMix'

export function countColumn(name: string, measure: string, of: Counted, about: string, range?: { from: string; to: string }): DataColumn<Line> {
  return {
    name, about, sort: measure,
    cell: line => <Count value={numberIn(line.row, measure)} test={line.test} of={of} range={range} />,
    value: line => numberIn(line.row, measure),
  }
}

export function momentColumn(name: string, measure: string, of: Counted, about: string, range?: { from: string; to: string }): DataColumn<Line> {
  return {
    name, about, sort: measure,
    cell: line => <Moment value={momentIn(line.row, measure)} test={line.test} of={of} range={range} />,
    value: line => textOfMoment(momentIn(line.row, measure)),
  }
}

/** Against the period before; empty where there was too little. */
function changeColumn(of: string, measure: string): DataColumn<Line> {
  const share = (line: Line) => typeof line.row[`${measure}_change`] === 'number' ? numberIn(line.row, `${measure}_change`) : null
  const isNew = (line: Line) => line.row[`${measure}_before`] === 0 && numberIn(line.row, measure) > 0
  const text = (line: Line) => share(line) !== null ? change(share(line)!) : isNew(line) ? 'new' : '–'
  return { name: `${of}: change`, about: `${of} against the period before`, cell: line => <span class={isNew(line) ? 'delta new' : 'delta'}>{text(line)}</span>, value: text }
}

/** The columns behind the name. */
export function figureColumns({ compare }: Scope): DataColumn<Line>[] {
  return [
    countColumn('Agent reads', 'page_reads', 'page_reads', 'Reads by AI agents, whatever the answer'),
    ...(compare ? [changeColumn('Agent reads', 'page_reads')] : []),
    countColumn('Training', 'training_reads', 'training_reads', 'Delivered to crawlers for training'),
    countColumn('Search', 'search_reads', 'search_reads', 'Delivered to crawlers for AI search'),
    countColumn('User fetch', 'user_fetch_reads', 'user_fetch_reads', 'Delivered to agents that read because a person asked'),
    countColumn('AI visits', 'ai_visits', 'ai_visits', 'People who came from an AI product'),
    ...(compare ? [changeColumn('AI visits', 'ai_visits')] : []),
    countColumn('People', 'human_page_reads', 'human_page_reads', 'Reads by browser-like clients'),
    momentColumn('Last training', 'last_training_read', 'training_reads', 'Last delivered to a crawler for training, in this range'),
    momentColumn('Last search', 'last_search_read', 'search_reads', 'Last delivered to a crawler for AI search, in this range'),
    momentColumn('Last user', 'last_user_read', 'user_reads', 'Last delivered because a person asked, in this range'),
    { name: 'Delivered', about: 'How the reads of AI agents were answered', cell: line => <StatusMix line={line} />, value: line => deliveredShare(line) === null ? '–' : percent(deliveredShare(line)!) },
  ]
}

export function deliveredShare({ row }: Pick<Line, 'row'>): number | null {
  const reads = numberIn(row, 'page_reads')
  return reads === 0 ? null : numberIn(row, 'delivered_page_reads') / reads
}

function textOfMoment(ms: number | null): string {
  return ms === null ? '' : isoOf(ms)
}
