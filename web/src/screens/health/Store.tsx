import { useRef } from 'preact/hooks'
import type { ComponentChildren } from 'preact'
import type { Asked } from '../../api/use'
import { bytes, compact, duration, exact, percent } from '../../format/numbers'
import { at } from '../../format/times'
import { Panel } from '../../parts/Panel'
import { ScrollBox } from '../../parts/ScrollBox'
import { Spark } from '../../parts/Spark'
import type { Server, Status } from './model'
import { isLow, isShrunk } from './verdict'

/** Figures of the last ten minutes, kept while the screen is open. */
const kept = 120

/** What the machine has left, and what the store holds. */
export function Store({ status, tz }: { status: Asked<Status>; tz: string }) {
  const past = useRef<readonly Status[]>([])
  if (status.data !== null && past.current.at(-1) !== status.data) past.current = [...past.current, status.data].slice(-kept)
  const course = (value: (status: Status) => number) => <Spark values={past.current.map(value)} width={110} height={20} />
  return (
    <div class="health-store">
      <div id="storage" tabIndex={-1} class="place">
        <Panel title="Storage" asked={status} height={300}>{data => <Storage status={data} tz={tz} course={course} />}</Panel>
      </div>
      <div id="queue" tabIndex={-1} class="place">
        <Panel title="Queue and memory" asked={status} height={300}>{data => <Queue status={data} tz={tz} course={course} />}</Panel>
      </div>
    </div>
  )
}

type Course = (value: (status: Status) => number) => ComponentChildren

function Storage({ status, tz, course }: { status: Status; tz: string; course: Course }) {
  const { store } = status
  const { local, servers } = store
  const low = isLow(status)
  const retention = [store.retentionSeconds !== null && duration(store.retentionSeconds), store.retentionBytes !== null && bytes(store.retentionBytes)].filter(Boolean).join(' or ')
  return (
    <>
      <dl class="figures">
        {local === null
          ? <Figure name="Disk left" course={course(one => one.store.freeBytes)} note="on the fullest disk of a server">{store.freeBytes === 0 ? '–' : bytes(store.freeBytes)}</Figure>
          : (
            <>
              <Figure name="Disk left" course={course(one => one.store.freeBytes)} note={`deliveries are refused under ${bytes(local.spaceFloorBytes)}${low ? ': low' : ''}`} bad={low}
                meter={{ share: 1 - Math.min(1, local.spaceFloorBytes / Math.max(1, store.freeBytes)), name: 'Share of the disk space left that is above the floor' }}>{bytes(store.freeBytes)}</Figure>
              <Figure name="In memory" course={course(one => one.store.local?.hotBytes ?? 0)} note={`${compact(local.hotRows)} rows, not in files yet; of ${bytes(local.hotLimitBytes)}`}
                meter={{ share: local.hotBytes / Math.max(1, local.hotLimitBytes), name: 'Share of the memory for rows' }}>{bytes(local.hotBytes)}</Figure>
              <Figure name="Journal" course={course(one => one.store.local?.journalBytes ?? 0)} note="durable, not in files yet">{bytes(local.journalBytes)}</Figure>
            </>
          )}
        <Figure name={local === null ? 'Parts' : 'Segment files'} note={`${compact(store.segmentRows)} rows, ${bytes(store.segmentBytes)}`}>{exact(store.segments)}</Figure>
        <Figure name="Oldest row" note={retention === '' ? 'kept for ever: no retention is set' : `kept for ${retention}`}>{store.oldestRow === null ? '–' : at(Date.parse(store.oldestRow), tz, 'full')}</Figure>
        <Figure name="Repeats are recognised for" bad={isShrunk(status)} note={store.repeatWindowSeconds === 0 ? `of ${duration(store.repeatWindowConfiguredSeconds)}; known from the first delivery on` : isShrunk(status) ? `shrunk: ${duration(store.repeatWindowConfiguredSeconds)} are configured` : 'as configured'}>
          {store.repeatWindowSeconds === 0 ? '–' : duration(store.repeatWindowSeconds)}
        </Figure>
      </dl>
      {servers.length > 0 && <Servers servers={servers} />}
      <ScrollBox name="Tables of the store">
        <table class="table">
          <thead><tr><th scope="col">Table</th><th scope="col" class="number">{local === null ? 'Parts' : 'Files'}</th><th scope="col" class="number">{local === null ? 'Rows' : 'Rows in files'}</th><th scope="col" class="number">Bytes</th></tr></thead>
          <tbody>{store.tables.map(table => <tr key={table.name}><th scope="row">{table.name}</th><td class="number">{exact(table.segments)}</td><td class="number" title={exact(table.rows)}>{compact(table.rows)}</td><td class="number">{bytes(table.bytes)}</td></tr>)}</tbody>
        </table>
      </ScrollBox>
    </>
  )
}

