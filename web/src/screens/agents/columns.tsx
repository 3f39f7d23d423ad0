import type { ComponentChildren } from 'preact'
import { both, testOf, withTest } from '../../filter/terms'
import { bytes, compact, exact, percent } from '../../format/numbers'
import { ago, at } from '../../format/times'
import { AgentLink } from '../../parts/agents/AgentLink'
import { ClassMark } from '../../parts/agents/ClassMark'
import { ProofBar } from '../../parts/agents/ProofBar'
import { provenShare } from '../../parts/agents/proofs'
import { Delta } from '../../parts/Delta'
import { RowsLink } from '../../parts/RowsLink'
import type { SortColumn } from '../../parts/SortTable'
import { Visible } from '../../parts/Visible'
import { Link } from '../../shell/Link'
import { isoOf } from '../../state/range'
import { go, useParam, view } from '../../state/url'
import { deliveredReads, reads } from './figures'
import type { Group, Grouping } from './groups'

/** A group and what other questions say of it. */
export interface Line extends Group {
  readonly coverage: number | null
  /** ISO 8601; null until it is known. */
  readonly first: string | null
  readonly last: string | null
}

/** The columns of the table of agents. The first names the line by what it is grouped by. */
export function columnsOf(grouping: Grouping, zone: string, comparable: boolean): SortColumn<Line>[] {
  const names: Record<Grouping, SortColumn<Line>> = {
    agent: { key: 'agent', title: 'Agent', value: line => line.name, cell: line => <AgentLink name={line.name} empty={`(unnamed ${line.class})`} /> },
    operator: { key: 'operator', title: 'Operator', value: line => grouping === 'operator' ? line.name : line.operator, cell: line => <FilterName field="operator" value={grouping === 'operator' ? line.name : line.operator} regroup={grouping === 'operator'} /> },
    class: { key: 'class', title: 'Class', value: line => line.class, cell: line => <FilterName field="class" value={line.class} regroup={grouping === 'class'} /> },
  }
  const counts = { requests: 'requests_change', reads: 'reads_change' }
  const change = (key: keyof typeof counts, title: string, value: (line: Line) => number | null): SortColumn<Line>[] =>
    comparable ? [{ key: counts[key], title, number: true, about: 'Change against the period before', value, cell: line => <Delta value={value(line)} isNew={line[`${key}Before`] === 0 && line[key] > 0} /> }] : []
  return [
    ...(grouping === 'agent' ? [names.agent, { ...names.operator, wide: true }, { ...names.class, wide: true }] : [names[grouping]]),
    count<Line>('requests', 'Requests', 'All requests, scaled where the log is a sample', line => line.requests, ''),
    ...change('requests', '± req.', line => line.requestsChange),
    count<Line>('reads', 'Page reads', 'Pages asked for with GET', line => line.reads, reads),
    ...change('reads', '± reads', line => line.readsChange),
    share('delivered', 'Delivered', 'Page reads answered 200 to 299 or 304, of all page reads', line => line.delivered, deliveredReads),
    count<Line>('pages', 'Pages', 'Distinct pages that were delivered', line => line.pages, deliveredReads),
    share('coverage', 'Coverage', 'Pages touched, of the pages that were delivered to anyone in the 28 days before the end of the range', line => line.coverage, deliveredReads),
    { key: 'bytes', title: 'Sent', number: true, about: 'Bytes sent, headers included', value: line => line.bytes, cell: line => figure(line, '', bytes(line.bytes), exact(line.bytes)) },
    share('errors', 'Errors', 'Status 400 to 599, of all requests with a status', line => line.errors, 'status>=400'),
    { key: 'proof', title: 'Proven', about: 'Proven requests, of those that are proven or impostors', value: line => provenShare(line.proofs), cell: line => <ProofBar proofs={line.proofs} test={line.test} /> },
    moment<Line>('first', 'First seen', 'In all that is stored', line => line.first, zone, 'day'),
    moment<Line>('last', 'Last seen', 'In all that is stored', line => line.last, zone, 'ago'),
  ]
}

/** A line of a table whose figures lead to its rows. */
interface Counted {
  readonly test: string
}

/** A count that leads to its rows: those of the line that `test` lets through. */
export function count<R extends Counted>(key: string, title: string, about: string | undefined, value: (line: R) => number, test: string): SortColumn<R> {
  return { key, title, ...(about !== undefined && { about }), number: true, value, cell: line => figure(line, test, compact(value(line)), exact(value(line))) }
}

function share(key: string, title: string, about: string, value: (line: Line) => number | null, test: string): SortColumn<Line> {
  return {
    key, title, about, number: true, value, cell: line => {
      const known = value(line)
      return known === null ? <span class="nothing">–</span> : figure(line, test, percent(known))
    },
  }
}

function figure(line: Counted, test: string, text: string, title?: string): ComponentChildren {
  return <RowsLink test={both(line.test, test)} {...(title !== undefined && { title })}>{text}</RowsLink>
}

type MomentShape = 'day' | 'dayClock' | 'ago'

const around = 60_000

/** A time that leads to the rows around it. */
export function moment<R extends Counted>(key: string, title: string, about: string | undefined, value: (line: R) => string | null, zone: string, shape: MomentShape = 'dayClock'): SortColumn<R> {
  return {
    key, title, ...(about !== undefined && { about }), number: true, value, cell: line => {
      const text = value(line)
      return text === null ? <span class="nothing">–</span> : <MomentLink ms={Date.parse(text)} test={line.test} zone={zone} shape={shape} />
    },
  }
}

/** A time that leads to the rows around it. */
export function MomentLink({ ms, test, zone, shape = 'dayClock' }: { ms: number; test: string; zone: string; shape?: MomentShape }) {
  const q = useParam('q') ?? ''
  return <Link screen="logs" changes={{ q: both(q, test), from: isoOf(ms - around), to: isoOf(ms + around) }} class="figure" title={at(ms, zone, 'full')}>{shape === 'ago' ? ago(ms, Date.now()) : at(ms, zone, shape)}</Link>
}

/** An operator or a class: a click filters by it. From a table of them it leads to their agents. */
function FilterName({ field, value, regroup }: { field: 'operator' | 'class'; value: string; regroup: boolean }) {
  const filter = () => go({ q: withTest(view.value.params.get('q') ?? '', testOf(field, value)), ...(regroup && { by: null, sort: null, pick: null }) })
  return (
    <button type="button" class="name-button" title={regroup ? 'Show its agents' : 'Filter by it'} onClick={filter}>
      {field === 'class' ? <ClassMark name={value} /> : <Visible text={value} empty="(none)" />}
    </button>
  )
}
