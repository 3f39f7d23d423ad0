import { useState } from 'preact/hooks'
import type { Value } from '../../api/client'
import { isFilterable } from '../../filter/terms'
import { filterBy } from '../../filter/use'
import { countryName } from '../../format/countries'
import { bytes, duration, exact } from '../../format/numbers'
import { ago, at } from '../../format/times'
import { copyText } from '../../parts/Copy'
import { Icon } from '../../parts/Icon'
import { Visible } from '../../parts/Visible'
import { ColumnSign } from './FieldSigns'
import { LevelMark } from './LevelMark'
import { Status, textOf, type Times } from './Cell'
import { decoded, headerLines, queryPairs, shortened } from './decode'
import { isColumn, type LogSignal } from './signals'

interface FieldValueProps {
  readonly signal: LogSignal
  readonly name: string
  readonly value: Value
  readonly times: Times
  readonly about: string
  readonly columns: readonly string[]
  readonly onColumn: (name: string) => void
}

// A filter has at most 4,096 characters.
const filterMost = 2000
const shownMost = 2000

/** A value of the drawer: the whole of it, taken apart where that helps, and what can be done with it. */
export function FieldValue({ signal, name, value, times, about, columns, onColumn }: FieldValueProps) {
  const [copied, setCopied] = useState(false)
  const text = textOf(value)
  const plain = typeof value !== 'object' && signal.shapes[name] !== 'time' && text.length <= filterMost && isFilterable(name)
  const copy = () => copyText(text).then(() => {
    setCopied(true)
    setTimeout(() => setCopied(false), 2000)
  }, () => undefined)
  return (
    <dd>
      <div class="row-value">
        <div class="row-text"><Shown signal={signal} name={name} value={value} times={times} /></div>
        <div class="row-signs">
          {plain && <button type="button" class="quiet" aria-label={`Filter by ${name}`} title="Only rows with this value" onClick={() => filterBy(name, value)}><Icon name="plus" size={13} /></button>}
          {plain && <button type="button" class="quiet" aria-label={`Exclude by ${name}`} title="Only rows without it" onClick={() => filterBy(name, value, true)}><Icon name="minus" size={13} /></button>}
          {signal.map !== '' && isColumn(name) && <ColumnSign name={name} columns={columns} onColumn={onColumn} />}
          <button type="button" class="quiet" aria-label={copied ? `Copied ${name}` : `Copy ${name}`} title={copied ? 'Copied' : 'Copy'} onClick={() => void copy()}><Icon name={copied ? 'check' : 'copy'} size={13} /></button>
        </div>
      </div>
      {about !== '' && <p class="row-about">{about}</p>}
    </dd>
  )
}

function Shown({ signal, name, value, times }: Pick<FieldValueProps, 'signal' | 'name' | 'value' | 'times'>) {
  const number = Number(value)
  const text = textOf(value)
  switch (signal.shapes[name]) {
    case 'time': return <Moment ms={Date.parse(String(value))} text={String(value)} times={times} />
    case 'level': return <LevelMark level={text} />
    case 'status': return <Status status={number} />
    case 'seconds': return <>{duration(number)} <small>{exact(number)} s</small></>
    case 'bytes': return <>{bytes(number)}{number >= 1000 && <> <small>{exact(number)} bytes</small></>}</>
    case 'country': return <Visible text={countryName(String(value))} />
  }
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return <Pairs pairs={Object.entries(value).map(([key, one]) => ({ name: key, value: textOf(one) }))} />
  if (typeof value === 'boolean') return <>{value ? 'yes' : 'no'}</>
  if (signal.headers.includes(name)) return <Pairs pairs={headerLines(text)} />
  return (
    <>
      <Long text={text} />
      {signal.encoded.includes(name) && <Decoded text={text} />}
      {signal.queries.includes(name) && text.includes('=') && <Pairs pairs={queryPairs(text)} />}
    </>
  )
}

function Moment({ ms, text, times }: { ms: number; text: string; times: Times }) {
  if (Number.isNaN(ms)) return <Visible text={text} />
  return <time dateTime={text}>{at(ms, times.zone, 'fullMillis')} <small>{times.zone}, {ago(ms, times.now)}</small></time>
}

function Decoded({ text }: { text: string }) {
  const plain = decoded(text)
  return plain === null ? null : <div class="row-decoded"><small>decoded</small> <Long text={plain} /></div>
}

/** Texts of many kilobytes are shown from their beginning, and whole on demand. */
function Long({ text }: { text: string }) {
  const [whole, setWhole] = useState(false)
  const { text: start, cut } = shortened(text, shownMost)
  return (
    <>
      <span class="row-long"><Visible text={whole ? text : start} /></span>
      {cut && <button type="button" class="quiet text" aria-expanded={whole} onClick={() => setWhole(!whole)}>{whole ? 'Show less' : `… show all ${exact(text.length)} characters`}</button>}
    </>
  )
}

function Pairs({ pairs }: { pairs: readonly { readonly name: string; readonly value: string | null }[] }) {
  const [whole, setWhole] = useState(false)
  const shown = whole ? pairs : pairs.slice(0, 40)
  return (
    <>
      <table class="row-pairs">
        <tbody>
          {shown.map((pair, place) => (
            <tr key={place}><th scope="row"><Visible text={shortened(pair.name, shownMost).text} /></th><td>{pair.value === null ? '' : <Visible text={shortened(pair.value, shownMost).text} />}</td></tr>
          ))}
        </tbody>
      </table>
      {pairs.length > shown.length && <button type="button" class="quiet text" onClick={() => setWhole(true)}>Show all {exact(pairs.length)}</button>}
    </>
  )
}
