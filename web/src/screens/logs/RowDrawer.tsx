import { useMemo, useState } from 'preact/hooks'
import { type Field } from '../../api/catalogue'
import { ask } from '../../api/client'
import { useAsked } from '../../api/use'
import { Copy } from '../../parts/Copy'
import { Dialog } from '../../parts/Dialog'
import { Icon } from '../../parts/Icon'
import { Empty, Failed, Loading, sentence } from '../../parts/States'
import { Visible } from '../../parts/Visible'
import { remember, remembered } from '../../state/stored'
import { addressOf } from '../../state/url'
import { askRow } from './ask'
import { Status, textOf, type Times } from './Cell'
import { briefOf } from './brief'
import { shortened } from './decode'
import { FieldValue } from './FieldValue'
import { grouped, hasValue, unfolded } from './groups'
import type { Values } from './identity'
import { LevelMark } from './LevelMark'
import { MessageBox } from './MessageBox'
import type { LogSignal } from './signals'

interface RowDrawerProps {
  readonly signal: LogSignal
  readonly rowKey: string
  readonly fields: readonly Field[]
  readonly times: Times
  readonly columns: readonly string[]
  readonly onColumn: (name: string) => void
  /** The rows before and after in the list; null where the list ends or does not know this one. */
  readonly previous: (() => void) | null
  readonly next: (() => void) | null
  readonly onClose: () => void
  readonly onAround: (scope: string) => void
}

/** Everything that one row says. Its address opens it again. */
export function RowDrawer({ signal, rowKey, fields, times, columns, onColumn, previous, next, onClose, onAround }: RowDrawerProps) {
  const asked = useAsked(`row ${signal.name} ${rowKey}`, abort => askRow(signal, rowKey, abort).then(values => ({ values })))
  const values = asked.data?.values ?? null
  const actions = (
    <>
      <button type="button" class="quiet" aria-label="Row above" title="Row above (k)" disabled={previous === null} onClick={() => previous?.()}><Icon name="up" /></button>
      <button type="button" class="quiet" aria-label="Row below" title="Row below (j)" disabled={next === null} onClick={() => next?.()}><Icon name="down" /></button>
    </>
  )
  return (
    <Dialog kind="drawer" name="Row" title={values === null ? 'Row' : <Title signal={signal} values={values} />} actions={actions} onClose={onClose}>
      <div class={`row-drawer ${asked.stale ? 'stale' : ''}`} aria-busy={asked.loading}>
        {asked.error !== null && values === null && <Failed error={asked.error} />}
        {asked.data === null && asked.error === null && <Loading rows={8} />}
        {asked.data !== null && values === null && !asked.stale && (
          <Empty title="This row is not stored"><p>It may be older than what is kept, or the link is not complete.</p></Empty>
        )}
        {values !== null && <Content signal={signal} values={values} fields={fields} times={times} rowKey={rowKey} columns={columns} onColumn={onColumn} onAround={onAround} />}
      </div>
    </Dialog>
  )
}

function Title({ signal, values }: { signal: LogSignal; values: Values }) {
  const texts = signal.heading.map(name => textOf(values[name] ?? null)).map(text => signal.text === '' ? text : briefOf(text, titleMost).lead.split('\n', 1)[0]!)
  const text = texts.filter(part => part !== '').join(' ')
  return (
    <span class="row-title">
      {signal.shapes['level'] === 'level' && <LevelMark level={textOf(values['level'] ?? null)} />}
      {values['status'] !== null && values['status'] !== undefined && <Status status={Number(values['status'])} />}
      <span class="row-title-text"><Visible text={shortened(text, titleMost).text} empty="Row" /></span>
    </span>
  )
}

const titleMost = 160

interface ContentProps {
  readonly signal: LogSignal
  readonly values: Values
  readonly fields: readonly Field[]
  readonly times: Times
  readonly rowKey: string
  readonly columns: readonly string[]
  readonly onColumn: (name: string) => void
  readonly onAround: (scope: string) => void
}

function Content({ signal, values, fields, times, rowKey, columns, onColumn, onAround }: ContentProps) {
  const [explained, setExplained] = useState(() => remembered('logs.explained') !== 'no')
  const uses = useUses(signal)
  const found = useMemo(() => unfolded(values, signal.map), [values, signal])
  const stored = useMemo(() => new Map(Object.entries((signal.map === '' ? null : values[signal.map]) ?? {}).map(([name, value]) => [name, textOf(value)])), [values, signal])
  const shown = signal.text === '' ? found : { ...found, [signal.text]: null }
  const explain = () => {
    remember('logs.explained', explained ? 'no' : null)
    setExplained(!explained)
  }
  const about = (name: string) => [fields.find(field => field.name === name)?.description, uses.get(name)].map(text => sentence(text ?? '')).filter(text => text !== '').join(' ')
  const json = () => JSON.stringify(Object.fromEntries(Object.entries(values).filter(([, value]) => hasValue(value))), null, 2)
  return (
    <>
      <div class="row-tools">
        <Copy text={json} label="Copy as JSON" />
        <Copy text={() => location.origin + addressOf(null, { row: rowKey, live: null })} label="Copy link" />
        <button type="button" class="small" aria-pressed={explained} onClick={explain}>Explain</button>
        <span class="row-around" role="group" aria-label="Rows around this one, without the filter">
          <span>Rows around:</span>
          <button type="button" class="small" title="The 50 rows before and after this one, without the filter" onClick={() => onAround('all')}>All</button>
          {signal.scopes.filter(scope => hasValue(values[scope.field])).map(scope => (
            <button type="button" class="small" key={scope.field} onClick={() => onAround(scope.field)}>{scope.name}</button>
          ))}
        </span>
      </div>
      {signal.text !== '' && <MessageBox signal={signal} text={textOf(values[signal.text] ?? null)} values={values} fields={stored} columns={columns} onColumn={onColumn} />}
      {grouped(shown, signal.groups).map(group => (
        <section key={group.name} class="row-group">
          <h3>{group.name}</h3>
          <dl>
            {group.fields.map(field => (
              <div key={field.name} class="row-field">
                <dt title={about(field.name)}><Visible text={shortened(keyOf(field.name, signal.map), 200).text} /></dt>
                <FieldValue signal={signal} name={field.name} value={field.value} times={times} about={explained ? about(field.name) : ''} columns={columns} onColumn={onColumn} />
              </div>
            ))}
          </dl>
        </section>
      ))}
    </>
  )
}

// Under the heading of the map its name says nothing more.
function keyOf(name: string, map: string): string {
  return map !== '' && name.startsWith(`${map}.`) ? name.slice(map.length + 1) : name
}

/** What the fields of the log are good for, where the server says it. */
function useUses(signal: LogSignal): ReadonlyMap<string, string> {
  const setup = useAsked(signal.name === 'requests' ? 'setup' : null, abort => ask<{ fields?: { column: string; use?: string }[] }>('/api/setup', { signal: abort }))
  return new Map((setup.data?.fields ?? []).map(field => [field.column, field.use ?? '']))
}
