import { query } from '../../api/client'
import { useAsked } from '../../api/use'
import { exact } from '../../format/numbers'
import { Icon } from '../../parts/Icon'
import { Popover } from '../../parts/Popover'
import { textOf } from '../../parts/States'
import { at } from '../../format/times'
import { exportAddress, type RowsAsk } from './ask'
import type { LogSignal } from './signals'

const most = 1_000_000

/** A file of what is on the screen: same filter, columns and order, and the range as it was answered, so that it does not move on. */
export function ExportMenu({ signal, asked }: { signal: LogSignal; asked: RowsAsk | null }) {
  return (
    <Popover class="export-menu" name="Export" align="right" label={<><Icon name="download" /><span class="wide">Export</span></>}>
      {close => asked === null ? <p>There are no rows to export.</p> : <Choice signal={signal} asked={asked} close={close} />}
    </Popover>
  )
}

function Choice({ signal, asked, close }: { signal: LogSignal; asked: RowsAsk; close: () => void }) {
  const { from, to, tz, where } = asked
  const answer = useAsked(`export ${from} ${to} ${where}`, abort => query({ signal: signal.name, from, to, tz, measures: [signal.count], ...(where !== '' && { where }) }, abort))
  const rows = answer.data === null ? null : Number(answer.data.rows[0]?.[0] ?? 0)
  const link = (format: 'csv' | 'ndjson', name: string) => (
    <a class="download" download="" href={exportAddress(signal, format, asked)} onClick={() => setTimeout(close)}><Icon name="download" size={14} />{name}</a>
  )
  return (
    <div class="export-box">
      <p aria-live="polite">
        {rows !== null && <><b>{exact(Math.min(rows, most))} {rows === 1 ? 'row' : 'rows'}</b>, {asked.columns.length} columns, {asked.order === 'time' ? 'oldest' : 'newest'} first.</>}
        {rows === null && answer.error === null && 'Counting rows…'}
        {answer.error !== null && textOf(answer.error)}
      </p>
      <p class="note">{at(Date.parse(from), tz, 'full')} to {at(Date.parse(to), tz, 'full')}, {tz}</p>
      {rows !== null && rows > most && <p class="export-cut">{exact(rows)} rows match; the file ends after the first {exact(most)}. Narrow the range to get all.</p>}
      <div class="export-links">{link('csv', 'CSV')}{link('ndjson', 'NDJSON')}</div>
      <p class="note">A file has at most {exact(most)} rows, or what the server's setting query:exportRows says.</p>
    </div>
  )
}