/** Which part of a ClickHouse is down. */
function Servers({ servers }: { servers: readonly Server[] }) {
  return (
    <ScrollBox name="ClickHouse servers">
      <table class="table">
        <thead><tr><th scope="col">ClickHouse server</th><th scope="col" class="number">Shard</th><th scope="col">State</th></tr></thead>
        <tbody>
          {servers.map(server => (
            <tr key={`${server.shard} ${server.server}`}>
              <th scope="row">{server.server}</th>
              <td class="number">{server.shard}</td>
              <td>{server.trouble === null ? 'takes deliveries and answers' : <span class="problem">{server.trouble}</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  )
}

function Queue({ status, tz, course }: { status: Status; tz: string; course: Course }) {
  const { queue, process, answers } = status
  const refused = answers.refused.reduce((sum, one) => sum + one.count, 0)
  const full = queue.maxWaiting > 0 && queue.waiting * 2 > queue.maxWaiting
  return (
    <>
      <dl class="figures">
        <Figure name="In flight" course={course(one => one.queue.inFlight)} note={`${exact(queue.waiting)} wait, ${exact(queue.maxWaiting)} may`} bad={full}>{exact(queue.inFlight)}</Figure>
        <Figure name="Bytes in flight" course={course(one => one.queue.inFlightBytes)} note={`of ${bytes(queue.inFlightLimitBytes)}`}
          meter={{ share: queue.inFlightBytes / Math.max(1, queue.inFlightLimitBytes), name: 'Share of the bytes that may be in flight' }}>{bytes(queue.inFlightBytes)}</Figure>
        <Figure name="Resident memory" course={course(one => one.process.residentBytes)} note={`${bytes(process.heapBytes)} of it managed`}>{bytes(process.residentBytes)}</Figure>
        <Figure name="Answered within, p95" course={course(one => one.answers.p95Seconds ?? 0)} note={`p50 ${answers.p50Seconds === null ? '–' : duration(answers.p50Seconds)}`}>{answers.p95Seconds === null ? '–' : duration(answers.p95Seconds)}</Figure>
        <Figure name="Stored" note={`deliveries; ${exact(answers.repeated)} came again`}>{compact(answers.stored)}</Figure>
        <Figure name="Processor time" note={`of ${process.processors} ${process.processors === 1 ? 'processor' : 'processors'}`}>{duration(process.cpuSeconds)}</Figure>
      </dl>
      <h3>Refused: {exact(refused)}</h3>
      {answers.refused.length === 0
        ? <p class="note">Nothing was refused.</p>
        : (
          <table class="table">
            <thead><tr><th scope="col">Reason</th><th scope="col" class="number">Count</th></tr></thead>
            <tbody>{answers.refused.map(one => <tr key={one.fault}><th scope="row"><code>{one.fault}</code></th><td class="number">{exact(one.count)}</td></tr>)}</tbody>
          </table>
        )}
      <p class="note">Counts are since the start on {at(Date.parse(status.started), tz, 'full')}. Version <span title={status.version}>{status.version.split('+')[0]}</span>.</p>
    </>
  )
}

interface FigureProps {
  readonly name: string
  readonly note: string
  readonly bad?: boolean
  readonly course?: ComponentChildren
  readonly meter?: { readonly share: number; readonly name: string }
  readonly children: ComponentChildren
}

function Figure({ name, note, bad = false, course, meter, children }: FigureProps) {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>
        <b>{children}</b>
        {course}
        {meter && (
          <span class={`meter ${bad ? 'bad' : ''}`} role="meter" aria-label={meter.name} aria-valuemin={0} aria-valuemax={1} aria-valuenow={meter.share} aria-valuetext={percent(meter.share)}>
            <i style={{ width: `${Math.max(0, Math.min(1, meter.share)) * 100}%` }} />
          </span>
        )}
        <span class={`note ${bad ? 'problem' : ''}`}>{note}</span>
      </dd>
    </div>
  )
}
