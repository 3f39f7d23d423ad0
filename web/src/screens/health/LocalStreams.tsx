import { type ComponentChildren, Fragment } from 'preact'
import { useState } from 'preact/hooks'
import type { Asked } from '../../api/use'
import { bytes, compact, duration, exact } from '../../format/numbers'
import { ago, at } from '../../format/times'
import { Copy } from '../../parts/Copy'
import { Icon } from '../../parts/Icon'
import { Panel } from '../../parts/Panel'
import { ScrollBox } from '../../parts/ScrollBox'
import { Spark } from '../../parts/Spark'
import { Empty } from '../../parts/States'
import { Visible } from '../../parts/Visible'
import { ageOf, type LastAnswer, type LocalAnswer, type LocalStatus, type LocalStream, stateOf, troubleOf } from './local'

/** More than these are shown on demand. */
const shown = 50

const heads: readonly { readonly name: string; readonly about?: string; readonly text?: true }[] = [
  { name: 'Stream', text: true },
  { name: 'State', text: true },
  { name: 'Buffered', about: 'Records that were put and are neither delivered nor on their way to the bucket; how long the oldest has waited' },
  { name: 'In flight', about: 'Records that a function or the endpoint has now' },
  { name: 'For the bucket', about: 'Records that wait for their object in the bucket' },
  { name: 'Backed up', about: 'Records whose objects are in the bucket' },
  { name: 'Delivered' },
  { name: 'Lost', about: 'Records that could not be delivered for longer than they are kept' },
  { name: 'Last hour', about: 'Records that were put, by the minute', text: true },
]

/** The streams of the local Firehose, if there is one: what they hold, and what their endpoints say. */
export function LocalStreams({ asked, tz }: { asked: Asked<LocalAnswer>; tz: string }) {
  return (
    <div id="local" tabIndex={-1} class="place">
      <Panel title="Local streams" asked={asked} height={72} actions={asked.data?.status != null && <span class="note">counts since {at(Date.parse(asked.data.status.started), tz, 'dayClock')}</span>}>
        {data => data.status === null ? <None /> : data.status.streams.length === 0 ? <NoStream firehose={data.firehose!} /> : <Streams status={data.status} tz={tz} />}
      </Panel>
    </div>
  )
}

function None() {
  return (
    <p class="note local-none">
      Without an AWS account, <code>cistern firehose</code> takes records from the AWS CLI and the SDKs and delivers them here. Start this server with <code>--firehose http://127.0.0.1:4573</code> to see its streams.
    </p>
  )
}

function NoStream({ firehose }: { firehose: string }) {
  return (
    <Empty title="The local Firehose has no stream">
      <p>Make one with <code>aws firehose create-delivery-stream --endpoint-url {firehose}</code>.</p>
    </Empty>
  )
}

