import { useMemo, useState } from 'preact/hooks'
import { exact } from '../../format/numbers'
import { Copy } from '../../parts/Copy'
import { Icon } from '../../parts/Icon'
import { Visible } from '../../parts/Visible'
import { remember, remembered } from '../../state/stored'
import { jsonIn } from './brief'
import { shortened } from './decode'
import type { Values } from './identity'
import { JsonTree } from './JsonTree'
import { Parts } from './Parts'
import type { LogSignal } from './signals'

interface MessageBoxProps {
  readonly signal: LogSignal
  readonly text: string
  readonly values: Values
  readonly fields: ReadonlyMap<string, string>
  readonly columns: readonly string[]
  readonly onColumn: (name: string) => void
}

const shownMost = 16_384

const savedFrom = 4096

/** The message of a row: JSON as a tree, any text in its lines, as much of it as one can look at, all of it to take away. */
export function MessageBox({ signal, text, fields, values, columns, onColumn }: MessageBoxProps) {
  const [raw, setRaw] = useState(() => remembered('logs.raw') === 'yes')
  const found = useMemo(() => jsonIn(text), [text])
  const choose = () => {
    remember('logs.raw', raw ? null : 'yes')
    setRaw(!raw)
  }
  return (
    <section class="row-group message-box">
      <header>
        <h3>Message</h3>
        {found !== null && <button type="button" class="small" aria-pressed={raw} onClick={choose}>Raw</button>}
        <Copy text={text} label="Copy message" />
        {text.length > savedFrom && <button type="button" class="small" onClick={() => save(text, String(values['time'] ?? ''))}><Icon name="download" size={13} />Download</button>}
      </header>
      {found !== null && !raw
        ? <>{found.before !== '' && <p class="message-text"><Visible text={found.before} lines /></p>}<JsonTree json={found.json} map={signal.map} fields={fields} columns={columns} onColumn={onColumn} /></>
        : <LongText text={text} />}
    </section>
  )
}

function LongText({ text }: { text: string }) {
  const [whole, setWhole] = useState(false)
  const { text: start, cut } = shortened(text, shownMost)
  return (
    <>
      <div class="message-text" tabIndex={0} role="region" aria-label="Message">
        {whole ? <Parts text={text} /> : <Visible text={start} lines />}
      </div>
      {cut && <button type="button" class="quiet text" aria-expanded={whole} onClick={() => setWhole(!whole)}>{whole ? 'Show less' : `… show all ${exact(text.length)} characters`}</button>}
    </>
  )
}

function save(text: string, time: string) {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = address
  link.download = `message-${time.replace(/[^0-9TZ-]/g, '')}.txt`
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
