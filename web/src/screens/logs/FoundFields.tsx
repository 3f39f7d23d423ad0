import { useState } from 'preact/hooks'
import { useDiscovered } from '../../api/discovered'
import { exact, percent } from '../../format/numbers'
import { Failed } from '../../parts/States'
import { Visible } from '../../parts/Visible'
import type { RowsAsk } from './ask'
import { matches } from './columns'
import { OneFacet } from './Facets'
import { ColumnSign } from './FieldSigns'
import { isColumn, type LogSignal } from './signals'

interface FoundFieldsProps {
  readonly signal: LogSignal
  readonly asked: RowsAsk
  readonly wait: boolean
  readonly columns: readonly string[]
  readonly onColumn: (name: string) => void
}

const brief = 12
const blanks = Array.from({ length: 6 })

/** The keys that the newest of the matching rows have, with how many of them have each. One opens to its values. */
export function FoundFields({ signal, asked, wait, columns, onColumn }: FoundFieldsProps) {
  const [typed, setTyped] = useState('')
  const [open, setOpen] = useState<readonly string[]>([])
  const [many, setMany] = useState(false)
  const { from, to, where } = asked
  const found = useDiscovered(wait ? null : { signal: signal.name, from, to, where })
  const all = (found.data?.fields ?? []).filter(one => matches(one.name, '', typed))
  const fields = many || typed !== '' ? all : all.slice(0, brief)
  const rows = found.data?.rows ?? 0
  const toggle = (name: string) => setOpen(open.includes(name) ? open.filter(other => other !== name) : [...open, name])
  return (
    <section class="found" aria-label="Fields of the messages" aria-busy={found.loading}>
      <h2 class="found-head">Fields <small>{rows > 0 ? `in the newest ${exact(rows)} events` : ''}</small></h2>
      <input type="search" class="found-search" placeholder="Find a field" aria-label="Find a field of the messages" value={typed} onInput={event => setTyped(event.currentTarget.value)} />
      {found.error !== null && found.data === null && <Failed error={found.error} />}
      {found.data === null && found.error === null && blanks.map((_, row) => <i key={row} class="blank facet-blank" />)}
      {fields.map(one => (
        <OneFacet key={one.name} signal={signal} facet={{ field: one.name, name: one.name.slice(signal.map.length + 1), open: false }} asked={asked} invalid={false} failed={false} alone first={null}
          closed={!open.includes(one.name)} onToggle={() => toggle(one.name)}
          beside={(
            <>
              <span class="found-share" title={`${exact(one.rows)} of ${exact(rows)} events`}>{percent(rows === 0 ? 0 : one.rows / rows)}</span>
              {isColumn(one.name) && <ColumnSign name={one.name} columns={columns} onColumn={onColumn} />}
            </>
          )} />
      ))}
      {found.data !== null && all.length === 0 && <p class="note facet-none">{typed === '' ? (rows === 0 ? 'No values' : 'No message here is JSON.') : <>No field has <Visible text={typed} /> in its name.</>}</p>}
      {typed === '' && all.length > brief && <button type="button" class="quiet text" aria-expanded={many} onClick={() => setMany(!many)}>{many ? 'Fewer fields' : `All ${exact(all.length)} fields`}</button>}
    </section>
  )
}