function Streams({ status, tz }: { status: LocalStatus; tz: string }) {
  const [open, setOpen] = useState<string | null>(null)
  const [all, setAll] = useState(false)
  const streams = all ? status.streams : status.streams.slice(0, shown)
  return (
    <>
      <ScrollBox name="Local streams">
        <table class="table cards local-streams">
          <thead><tr>{heads.map(head => <th key={head.name} scope="col" class={head.text ? '' : 'number'} title={head.about}>{head.name}</th>)}</tr></thead>
          <tbody>
            {streams.map(stream => (
              <Fragment key={stream.arn}>
                <Line stream={stream} now={status.now} open={open === stream.arn} onOpen={() => setOpen(open === stream.arn ? null : stream.arn)} />
                {open === stream.arn && <More stream={stream} tz={tz} now={status.now} />}
              </Fragment>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {streams.length < status.streams.length && <button type="button" class="small" onClick={() => setAll(true)}>Show all {exact(status.streams.length)} streams</button>}
    </>
  )
}

function Line({ stream, now, open, onOpen }: { stream: LocalStream; now: string; open: boolean; onOpen: () => void }) {
  const { word, health } = stateOf(stream)
  const age = ageOf(stream, now)
  const trouble = troubleOf(stream)
  const cell = (place: number) => ({ 'data-label': heads[place]!.name })
  const count = (place: number, value: number, bad = false) => (
    <td {...cell(place)} class="number" title={exact(value)}>{bad && value > 0 ? <b class="problem">{compact(value)}</b> : compact(value)}</td>
  )
  return (
    <>
      <tr>
        <th scope="row">
          <button type="button" class="unfold" title={stream.arn} aria-expanded={open} onClick={onOpen}><Icon name={open ? 'down' : 'right'} size={13} /><Visible text={stream.name} /></button>
        </th>
        <td {...cell(1)}><span class={`local-state ${health}`}>{health === 'warn' || health === 'bad' ? <Icon name="warning" size={13} /> : <i aria-hidden="true" />}{word}</span></td>
        <td {...cell(2)} class="number" title={exact(stream.bufferedRecords)}><span>{compact(stream.bufferedRecords)}{age !== null && <small class="note"> {age}</small>}</span></td>
        {count(3, stream.inFlightRecords)}
        {count(4, stream.outboxRecords)}
        {count(5, stream.backedUpRecords)}
        {count(6, stream.deliveredRecords)}
        {count(7, stream.lostRecords, true)}
        <td {...cell(8)} class="course"><Spark values={stream.lastHour.incoming} width={130} height={24} /></td>
      </tr>
      {trouble !== null && !open && <tr class="local-trouble"><td colSpan={heads.length}><Said answer={trouble} now={now} short /></td></tr>}
      {stream.fault !== null && !open && <tr class="local-trouble"><td colSpan={heads.length}><p class="problem"><Visible text={stream.fault} /></p></td></tr>}
    </>
  )
}

/** What an endpoint answered is a stranger's text: it may hold a page of HTML. */
function Said({ answer, now, short = false }: { answer: LastAnswer; now: string; short?: boolean }) {
  const text = short && answer.message.length > 200 ? `${answer.message.slice(0, 200)}…` : answer.message
  return (
    <p class="said">
      <code class={answer.code === null ? '' : 'problem'}><Visible text={answer.code ?? 'taken'} /></code> <Visible text={text} empty="(no message)" /> <span class="note">{ago(Date.parse(answer.at), Date.parse(now))}</span>
    </p>
  )
}

function More({ stream, now, tz }: { stream: LocalStream; now: string; tz: string }) {
  const sum = (values: readonly number[]) => exact(values.reduce((all, value) => all + value, 0))
  const facts: [string, ComponentChildren][] = [
    ['Delivers to', stream.endpoint === null ? <>{stream.destination}: the bucket</> : <code><Visible text={stream.endpoint} /></code>],
    ['Bucket', <code><Visible text={stream.bucket} /></code>],
    ['Takes from', <Visible text={stream.source === 'DirectPut' ? 'PutRecord and PutRecordBatch' : stream.source} />],
    ...(stream.function === null ? [] : [['Function', <code><Visible text={stream.function} /></code>] as [string, ComponentChildren]]),
    ['Buffers', `${bytes(stream.bufferBytes)} or ${duration(stream.bufferSeconds)}${stream.retrySeconds === null ? '' : `, tries again for ${duration(stream.retrySeconds)}`}; ${bytes(stream.diskBytes)} on the disk now`],
    ['Version', stream.version],
    ['Last hour', `${sum(stream.lastHour.incoming)} put, ${sum(stream.lastHour.delivered)} delivered, ${sum(stream.lastHour.failedAttempts)} attempts failed`],
    ['Since the start', `${exact(stream.failedRecords)} failed, ${exact(stream.droppedRecords)} dropped by the function`],
    ...(stream.lastAnswer === null ? [] : [['Last answer', <><Said answer={stream.lastAnswer} now={now} /><span class="note">{at(Date.parse(stream.lastAnswer.at), tz, 'full')}</span></>] as [string, ComponentChildren]]),
    ...(stream.lastObjectFailure === null ? [] : [['Bucket said', <Said answer={stream.lastObjectFailure} now={now} />] as [string, ComponentChildren]]),
    ...(stream.fault === null ? [] : [['Stands still', <Visible text={stream.fault} />] as [string, ComponentChildren]]),
  ]
  return (
    <tr class="more">
      <td colSpan={heads.length}>
        <dl class="facts local-facts">{facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
        <code><Visible text={stream.arn} /></code>
        <div class="row"><Copy text={stream.arn} label="Copy the ARN" /></div>
      </td>
    </tr>
  )
}
