import type { Answer } from '../../api/client'
import type { Asked } from '../../api/use'
import { compact, exact } from '../../format/numbers'
import { ago, at } from '../../format/times'
import { Empty } from '../../parts/States'
import { Panel } from '../../parts/Panel'
import { ScrollBox } from '../../parts/ScrollBox'
import { Visible } from '../../parts/Visible'
import { countOf, rowsOf, streamName } from './model'
import { remedyOf } from './remedies'

const kinds: Readonly<Record<string, string>> = { refused: 'refused', repeat: 'repeated', control: 'control message', entry: 'sent without Firehose' }

/** What left no row elsewhere: who was refused and why, whole deliveries that came twice. */
export function Events({ events, tz }: { events: Asked<Answer>; tz: string }) {
  return (
    <div id="refused" tabIndex={-1} class="place">
      <Panel title="Refused at the door, and other events" asked={events} height={60} actions={<span class="note">counted by the minute, a minute late</span>}>
        {data => data.rows.length === 0
          ? <Empty title="Nothing was refused"><p>No delivery was turned away in this range, and none came twice as a whole.</p></Empty>
          : (
            <ScrollBox name="Events">
              <table class="table cards">
                <thead><tr><th scope="col">Reason</th><th scope="col">What happened</th><th scope="col" class="number">Count</th><th scope="col">Last minute</th><th scope="col">Key</th><th scope="col">Stream</th></tr></thead>
                <tbody>
                  {rowsOf(data).map(row => {
                    const [kind, reason, key, arn] = ['kind', 'reason', 'key', 'stream'].map(name => String(row[name] ?? ''))
                    const last = Date.parse(String(row['last_seen']))
                    return (
                      <tr key={[kind, reason, key, arn].join('\n')}>
                        <th scope="row"><code><Visible text={reason!} /></code>{remedyOf(reason!) !== '' && <p class="note">{remedyOf(reason!)}</p>}</th>
                        <td data-label="What happened" class={kind === 'refused' ? 'problem' : ''}>{kinds[kind!] ?? <Visible text={kind!} />}</td>
                        <td data-label="Count" class="number" title={exact(countOf(row['events']))}>{compact(countOf(row['events']))}</td>
                        <td data-label="Last minute" title={at(last, tz, 'full')}>{ago(last, Date.now())}</td>
                        <td data-label="Key"><Visible text={key!} empty="not known" /></td>
                        <td data-label="Stream" title={arn}>{arn === '' ? <span class="nothing">not known</span> : <Visible text={streamName(arn!)} />}</td>
                      </tr>
                    )
                  })}
                </tbody>
              </table>
            </ScrollBox>
          )}
      </Panel>
    </div>
  )
}
