import { useState } from 'preact/hooks'
import { exact } from '../../format/numbers'
import { Visible } from '../../parts/Visible'
import { shortened } from './decode'
import { FieldSigns } from './FieldSigns'
import type { Entry, Json } from './json'
import { Parts } from './Parts'

interface TreeProps {
  /** The map that holds the members, by names joined by dots. */
  readonly map: string
  /** What is stored of them: a test of the filter compares with that, not with what stands here. */
  readonly fields: ReadonlyMap<string, string>
  readonly columns: readonly string[]
  readonly onColumn: (name: string) => void
}

const openDepth = 3
const entriesMost = 100
const textMost = 2000

/** JSON as a tree whose branches fold, each member with what can be done with it. */
export function JsonTree({ json, ...rest }: TreeProps & { json: Json }) {
  if (json.kind === 'text' || json.kind === 'word') return <Scalar json={json} />
  return <div class="json-tree"><Entries entries={json.entries} kind={json.kind} path={json.kind === 'array' ? null : ''} depth={0} {...rest} /></div>
}

interface EntriesProps extends TreeProps {
  readonly entries: readonly Entry[]
  readonly kind: 'object' | 'array'
  /** Names above, joined; null within an array, whose members are no fields of their own. */
  readonly path: string | null
  readonly depth: number
}

function Entries({ entries, kind, path, depth, ...rest }: EntriesProps) {
  const [all, setAll] = useState(false)
  const shown = all ? entries : entries.slice(0, entriesMost)
  return (
    <ul>
      {shown.map((entry, place) => <Member key={place} entry={entry} numbered={kind === 'array'} path={path === null ? null : path === '' ? entry.name : `${path}.${entry.name}`} depth={depth} {...rest} />)}
      {entries.length > shown.length && <li><button type="button" class="quiet text" onClick={() => setAll(true)}>Show all {exact(entries.length)}</button></li>}
    </ul>
  )
}

function Member({ entry, numbered, path, depth, ...rest }: TreeProps & { entry: Entry; numbered: boolean; path: string | null; depth: number }) {
  const { value } = entry
  const [open, setOpen] = useState(depth < openDepth)
  const name = <span class={numbered ? 'json-place' : 'json-name'}><Visible text={shortened(entry.name, 200).text} /></span>
  const stored = path === null ? undefined : rest.fields.get(path)
  const signs = stored === undefined ? null : <FieldSigns name={`${rest.map}.${path}`} value={stored} columns={rest.columns} onColumn={rest.onColumn} />
  if (value.kind === 'text' || value.kind === 'word') return <li class="json-leaf"><span>{name}: <Scalar json={value} /></span>{signs}</li>
  const size = `${exact(value.entries.length)} ${value.entries.length === 1 ? (value.kind === 'array' ? 'item' : 'member') : value.kind === 'array' ? 'items' : 'members'}`
  if (value.entries.length === 0) return <li class="json-leaf"><span>{name}: {value.kind === 'array' ? '[ ]' : '{ }'}</span>{signs}</li>
  return (
    <li>
      <div class="json-leaf">
        <button type="button" class="json-fold" aria-expanded={open} onClick={() => setOpen(!open)}>{name} <small>{value.kind === 'array' ? '[' : '{'} {size} {value.kind === 'array' ? ']' : '}'}</small></button>
        {signs}
      </div>
      {open && <Entries entries={value.entries} kind={value.kind} path={value.kind === 'array' ? null : path} depth={depth + 1} {...rest} />}
    </li>
  )
}

function Scalar({ json }: { json: Extract<Json, { text: string }> }) {
  const [all, setAll] = useState(false)
  if (json.kind === 'word') return <span class="json-word">{json.text}</span>
  const { text, cut } = shortened(json.text, textMost)
  return (
    <>
      <span class="json-text">{all ? <Parts text={json.text} /> : <Visible text={text} lines empty='""' />}</span>
      {cut && !all && <button type="button" class="quiet text" onClick={() => setAll(true)}>… show all {exact(json.text.length)} characters</button>}
    </>
  )
}
