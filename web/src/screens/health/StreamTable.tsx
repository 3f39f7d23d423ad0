import { Fragment } from 'preact'
import { useState } from 'preact/hooks'
import type { Answer } from '../../api/client'
import type { Asked } from '../../api/use'
import { testOf } from '../../filter/terms'
import { compact, duration, exact, percent } from '../../format/numbers'
import { ago, at } from '../../format/times'
import { Copy } from '../../parts/Copy'
import { Icon } from '../../parts/Icon'
import { Panel } from '../../parts/Panel'
import { ScrollBox } from '../../parts/ScrollBox'
import { Spark } from '../../parts/Spark'
import { Visible } from '../../parts/Visible'
import { Link } from '../../shell/Link'
import { go, useParam } from '../../state/url'
import { type Delay, nextOrder, orderOf, type Sort, sorted, type Stream } from './streams'

const heads: readonly { readonly sort: Sort | null; readonly name: string; readonly about?: string; readonly text?: true }[] = [
  { sort: 'name', name: 'Stream', text: true },
  { sort: 'last', name: 'Last delivery', text: true },
  { sort: 'deliveries', name: 'Deliveries' },
  { sort: 'rows', name: 'Rows' },
  { sort: null, name: 'Rows over time', text: true },
  { sort: 'rejected', name: 'Rejected', about: 'Lines and records that could not be read, and their share of what came' },
  { sort: 'repeats', name: 'Repeats', about: 'Rows that came before and were not stored again' },
  { sort: 'delay', name: 'Firehose to here', about: 'From Firehose making a delivery to its arrival: p50 · p95 · longest' },
  { sort: 'line', name: 'Log line to here', about: 'From the time in the log line to its arrival: p50 · p95 · longest' },
  { sort: 'gaps', name: 'Gaps', about: 'Stretches without a request where there should have been some' },
]

/** A line for each stream, also for those that delivered before the range only. On a phone each is a card. */
export function StreamTable({ asked, streams, courses, tz }: { asked: Asked<Answer>; streams: readonly Stream[] | null; courses: ReadonlyMap<string, readonly number[]>; tz: string }) {
  const order = useParam('sort') ?? '-rows'
  const [open, setOpen] = useState<string | null>(null)
  return (
    <div id="streams" tabIndex={-1} class="place">
      <Panel title="Streams" asked={streams === null ? { ...asked, data: null } : asked} height={72} actions={<SortChoice order={order} />}>
        {() => (
          <ScrollBox name="Streams">
            <table class="table cards">
              <thead><tr>{heads.map(head => <Head key={head.name} head={head} order={order} />)}</tr></thead>
              <tbody>
                {sorted(streams ?? [], order).map(stream => (
                  <Fragment key={stream.arn}>
                    <Line stream={stream} course={courses.get(stream.arn) ?? []} tz={tz} open={open === stream.arn} onOpen={() => setOpen(open === stream.arn ? null : stream.arn)} />
                    {open === stream.arn && <More arn={stream.arn} />}
                  </Fragment>
                ))}
              </tbody>
            </table>
          </ScrollBox>
        )}
      </Panel>
    </div>
  )
}

function Head({ head, order }: { head: (typeof heads)[number]; order: string }) {
  const { sort, down } = orderOf(order)
  const here = head.sort === sort
  return (
    <th scope="col" class={head.text ? '' : 'number'} title={head.about} aria-sort={here ? (down ? 'descending' : 'ascending') : undefined}>
      {head.sort === null ? head.name : (
        <button type="button" class="sort" onClick={() => go({ sort: nextOrder(order, head.sort!) }, { replace: true })}>
          {head.name}{here && <Icon name={down ? 'down' : 'up'} size={12} />}
        </button>
      )}
    </th>
  )
}

// Cards have no heads to click.
function SortChoice({ order }: { order: string }) {
  return (
    <select class="phone small" aria-label="Sort the streams" value={order} onChange={event => go({ sort: event.currentTarget.value }, { replace: true })}>
      {heads.map(head => head.sort !== null && <option key={head.sort} value={head.sort === 'name' ? head.sort : `-${head.sort}`}>By {head.name.toLowerCase()}</option>)}
    </select>
  )
}

function Line({ stream, course, tz, open, onOpen }: { stream: Stream; course: readonly number[]; tz: string; open: boolean; onOpen: () => void }) {
  const cell = (place: number) => ({ 'data-label': heads[place]!.name })
  return (
    <tr>
      <th scope="row">
        <button type="button" class="unfold" title={stream.arn} aria-expanded={open} onClick={onOpen}><Icon name={open ? 'down' : 'right'} size={13} /><Visible text={stream.name} /></button>
      </th>
      <td {...cell(1)} title={stream.last === null ? undefined : at(stream.last, tz, 'full')}>{stream.last === null ? '–' : ago(stream.last, Date.now())}</td>
      <td {...cell(2)} class="number" title={exact(stream.deliveries)}>{compact(stream.deliveries)}</td>
      <td {...cell(3)} class="number" title={exact(stream.rows)}>{compact(stream.rows)}</td>
      <td {...cell(4)} class="course"><Spark values={course} width={130} height={24} /></td>
      <td {...cell(5)} class="number" title={exact(stream.rejected)}>
        {stream.rejected === 0 ? '0' : <b class="problem">{compact(stream.rejected)}<small> {percent(stream.rejectRate ?? 0)}</small></b>}
      </td>
      <td {...cell(6)} class="number" title={exact(stream.repeats)}>{compact(stream.repeats)}</td>
      <td {...cell(7)} class="number">{delays(stream.delay)}</td>
      <td {...cell(8)} class="number">{delays(stream.line)}</td>
      <td {...cell(9)} class="number">{stream.gaps === null ? '–' : stream.gaps === 0 ? '0' : <b class="problem">{stream.gaps}</b>}</td>
    </tr>
  )
}

function delays({ p50, p95, max }: Delay): string {
  return p50 === null && p95 === null && max === null ? '–' : [p50, p95, max].map(value => value === null ? '–' : duration(value)).join(' · ')
}

function More({ arn }: { arn: string }) {
  const chosen = useParam('stream') === arn
  return (
    <tr class="more">
      <td colSpan={heads.length}>
        <code><Visible text={arn} empty="(no ARN)" /></code>
        <div class="row">
          <Copy text={arn} label="Copy the ARN" />
          <Link changes={{ stream: chosen ? null : arn }}>{chosen ? 'Charts of all streams' : 'Charts of this stream only'}</Link>
          <Link screen="logs" changes={{ q: testOf('stream', arn), host: null }}>Its requests in the logs</Link>
        </div>
      </td>
    </tr>
  )
}
