import { useState } from 'preact/hooks'
import type { Asked } from '../../api/use'
import { exact } from '../../format/numbers'
import { at } from '../../format/times'
import { Copy } from '../../parts/Copy'
import { Dialog } from '../../parts/Dialog'
import { Icon } from '../../parts/Icon'
import { Empty, Failed, Loading, sentence } from '../../parts/States'
import { Visible } from '../../parts/Visible'
import { bytesOfBase64, hexLines, textOfBytes } from './bytes'
import type { Row } from './model'

/** More than this makes a browser slow; the whole is for the clipboard. */
const shownMax = 16_384

/** The newest bytes that were rejected for one reason, as text or in hexadecimal. */
export function SampleDrawer({ reason, asked, rows, tz, onClose }: { reason: string; asked: Asked<unknown>; rows: readonly Row[]; tz: string; onClose: () => void }) {
  const [place, setPlace] = useState(0)
  const row = rows[Math.min(place, rows.length - 1)]
  return (
    <Dialog kind="drawer" name="Rejected bytes" title="Rejected bytes" onClose={onClose}
      actions={rows.length > 1 && (
        <div class="row">
          <button type="button" class="quiet" aria-label="Newer" disabled={place === 0} onClick={() => setPlace(place - 1)}><Icon name="left" /></button>
          <span class="note">{place + 1} of the {rows.length} newest</span>
          <button type="button" class="quiet" aria-label="Older" disabled={place >= rows.length - 1} onClick={() => setPlace(place + 1)}><Icon name="right" /></button>
        </div>
      )}>
      <div class="sample-whole">
        <p><Visible text={sentence(reason)} /></p>
        {row !== undefined && <Whole key={place} row={row} tz={tz} />}
        {row === undefined && (asked.error !== null ? <Failed error={asked.error} /> : asked.data === null ? <Loading /> : <Empty title="They are gone: nothing of this reason is in the range" />)}
      </div>
    </Dialog>
  )
}

function Whole({ row, tz }: { row: Row; tz: string }) {
  const [hex, setHex] = useState(false)
  const base64 = String(row['data'] ?? '')
  const bytes = bytesOfBase64(base64) ?? new Uint8Array()
  const facts: readonly (readonly [string, string])[] = [
    ['Arrived', at(Date.parse(String(row['time'])), tz, 'fullMillis')], ['Stream', String(row['stream'])], ['Delivery', String(row['delivery_id'])],
    ['Place', `record ${row['record_index']}${row['item_index'] === null ? ', the whole of it' : `, line ${row['item_index']}`} (from 0)`], ['Address', String(row['route'])], ['Size', `${exact(bytes.length)} bytes`],
  ]
  return (
    <>
      <dl class="facts">{facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd><Visible text={value} /></dd></div>)}</dl>
      <div class="row">
        <button type="button" class="small" aria-pressed={!hex} onClick={() => setHex(false)}>Text</button>
        <button type="button" class="small" aria-pressed={hex} onClick={() => setHex(true)}>Hex</button>
        <span class="grow" />
        <Copy text={() => hex ? hexLines(bytes).join('\n') : textOfBytes(bytes)} label={hex ? 'Copy hex' : 'Copy text'} />
        <Copy text={base64} label="Copy base64" />
      </div>
      <pre class={`raw ${hex ? 'hex' : ''}`} tabIndex={0} aria-label={hex ? 'The bytes in hexadecimal' : 'The bytes as text'}>{hex ? hexLines(bytes, shownMax).join('\n') : <Visible text={textOfBytes(bytes, shownMax)} empty="(no bytes)" />}</pre>
      {bytes.length > shownMax && <p class="note">The first {exact(shownMax)} bytes of {exact(bytes.length)}; the copy is whole.</p>}
    </>
  )
}
