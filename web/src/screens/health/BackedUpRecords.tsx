import { useState } from 'preact/hooks'
import { useAsked } from '../../api/use'
import { bytes, compact, exact } from '../../format/numbers'
import { ago, at } from '../../format/times'
import { Panel } from '../../parts/Panel'
import { Empty, textOf } from '../../parts/States'
import { Visible } from '../../parts/Visible'
import { refreshNow } from '../../state/refresh'
import { askBackups, type Backups, type LocalStatus, type LocalStream, lookedAt, replayText, startReplay } from './local'

const lookEveryMs = 10_000

/** What one stream has in its bucket, or why that cannot be said. */
interface Look {
  readonly arn: string
  readonly backups: Backups | null
  readonly error: Error | null
}

/** What the local streams could not deliver and put into their buckets, and a way to send it again. */
export function BackedUpRecords({ status, tz }: { status: LocalStatus; tz: string }) {
  const streams = lookedAt(status.streams)
  const looks = useAsked(`backups ${streams.map(one => one.arn).sort().join(' ')}`, signal => Promise.all(streams.map(stream => look(stream.arn, signal))), lookEveryMs)
  const rest = status.streams.length - streams.length
  return (
    <div id="backed-up" tabIndex={-1} class="place">
      <Panel title="Backed-up records" asked={looks} height={60}>
        {data => {
          const some = data.filter(one => one.error !== null || one.backups!.objects + one.backups!.replayedObjects > 0 || one.backups!.problem !== null)
          const of = (arn: string) => streams.find(one => one.arn === arn)
          return (
            <>
              {some.length === 0
                ? <Empty title="Nothing had to be backed up"><p>Everything that the local streams took was delivered, or is on its way.</p></Empty>
                : <ul class="backups">{some.map(one => of(one.arn) !== undefined && <Stream key={one.arn} stream={of(one.arn)!} look={one} tz={tz} />)}</ul>}
              {rest > 0 && <p class="note">{exact(rest)} more streams are not looked at here; <code>cistern replay --dry-run</code> says what lies in a bucket.</p>}
            </>
          )
        }}
      </Panel>
    </div>
  )
}

async function look(arn: string, signal: AbortSignal): Promise<Look> {
  try {
    return { arn, backups: await askBackups(arn, signal), error: null }
  } catch (error) {
    if (signal.aborted) throw error
    return { arn, backups: null, error: error as Error }
  }
}

function Stream({ stream, look, tz }: { stream: LocalStream; look: Look; tz: string }) {
  const { backups, error } = look
  return (
    <li>
      <div class="backups-head">
        <h3 title={stream.arn}><Visible text={stream.name} /></h3>
        {backups !== null && backups.objects > 0 && <ReplayButton stream={stream} />}
      </div>
      {stream.replay !== null && (
        <p class={`note ${stream.replay.state === 'failed' ? 'problem' : ''}`} role="status">
          {replayText(stream.replay)}{stream.replay.ended !== null && `, ${ago(Date.parse(stream.replay.ended), Date.now())}`}{stream.replay.message !== null && <>: <Visible text={stream.replay.message} /></>}
        </p>
      )}
      {error !== null && <p class="problem">{textOf(error)}</p>}
      {backups?.problem != null && <p class="problem"><Visible text={backups.problem} /></p>}
      {backups !== null && <Codes backups={backups} tz={tz} />}
    </li>
  )
}

function ReplayButton({ stream }: { stream: LocalStream }) {
  const [failed, setFailed] = useState<Error | null>(null)
  const [asking, setAsking] = useState(false)
  const running = asking || stream.replay?.state === 'running'
  const press = async () => {
    setAsking(true)
    setFailed(null)
    try {
      await startReplay(stream.arn)
      refreshNow()
    } catch (error) {
      setFailed(error as Error)
    } finally {
      setAsking(false)
    }
  }
  return (
    <>
      {failed !== null && <p class="problem" role="alert">{textOf(failed)}</p>}
      {stream.endpoint === null
        ? <span class="note">the stream has no endpoint to replay to</span>
        : <button type="button" class="small" aria-disabled={running} onClick={() => { if (!running) void press() }}>{running ? 'Replaying …' : 'Replay'}<span class="hidden-text"> {stream.name}</span></button>}
    </>
  )
}

function Codes({ backups, tz }: { backups: Backups; tz: string }) {
  const { codes, objects, more, unread, replayedObjects, unreadable } = backups
  const notes = [
    objects > 0 && `${more ? 'the newest ' : ''}${exact(objects)} ${objects === 1 ? 'object' : 'objects'} to be replayed`,
    replayedObjects > 0 && `${exact(replayedObjects)} ${objects === 0 ? (replayedObjects === 1 ? 'object ' : 'objects ') : ''}replayed before`,
    unread > 0 && `${exact(unread)} still to be counted`,
    unreadable > 0 && `${exact(unreadable)} lines or objects cannot be read`,
  ].filter(Boolean)
  return (
    <>
      <ol class="rejects">
        {codes.map(one => (
          <li key={one.code}>
            <b class="number" title={`${exact(one.records)} records, ${bytes(one.bytes)}`}>{compact(one.records)}</b>
            <div>
              <p><code><Visible text={one.code} empty="(no error code)" /></code></p>
              {one.first !== null && one.last !== null && (
                <p class="note">since <span title={at(Date.parse(one.first), tz, 'full')}>{ago(Date.parse(one.first), Date.now())}</span>, last <span title={at(Date.parse(one.last), tz, 'full')}>{ago(Date.parse(one.last), Date.now())}</span></p>
              )}
              {one.message !== '' && <p class="said"><Visible text={one.message.length > 300 ? `${one.message.slice(0, 300)}…` : one.message} /></p>}
            </div>
          </li>
        ))}
      </ol>
      <p class="note">{notes.join(', ')}{notes.length > 0 && ' in '}<code><Visible text={`${backups.bucket}/${backups.prefixes[0] ?? ''}`} /></code></p>
    </>
  )
}
