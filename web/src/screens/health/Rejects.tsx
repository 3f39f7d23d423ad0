import { useState } from 'preact/hooks'
import { type Answer, ask, query, search } from '../../api/client'
import { useAsked } from '../../api/use'
import { both, testOf } from '../../filter/terms'
import { compact, exact } from '../../format/numbers'
import { ago, at } from '../../format/times'
import { Empty, sentence } from '../../parts/States'
import { Panel } from '../../parts/Panel'
import { Visible } from '../../parts/Visible'
import { bytesOfBase64, shortened, textOfBytes } from './bytes'
import { countOf, type Row, rowsOf, type Scope, streamName } from './model'
import { ReplayRejects } from './ReplayRejects'
import { SampleDrawer } from './SampleDrawer'

/** A record may have a megabyte, and an answer holds 32. */
const samples = 8

/** What could not be read: why, how often, and the bytes themselves. */
export function Rejects({ scope }: { scope: Scope }) {
  const [open, setOpen] = useState<{ reason: string; stream: string } | null>(null)
  const { from, to, tz, stream, key } = scope
  const one = stream === null ? '' : testOf('stream', stream)
  const where = one === '' ? {} : { where: one }
  const reasons = useAsked(`rejects ${key} ${one}`, signal => query({ signal: 'rejects', from, to, tz, measures: ['rejects', 'last_seen'], by: ['reason', 'stream'], order: '-rejects', limit: 50, ...where }, signal))
  const newest = useSamples('newest', scope, one)
  return (
    <div id="rejected" tabIndex={-1} class="place">
      <Panel title="Rejected" asked={reasons} height={60} actions={reasons.data !== null && reasons.data.rows.length > 0 && <ReplayRejects from={from} to={to} where={one} />}>
        {data => data.rows.length === 0
          ? <Empty title="Nothing was rejected"><p>Every line and every record in this range could be read.</p></Empty>
          : (
            <ol class="rejects">
              {rowsOf(data).map(row => {
                const [reason, arn] = [String(row['reason']), String(row['stream'])]
                const sample = rowsOf(newest.data).find(one => one['reason'] === reason && one['stream'] === arn)
                return (
                  <li key={`${arn}\n${reason}`}>
                    <b class="number" title={exact(countOf(row['rejects']))}>{compact(countOf(row['rejects']))}</b>
                    <div>
                      <p><Visible text={sentence(reason)} /></p>
                      <p class="note"><span title={arn}><Visible text={streamName(arn)} /></span>, last <span title={at(Date.parse(String(row['last_seen'])), tz, 'full')}>{ago(Date.parse(String(row['last_seen'])), Date.now())}</span></p>
                      <button type="button" class="sample" onClick={() => setOpen({ reason, stream: arn })}>
                        {sample === undefined ? 'Show the newest bytes' : <Visible text={shortened(textOfBytes(bytesOfBase64(String(sample['data'])) ?? new Uint8Array(), 800), 200)} />}
                      </button>
                    </div>
                  </li>
                )
              })}
            </ol>
          )}
      </Panel>
      {open !== null && <Samples scope={scope} {...open} onClose={() => setOpen(null)} />}
    </div>
  )
}

function Samples({ scope, reason, stream, onClose }: { scope: Scope; reason: string; stream: string; onClose: () => void }) {
  const asked = useSamples('samples', scope, both(testOf('reason', reason), testOf('stream', stream)))
  return <SampleDrawer reason={reason} asked={asked} rows={rowsOf(asked.data) as readonly Row[]} tz={scope.tz} onClose={onClose} />
}

function useSamples(name: string, { from, to, key }: Scope, where: string) {
  const columns = 'time,stream,reason,data,record_index,item_index,delivery_id,route'
  return useAsked(`${name} ${key} ${where}`, signal => ask<Answer>(`/api/rows?${search({ signal: 'rejects', from, to, where, columns, limit: samples })}`, { signal }))
}
