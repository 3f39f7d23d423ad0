import { useEffect, useRef } from 'preact/hooks'
import { type Answer, ask, query, search } from '../../api/client'
import { useAsked } from '../../api/use'
import { testOf } from '../../filter/terms'
import { exact } from '../../format/numbers'
import { ago } from '../../format/times'
import { Icon } from '../../parts/Icon'
import { sentence, textOf } from '../../parts/States'
import { Visible } from '../../parts/Visible'
import { Link } from '../../shell/Link'
import { countOf, rowsOf, type Status } from '../health/model'
import { remedyOf } from '../health/remedies'
import { arrivalOf, type Newest, type Refusal, refusedSince } from './arrival'

const everyMs = 2000

interface Seen {
  readonly deliveries: number
  readonly rows: number
  readonly newest: Newest | null
  /** Refusals that name the key, or no key at all: a wrong secret cannot be told from another's. */
  readonly refusals: readonly { readonly fault: string; readonly count: number; readonly named: boolean }[]
  readonly counters: readonly Refusal[]
}

/** Looks every two seconds whether something came with the key, and what became of it. */
export function WaitStep({ name, onArrived }: { name: string | null; onArrived: (arrived: boolean) => void }) {
  const first = useRef<readonly Refusal[] | null>(null)
  const seen = useAsked(name === null ? null : `waiting ${name}`, signal => look(name!, signal), everyMs)
  const current = seen.stale ? null : seen.data
  if (current !== null) first.current ??= current.counters
  const newest = current?.newest ?? null
  const arrival = arrivalOf(newest)
  const good = arrival.state !== 'waiting' && arrival.state !== 'rejected'
  useEffect(() => onArrived(good), [good])
  if (name === null) return <p class="note">Make or choose a key in step 1: what comes with it shows here by itself.</p>
  const refused = current === null ? [] : refusedSince(first.current ?? [], current.counters)
  return (
    <>
      <div class={`arrival ${arrival.state}`} role="status">
        {arrival.state === 'waiting' ? <i class="pulse" aria-hidden="true" /> : <Icon name={good ? 'check' : 'warning'} size={20} />}
        <div>
          <p><b>{arrival.text}</b></p>
          {newest === null && <p class="note">Nothing came with the key <Visible text={name} /> in the last 24 hours. Looking every 2 seconds; Firehose sends when its buffer is full or its time is over.</p>}
          {newest !== null && newest.reason !== null && <p class="problem"><Visible text={sentence(newest.reason)} /></p>}
          {newest !== null && (
            <p class="note">Last {ago(Date.parse(newest.time), Date.now())} as <Visible text={newest.stream} empty="no stream" />; {exact(current!.deliveries)} {current!.deliveries === 1 ? 'delivery' : 'deliveries'} and {exact(current!.rows)} {current!.rows === 1 ? 'row' : 'rows'} with this key in 24 hours.</p>
          )}
          {newest !== null && newest.rows > 0 && <RowsOf newest={newest} />}
          {newest !== null && newest.rejected > 0 && <p><Link screen="health" changes={{ from: '-1h', to: null }}>See the bytes in delivery health</Link></p>}
        </div>
      </div>
      {refused.length > 0 && (
        <div class="refusals" role="alert">
          <p><b>Refused since you opened this page</b>, whoever sent it:</p>
          <ul>{refused.map(one => <Fault key={one.fault} fault={one.fault} note={`${exact(one.count)} ×`} />)}</ul>
        </div>
      )}
      {refused.length === 0 && (current?.refusals ?? []).length > 0 && (
        <div class="refusals">
          <p><b>Refused in the last 15 minutes:</b></p>
          <ul>{current!.refusals.map(one => <Fault key={one.fault + one.named} fault={one.fault} note={`${exact(one.count)} × ${one.named ? 'with this key' : 'without a known key'}`} />)}</ul>
        </div>
      )}
      {seen.error !== null && <p class="problem" role="alert">{textOf(seen.error)}</p>}
    </>
  )
}

// Where the rows of a delivery are seen depends on what it brought.
function RowsOf({ newest }: { newest: Newest }) {
  const signals = newest.signal.split('+')
  const changes = { q: testOf('delivery_id', newest.id), host: null, from: '-24h', to: null }
  return (
    <p class="arrived-rows">
      {signals.includes('requests') && <Link screen="logs" changes={{ ...changes, signal: null }}>See its requests in the logs</Link>}
      {signals.includes('logs') && <Link screen="logs" changes={{ ...changes, signal: 'logs' }}>See its log events</Link>}
      {signals.includes('metrics') && <Link screen="graphs" changes={changes}>See its metrics</Link>}
    </p>
  )
}

function Fault({ fault, note }: { fault: string; note: string }) {
  return <li><code>{fault}</code>, {note}. {remedyOf(fault)}</li>
}

async function look(name: string, signal: AbortSignal): Promise<Seen> {
  const where = testOf('key', name)
  const [totals, newest, events, status] = await Promise.all([
    query({ signal: 'deliveries', from: '-24h', to: 'now', measures: ['deliveries', 'rows'], where }, signal),
    ask<Answer>(`/api/rows?${search({ signal: 'deliveries', from: '-24h', where, columns: 'time,stream,signal,delivery_id,rows,rejected,repeats', limit: 1 })}`, { signal }),
    query({ signal: 'events', from: '-15m', to: 'now', measures: ['events'], by: ['reason', 'key'], where: 'kind:refused', limit: 50 }, signal),
    ask<Status>('/api/status', { signal }),
  ])
  const total = rowsOf(totals)[0] ?? {}
  const row = rowsOf(newest)[0]
  const id = String(row?.['delivery_id'] ?? '')
  const rejects = countOf(row?.['rejected']) === 0 ? null : await ask<Answer>(
    `/api/rows?${search({ signal: 'rejects', from: '-24h', where: testOf('delivery_id', id), columns: 'reason', limit: 1 })}`, { signal })
  return {
    deliveries: countOf(total['deliveries']),
    rows: countOf(total['rows']),
    newest: row === undefined ? null : {
      time: String(row['time']), id, stream: String(row['stream'] ?? ''), signal: String(row['signal'] ?? ''), rows: countOf(row['rows']), rejected: countOf(row['rejected']), repeats: countOf(row['repeats']),
      reason: rejects === null ? null : String(rowsOf(rejects)[0]?.['reason'] ?? ''),
    },
    refusals: rowsOf(events).filter(one => one['key'] === name || one['key'] === '').map(one => ({ fault: String(one['reason']), count: countOf(one['events']), named: one['key'] === name })),
    counters: status.answers.refused,
  }
}
