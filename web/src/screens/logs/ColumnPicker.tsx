import { useEffect, useRef, useState } from 'preact/hooks'
import type { Field } from '../../api/catalogue'
import { useDiscovered } from '../../api/discovered'
import { Icon } from '../../parts/Icon'
import { Popover } from '../../parts/Popover'
import { go } from '../../state/url'
import { exact } from '../../format/numbers'
import type { RowsAsk } from './ask'
import { columnsText, matches, moved, toggled } from './columns'
import { isColumn, type LogSignal } from './signals'

interface ColumnPickerProps {
  readonly signal: LogSignal
  readonly asked: RowsAsk
  readonly columns: readonly string[]
  readonly fallback: readonly string[]
  readonly fields: readonly Field[]
}

/** Which columns the table has, and their order: part of the address, so that a link shows the same table. */
export function ColumnPicker(props: ColumnPickerProps) {
  return (
    <Popover class="column-picker" name="Columns" align="right" label={<><Icon name="columns" /><span class="wide">Columns</span></>}>
      {() => <Choice {...props} />}
    </Popover>
  )
}

function Choice({ signal, asked, columns, fallback, fields: known }: ColumnPickerProps) {
  const [typed, setTyped] = useState('')
  const { from, to, where } = asked
  const found = useDiscovered(signal.map === '' ? null : { signal: signal.name, from, to, where })
  const keys = (found.data?.fields ?? []).filter(one => isColumn(one.name)).map(one => ({ name: one.name, description: `In ${exact(one.rows)} of the newest ${exact(found.data!.rows)} rows.` }))
  const fields = [...known.filter(one => one.name !== signal.map), ...keys]
  const box = useRef<HTMLDivElement>(null)
  const touched = useRef<string | null>(null)
  const set = (next: readonly string[], by: string | null = null) => {
    touched.current = by
    go({ cols: columnsText(next, fallback) }, { replace: true })
  }
  useEffect(() => {
    // What was pressed has moved to another place in the lists, and lost the focus by that.
    if (touched.current === null) return
    const moved = box.current?.querySelector<HTMLElement>(`[data-name="${touched.current}"]:not(:disabled)`)
    ;(moved ?? box.current?.querySelector<HTMLElement>('input'))?.focus()
    touched.current = null
  }, [columns])
  const about = (name: string) => fields.find(field => field.name === name)?.description ?? ''
  const others = fields.filter(field => !columns.includes(field.name) && matches(field.name, field.description, typed))
  return (
    <div class="columns-box" ref={box}>
      <input type="search" placeholder="Find a field" aria-label="Find a field" value={typed} onInput={event => setTyped(event.currentTarget.value)} />
      <div class="columns-lists">
        <ul aria-label="Shown, in this order">
          {columns.filter(name => matches(name, about(name), typed)).map(name => (
            <li key={name} class="column-on">
              <label title={about(name)}><input type="checkbox" data-name={name} checked disabled={columns.length === 1} onChange={() => set(toggled(columns, name), name)} />{name}</label>
              <button type="button" class="quiet" aria-label={`Move ${name} left`} title="Further left" data-name={`${name}-left`} disabled={columns[0] === name} onClick={() => set(moved(columns, name, -1), `${name}-left`)}><Icon name="up" size={13} /></button>
              <button type="button" class="quiet" aria-label={`Move ${name} right`} title="Further right" data-name={`${name}-right`} disabled={columns[columns.length - 1] === name} onClick={() => set(moved(columns, name, 1), `${name}-right`)}><Icon name="down" size={13} /></button>
            </li>
          ))}
        </ul>
        <ul aria-label="Not shown">
          {others.map(field => (
            <li key={field.name}>
              <label><input type="checkbox" data-name={field.name} checked={false} onChange={() => set(toggled(columns, field.name), field.name)} /><span>{field.name}<small>{field.description}</small></span></label>
            </li>
          ))}
        </ul>
      </div>
      <button type="button" class="small" onClick={() => set(fallback)}>Usual columns</button>
    </div>
  )
}
