import { useState } from 'preact/hooks'
import type { Asked } from '../../api/use'
import { compact, exact } from '../../format/numbers'
import { ago, at } from '../../format/times'
import { Dialog } from '../../parts/Dialog'
import { Icon } from '../../parts/Icon'
import { Panel } from '../../parts/Panel'
import { ScrollBox } from '../../parts/ScrollBox'
import { Empty, textOf } from '../../parts/States'
import { Visible } from '../../parts/Visible'
import { KeyForm } from './KeyForm'
import { type Key, type Made, revokeKey } from './keys'
import { Secret } from './Secret'

/** All keys: who may send, read and administer. */
export function Keys({ keys, tz }: { keys: Asked<readonly Key[]>; tz: string }) {
  const [making, setMaking] = useState(false)
  const [made, setMade] = useState<Made | null>(null)
  const [revoking, setRevoking] = useState<Key | null>(null)
  return (
    <Panel title="Keys" asked={keys} height={120} actions={<button type="button" class="small" onClick={() => { setMade(null); setMaking(true) }}><Icon name="plus" size={13} />New key</button>}>
      {list => (
        <>
          {list.length === 0 && <Empty title="There is no key yet"><p>Without one nothing can be delivered: step 1 makes it.</p></Empty>}
          {list.length > 0 && (
            <ScrollBox name="Keys">
              <table class="table cards">
                <thead>
                  <tr><th scope="col">Name</th><th scope="col">State</th><th scope="col">May</th><th scope="col">Only for</th><th scope="col" class="number">Deliveries today</th><th scope="col" class="number">Rows today</th><th scope="col">Last used</th><th scope="col">Created</th><th scope="col">Expires</th><th scope="col"><span class="hidden-text">Revoke</span></th></tr>
                </thead>
                <tbody>{list.map(key => <Line key={key.name} item={key} tz={tz} onRevoke={() => setRevoking(key)} />)}</tbody>
              </table>
            </ScrollBox>
          )}
          {making && (
            <Dialog name="New key" title={made === null ? 'New key' : 'Copy the key now'} onClose={() => setMaking(false)}>
              {made === null ? <KeyForm suggestion="" withScopes onMade={setMade} /> : <><Secret made={made} /><div class="row end"><button type="button" onClick={() => setMaking(false)}>Done</button></div></>}
            </Dialog>
          )}
          {revoking !== null && <Revoke item={revoking} onClose={() => setRevoking(null)} />}
        </>
      )}
    </Panel>
  )
}

function Line({ item, tz, onRevoke }: { item: Key; tz: string; onRevoke: () => void }) {
  const day = (text: string | null, none: string) => text === null ? <span class="nothing">{none}</span> : <span title={at(Date.parse(text), tz, 'full')}>{at(Date.parse(text), tz, 'full').slice(0, 10)}</span>
  const limits = [...item.streams, ...item.signals]
  return (
    <tr class={item.state === 'active' ? '' : 'inactive'}>
      <th scope="row"><Visible text={item.name} /></th>
      <td data-label="State"><span class={`state ${item.state}`} title={item.revoked === null ? undefined : at(Date.parse(item.revoked), tz, 'full')}>{item.state}</span></td>
      <td data-label="May">{item.scopes.join(', ')}</td>
      <td data-label="Only for" class="limits" title={limits.join('\n')}>{limits.length === 0 ? <span class="nothing">any stream</span> : <Visible text={limits.join(', ')} />}</td>
      <td data-label="Deliveries today" class="number" {...counted(item.deliveriesToday)} />
      <td data-label="Rows today" class="number" {...counted(item.rowsToday)} />
      <td data-label="Last used">{item.lastUsed === null ? <span class="nothing">never</span> : <span title={at(Date.parse(item.lastUsed), tz, 'full')}>{ago(Date.parse(item.lastUsed), Date.now())}</span>}</td>
      <td data-label="Created">{day(item.created, '–')}</td>
      <td data-label="Expires">{day(item.expires, 'never')}</td>
      <td>{item.state === 'active' && <button type="button" class="small danger" aria-label={`Revoke ${item.name}`} onClick={onRevoke}>Revoke</button>}</td>
    </tr>
  )
}

function counted(value: number | null) {
  return value === null ? { children: '–', title: 'The store cannot be asked at the moment' } : { children: compact(value), title: exact(value) }
}

function Revoke({ item, onClose }: { item: Key; onClose: () => void }) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Error | null>(null)
  const revoke = () => {
    setBusy(true)
    revokeKey(item.name).then(onClose, (error: Error) => {
      setProblem(error)
      setBusy(false)
    })
  }
  return (
    <Dialog name={`Revoke ${item.name}`} title={<>Revoke <Visible text={item.name} />?</>} onClose={onClose}>
      <div class="revoke">
        <p>From now on the server refuses whatever comes with this key{item.lastUsed === null ? '; it was never used' : <>; it was last used {ago(Date.parse(item.lastUsed), Date.now())}</>}.</p>
        {(item.scopes.includes('ingest') || item.scopes.includes('admin')) && <p>A stream that has it tries again for its retry duration, and then writes to its S3 backup. Give it another key first.</p>}
        <p><b>It cannot be taken back</b>, and the name cannot be used again. What came with the key stays.</p>
        {problem !== null && <p class="problem" role="alert">{textOf(problem)}</p>}
        <div class="row end">
          <button type="button" onClick={onClose}>Keep it</button>
          <button type="button" class="danger" disabled={busy} onClick={revoke}>{busy ? 'Revoking …' : <>Revoke <Visible text={item.name} /></>}</button>
        </div>
      </div>
    </Dialog>
  )
}
