import { type Answer, ask, query, search } from '../../api/client'
import { type Asked, useAsked, useWhole } from '../../api/use'
import { testOf } from '../../filter/terms'
import { Link } from '../../shell/Link'
import { Empty } from '../../parts/States'
import { isoOf, lengthMs, momentMs } from '../../state/range'
import { useView } from '../../state/url'
import { timesOf, wholeBuckets } from '../../api/answers'
import { askKnown, askStreams, knownKey, scopeOf, streamsKey } from './ask'
import { BackedUpRecords } from './BackedUpRecords'
import { Charts } from './Charts'
import { Events } from './Events'
import { askLocal } from './local'
import { LocalStreams } from './LocalStreams'
import { countOf, type Gap, rowsOf, type Scope, type Status } from './model'
import { Rejects } from './Rejects'
import { Store } from './Store'
import { coursesOf, streamsOf } from './streams'
import { StreamTable } from './StreamTable'
import { VerdictBar } from './VerdictBar'
import { verdictOf } from './verdict'
import './health.css'

/** The most that `/api/gaps` looks through. */
const gapDays = 7
const statusEveryMs = 5000

/** Is what arrives whole and on time? Every figure stands beside what qualifies it. */
export function Health() {
  const scope = scopeOf(useView().params)
  const asked = useHealth(scope)
  const { known, totals, lines, courses, gaps, events, ages, status, rows, local } = asked
  // How many lines the verdict and the streams take is known with every answer: what stands below them has its place then.
  const whole = useWhole([known, totals, lines, courses, rows, gaps, events, ages, status, local])
  const streams = whole && known.data !== null && totals.data !== null ? streamsOf(known.data, totals.data, lines.data, gaps.data) : null
  const ever = new Map(rowsOf(known.data).map(row => [String(row['stream']), countOf(row['deliveries'])]))
  const verdict = verdictOf({
    now: Date.now(),
    from: momentMs(scope.from, Date.now()) ?? 0,
    streams: streams?.map(one => ({ ...one, everDeliveries: ever.get(one.arn) ?? 0 })) ?? null,
    refused: events.data === null ? null : rowsOf(events.data).reduce((sum, row) => sum + (row['kind'] === 'refused' ? countOf(row['events']) : 0), 0),
    gaps: gaps.data,
    ages: ages.data === null ? null : new Map(rowsOf(ages.data).map(row => [String(row['stream']), countOf(row['ingest_delay_p95'])])),
    status: status.data,
    local: local.data?.status ?? null,
  })
  return (
    <div class={`health ${whole ? '' : 'placing'}`}>
      <VerdictBar verdict={whole ? verdict : null} stale={totals.stale} failed={[known, totals, gaps, events, ages, status].find(one => one.error !== null)?.error ?? null} />
      {streams !== null && streams.length === 0
        ? (
          <section class="panel">
            <Empty title="No stream has delivered anything yet">
              <p><Link screen="setup">Setup</Link> shows how to point an Amazon Data Firehose stream here, step by step.</p>
            </Empty>
          </section>
        )
        : (
          <>
            <StreamTable asked={totals} streams={streams} courses={coursesOf(courses.data, rows.data === null ? [] : wholeBuckets(rows.data, timesOf(rows.data)))} tz={scope.tz} />
            <Charts scope={scope} streams={streams ?? []} rows={rows} deliveries={asked.deliveries} gaps={gaps} shortened={lengthMs(scope) > gapDays * 86_400_000} />
            <Rejects scope={scope} />
          </>
        )}
      <LocalStreams asked={local} tz={scope.tz} />
      {local.data?.status != null && local.data.status.streams.length > 0 && <BackedUpRecords status={local.data.status} tz={scope.tz} />}
      <Events events={events} tz={scope.tz} />
      <Store status={status} tz={scope.tz} />
    </div>
  )
}

function useHealth(scope: Scope) {
  const { from, to, tz, stream, key } = scope
  const about = (name: string, measures: string[], more: object): Asked<Answer> =>
    useAsked(`${name} ${key} ${JSON.stringify(more)}`, signal => query({ from, to, tz, measures, ...more }, signal))
  const one = stream === null ? {} : { where: testOf('stream', stream) }
  const past = to !== 'now'
  return {
    known: useAsked(knownKey, askKnown),
    totals: useAsked(streamsKey(scope), signal => askStreams(scope, signal)),
    lines: about('lines', ['rows', 'ingest_delay_p50', 'ingest_delay_p95', 'ingest_delay_max'], { by: ['stream'], order: '-rows', limit: 1000 }),
    courses: about('courses', ['rows'], { by: ['stream', 'time'], order: '-rows', limit: 50 }),
    rows: about('rows', ['rows'], { by: ['time'], ...one }),
    deliveries: about('deliveries', ['deliveries', 'rows', 'rejected', 'repeats', 'delay_p50', 'delay_p95', 'delay_max'], { signal: 'deliveries', by: ['time'], ...one }),
    events: about('events', ['events', 'last_seen'], { signal: 'events', by: ['kind', 'reason', 'key', 'stream'], order: '-events', limit: 200 }),
    // What arrives now shows whether a stream lags behind; the whole range would show a backfill of yesterday as lateness.
    ages: useAsked(`ages ${past ? key : ''}`, signal => past
      ? Promise.resolve<Answer>({ columns: [], rows: [], meta: { rowsRead: 0, elapsedMs: 0, from, to, tz } })
      : query({ from: '-7d', to: 'now', measures: ['rows', 'ingest_delay_p95'], by: ['stream'], where: 'received>=-5m', limit: 1000 }, signal)),
    gaps: useAsked(`gaps ${key}`, signal => {
      const now = Date.now()
      const [start, end] = [momentMs(from, now) ?? now, momentMs(to, now) ?? now]
      const first = end - gapDays * 86_400_000
      return ask<{ gaps: Gap[] }>(`/api/gaps?${search({ from: start < first ? isoOf(first) : from, to: start < first ? isoOf(end) : to })}`, { signal }).then(answer => answer.gaps)
    }),
    local: useAsked('local streams', askLocal, statusEveryMs),
    status: useAsked('status', signal => ask<Status>('/api/status', { signal }), statusEveryMs),
  }
}
