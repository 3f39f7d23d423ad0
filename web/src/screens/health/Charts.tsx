import type { Answer } from '../../api/client'
import type { Asked } from '../../api/use'
import { compact, duration } from '../../format/numbers'
import { at } from '../../format/times'
import { Empty, Failed, Loading } from '../../parts/States'
import { Panel } from '../../parts/Panel'
import { chartBar, TimeChart } from '../../parts/TimeChart'
import { Visible } from '../../parts/Visible'
import { Link } from '../../shell/Link'
import { isoOf } from '../../state/range'
import { go, useParam } from '../../state/url'
import { columnOf, rangeOf, timesOf } from '../../api/answers'
import { type Gap, type Scope, streamName } from './model'
import type { Stream } from './streams'

interface ChartsProps {
  readonly scope: Scope
  readonly streams: readonly Stream[]
  /** Rows by the time in the log. */
  readonly rows: Asked<Answer>
  /** Deliveries by when they arrived. */
  readonly deliveries: Asked<Answer>
  readonly gaps: Asked<readonly Gap[]>
  /** The range is longer than gaps are looked for. */
  readonly shortened: boolean
}

const height = 200
const overTime = { rejected: 'Rejected over time', repeats: 'Repeats over time' }
const small = 150

export function Charts({ scope, streams, rows, deliveries, gaps, shortened }: ChartsProps) {
  const byDelivery = useParam('show') === 'deliveries'
  const shown = (gaps.data ?? []).filter(gap => scope.stream === null || gap.stream === scope.stream)
  const brush = (from: number, to: number) => go({ from: isoOf(from), to: isoOf(to) })
  const shades = shown.map(gap => ({ from: Date.parse(gap.from), to: Date.parse(gap.to), name: `gap of ${streamName(gap.stream)}` }))
  const common = { zone: scope.tz, onBrush: brush }
  return (
    <div class="health-charts" id="charts" tabIndex={-1}>
      <Panel title={byDelivery ? 'Deliveries, by when they arrived' : 'Rows, by the time in the log'} asked={byDelivery ? deliveries : rows} height={height + chartBar} class="span-2" actions={<Choices scope={scope} streams={streams} byDelivery={byDelivery} />}>
        {data => {
          const name = byDelivery ? 'deliveries' : 'rows'
          return <TimeChart {...common} title={byDelivery ? 'Deliveries' : 'Rows'} kind="bars" unit="count" range={rangeOf(data)} times={timesOf(data)} height={height} shades={shades} series={[{ name, color: '--line-1', values: columnOf(data, name) }]} />
        }}
      </Panel>
      <Gaps gaps={gaps} shown={shown} tz={scope.tz} shortened={shortened} />
      <Panel title="From Firehose to here" asked={deliveries} height={small + chartBar}>
        {data => (
          <TimeChart {...common} title="From Firehose to here" kind="lines" unit="seconds" range={rangeOf(data)} times={timesOf(data)} height={small}
            series={[['p50', 'delay_p50', '--line-1'], ['p95', 'delay_p95', '--line-2'], ['longest', 'delay_max', '--line-3']].map(([name, measure, color]) => ({ name: name!, color: color!, values: columnOf(data, measure!) }))} />
        )}
      </Panel>
      {(['rejected', 'repeats'] as const).map(measure => (
        <Panel key={measure} title={overTime[measure]} asked={deliveries} height={small + chartBar}>
          {data => <TimeChart {...common} title={overTime[measure]} kind="bars" unit="count" range={rangeOf(data)} times={timesOf(data)} height={small} series={[{ name: measure, color: measure === 'rejected' ? '--status-5xx' : '--line-2', values: columnOf(data, measure) }]} />}
        </Panel>
      ))}
    </div>
  )
}

function Choices({ scope, streams, byDelivery }: { scope: Scope; streams: readonly Stream[]; byDelivery: boolean }) {
  const known = streams.some(stream => stream.arn === scope.stream)
  return (
    <div class="row">
      {(streams.length > 1 || scope.stream !== null) && (
        <select class="small" aria-label="Stream of the charts" value={scope.stream ?? ''} onChange={event => go({ stream: event.currentTarget.value })}>
          <option value="">All streams</option>
          {scope.stream !== null && !known && <option value={scope.stream}>{streamName(scope.stream)}</option>}
          {streams.map(stream => <option key={stream.arn} value={stream.arn}>{stream.name}</option>)}
        </select>
      )}
      <button type="button" class="small" aria-pressed={!byDelivery} onClick={() => go({ show: null }, { replace: true })}>Rows</button>
      <button type="button" class="small" aria-pressed={byDelivery} onClick={() => go({ show: 'deliveries' }, { replace: true })}>Deliveries</button>
    </div>
  )
}

function Gaps({ gaps, shown, tz, shortened }: { gaps: Asked<readonly Gap[]>; shown: readonly Gap[]; tz: string; shortened: boolean }) {
  const hour = 3_600_000
  return (
    <section class="panel place" id="gaps" tabIndex={-1} aria-busy={gaps.loading}>
      <header class="panel-head"><h2>Gaps</h2>{shortened && <span class="note">of the last 7 days of the range</span>}</header>
      <div class={`panel-body gap-list ${gaps.stale ? 'stale' : ''}`}>
        {gaps.data === null && (gaps.error === null ? <Loading /> : <Failed error={gaps.error} />)}
        {gaps.data !== null && shown.length === 0 && <Empty title="No gap"><p>There is no minute without requests where some were to be expected.</p></Empty>}
        <ol>
          {shown.map(gap => {
            const [from, to] = [Date.parse(gap.from), Date.parse(gap.to)]
            return (
              <li key={gap.stream + gap.from}>
                <Link changes={{ from: isoOf(from - hour), to: isoOf(to + hour) }} title="Show an hour before and after">{at(from, tz, 'dayClock')} to {at(to, tz, 'clock')}</Link>, {duration(gap.minutes * 60)}
                <p class="note"><Visible text={streamName(gap.stream)} />: about {compact(Math.round(gap.expected * gap.minutes))} rows expected, {gap.basis === 'weeks' ? 'as in the same minutes of weeks before' : 'as in the hour before'}</p>
              </li>
            )
          })}
        </ol>
      </div>
    </section>
  )
}
