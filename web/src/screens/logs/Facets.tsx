import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { ask, type Facet, search, type Value } from '../../api/client'
import { useAsked } from '../../api/use'
import { type Term, termsOf, testOf, withTest, without } from '../../filter/terms'
import { compact, exact } from '../../format/numbers'
import { Icon } from '../../parts/Icon'
import { Failed } from '../../parts/States'
import { Visible } from '../../parts/Visible'
import { levelOf, gravity } from '../../parts/levels'
import { remember, remembered } from '../../state/stored'
import { go, useParam, view } from '../../state/url'
import type { RowsAsk } from './ask'
import { shortened } from './decode'
import { FoundFields } from './FoundFields'
import { facetName, type FacetField, keyIn, type LogSignal } from './signals'

type Plain = string | number | boolean | null

const brief = 6
const long = 50

interface FacetsProps {
  readonly signal: LogSignal
  readonly asked: RowsAsk
  /** The rows come first: until they are there nothing else is asked. */
  readonly wait: boolean
  /** The filter cannot be read, so nothing can be counted. */
  readonly invalid: boolean
  readonly columns: readonly string[]
  readonly onColumn: (name: string) => void
}

/** The most frequent values of some fields, each of which includes or excludes. */
export function Facets({ signal, asked, wait, invalid, columns, onColumn }: FacetsProps) {
  const [closed, setClosed] = useState(() => closedOf(signal))
  const toggle = (field: string) => {
    const next = closed.includes(field) ? closed.filter(other => other !== field) : [...closed, field]
    setClosed(next)
    remember(`logs.closed.${signal.name}`, next.join(','))
  }
  const open = signal.facets.map(one => one.field).filter(field => !closed.includes(field))
  const { from, to, tz, where } = asked
  const answer = useAsked(wait || invalid || open.length === 0 ? null : `facets ${open.join()} ${from} ${to} ${tz} ${where}`, abort =>
    ask<{ facets: Facet[] }>(`/api/facets?${search({ signal: signal.name, field: open, from, to, tz, where, limit: brief + 1 })}`, { signal: abort }))
  const placing = answer.data === null && answer.error === null && !invalid && open.some(field => sizes[field] === undefined)
  return (
    <div class={`facets ${answer.stale && !wait ? 'stale' : ''} ${placing ? 'placing' : ''}`} aria-busy={answer.loading}>
      {answer.error !== null && !invalid && <Failed error={answer.error} />}
      {signal.facets.map(facet => (
        <OneFacet key={facet.field} signal={signal} facet={facet} asked={asked} invalid={invalid} failed={answer.error !== null} closed={closed.includes(facet.field)} onToggle={() => toggle(facet.field)}
          first={answer.data?.facets.find(one => one.field === facet.field)?.values ?? null} />
      ))}
      {signal.map !== '' && <FoundFields signal={signal} asked={asked} wait={wait || invalid || answer.data === null} columns={columns} onColumn={onColumn} />}
    </div>
  )
}

function closedOf(signal: LogSignal): readonly string[] {
  const chosen = remembered(`logs.closed.${signal.name}`)
  return chosen === null ? signal.facets.filter(facet => !facet.open).map(facet => facet.field) : chosen.split(',')
}

/** How many lines each facet had, so that the list does not jump when it is loaded the next time. */
const sizes: Record<string, number> = Object.fromEntries((remembered('logs.sizes') ?? '').split(',').map(pair => pair.split(':')).map(([field, size]) => [field, Math.min(Number(size) || 0, brief + 1)]))

function keepSize(field: string, size: number) {
  if (sizes[field] === size || size === 0) return
  sizes[field] = size
  remember('logs.sizes', Object.entries(sizes).filter(([name]) => name !== '').map(pair => pair.join(':')).join(','))
}

interface OneFacetProps {
  readonly signal: LogSignal
  readonly facet: FacetField
  readonly asked: RowsAsk
  readonly invalid: boolean
  readonly failed: boolean
  readonly closed: boolean
  readonly first: Facet['values'] | null
  /** It asks for its values itself; nobody did for it. */
  readonly alone?: boolean
  /** Beside its name. */
  readonly beside?: ComponentChildren
  readonly onToggle: () => void
}

export function OneFacet({ signal, facet, asked, invalid, failed, closed, first, alone = false, beside, onToggle }: OneFacetProps) {
  const [many, setMany] = useState(false)
  const { from, to, tz, where } = asked
  const all = useAsked((many || alone) && !closed && !invalid ? `facet ${facet.field} ${from} ${to} ${tz} ${where}` : null, abort =>
    ask<{ facets: Facet[] }>(`/api/facets?${search({ signal: signal.name, field: facet.field, from, to, tz, where, limit: long })}`, { signal: abort }))
  const values = inOrder(signal, facet.field, (many || alone ? all.data?.facets[0]?.values : null) ?? first)
  const terms = termsOf(useParam('q') ?? '').filter(term => term.field !== null && keyIn(signal, term.field) === facet.field)
  // There are no more levels than seven.
  const few = signal.shapes[facet.field] === 'level' ? brief + 1 : brief
  const shown = values?.slice(0, many ? long : few) ?? []
  const tests = shown.flatMap(one => [testOf(facet.field, one.value as Plain), testOf(facet.field, one.value as Plain, true)])
  const elsewhere = terms.filter(term => !tests.includes(term.text))
  useEffect(() => { if (values !== null && !many && !alone) keepSize(facet.field, shown.length + (values.length > few ? 1 : 0)) })
  const most = Math.max(1, ...shown.map(one => one.count))
  const id = `facet-${facet.field.replace(/[^\w.-]/g, '_')}`
  return (
    <section class="facet">
      <h2>
        <button type="button" class="facet-head" aria-expanded={!closed} aria-controls={id} onClick={onToggle}>
          <Icon name={closed ? 'right' : 'down'} size={13} /><span class="facet-title"><Visible text={facet.name} /></span>{terms.length > 0 && <span class="facet-active">{terms.length} active</span>}
        </button>
        {beside}
      </h2>
      <div id={id} hidden={closed} class={many && all.stale ? 'stale' : ''}>
        {!closed && (
          <>
            <ul class="facet-list">
              {elsewhere.map(term => <OtherTest key={term.text} term={term} />)}
              {shown.map(one => <OneValue key={String(one.value)} signal={signal} field={facet.field} value={one.value} count={one.count} most={most} terms={terms} />)}
            </ul>
            {values === null && !invalid && !failed && Array.from({ length: sizes[facet.field] ?? brief }, (_, row) => <i key={row} class="blank facet-blank" />)}
            {values !== null && shown.length === 0 && <p class="note facet-none">No values</p>}
            {values !== null && (values.length > few || many) && <button type="button" class="quiet text" aria-label={`${many ? 'Fewer' : 'More'} of ${facet.name}`} onClick={() => setMany(!many)}>{many ? 'Fewer' : 'More'}</button>}
          </>
        )}
      </div>
    </section>
  )
}

/** A test of the filter on this field whose value is not among those that are counted, such as one that is excluded. */
function OtherTest({ term }: { term: Term }) {
  const text = shortened(term.rest, 200).text
  return (
    <li class={`facet-row ${term.negated ? 'excluded' : 'included'}`}>
      <button type="button" class="facet-value" aria-pressed="true" title="Click to remove it from the filter" onClick={() => remove(term.text)}>
        <span class="facet-mark"><Icon name={term.negated ? 'minus' : 'check'} size={12} /></span>
        <span class="facet-name"><Visible text={text} /></span>
        <span class="facet-count">{term.negated ? 'out' : ''}</span>
      </button>
    </li>
  )
}

interface OneValueProps {
  readonly signal: LogSignal
  readonly field: string
  readonly value: Value
  readonly count: number
  readonly most: number
  readonly terms: readonly Term[]
}

function OneValue({ signal, field, value, count, most, terms }: OneValueProps) {
  const plain = value as Plain
  const [include, exclude] = [testOf(field, plain), testOf(field, plain, true)]
  const included = terms.some(term => term.text === include)
  const excluded = terms.some(term => term.text === exclude)
  const text = value === null ? '' : shortened(String(value), 200).text
  const name = facetName(signal, field, text)
  // A key that a row does not have is as if it were empty.
  const isKey = signal.map !== '' && field.startsWith(`${signal.map}.`)
  const toggle = (event: MouseEvent) => {
    if (event.altKey || event.shiftKey) return excluded ? remove(exclude) : add(exclude)
    return included ? remove(include) : excluded ? remove(exclude) : add(include)
  }
  return (
    <li class={`facet-row ${included ? 'included' : ''} ${excluded ? 'excluded' : ''}`}>
      <button type="button" class="facet-value" aria-pressed={included || excluded} title={`${(signal.shapes[field] === 'tail' ? text : name) || (value === null ? '(none)' : '(empty)')}\n${exact(count)}\nClick to filter by it; Alt-click to leave it out`} onClick={toggle}>
        <svg class="top-fill" width="100%" height="100%" preserveAspectRatio="none" viewBox="0 0 100 1" aria-hidden="true"><rect width={(count / most) * 100} height="1" /></svg>
        {(included || excluded) && <span class="facet-mark"><Icon name={excluded ? 'minus' : 'check'} size={12} /></span>}
        {signal.shapes[field] === 'level' && <i class="facet-swatch" style={{ background: `var(${levelOf(text).color})` }} aria-hidden="true" />}
        <span class="facet-name"><Visible text={name} empty={value === null || isKey ? '(none)' : '(empty)'} /></span>
        <span class="facet-count">{compact(count)}</span>
      </button>
      <span class="facet-signs">
        <button type="button" class="quiet" aria-label={`Only ${field} ${text || 'empty'}`} title="Only this" onClick={() => add(include)}><Icon name="plus" size={12} /></button>
        <button type="button" class="quiet" aria-label={`Without ${field} ${text || 'empty'}`} title="Leave it out" onClick={() => add(exclude)}><Icon name="minus" size={12} /></button>
      </span>
    </li>
  )
}

// Levels stand by gravity; everything else as it came, the most frequent first.
function inOrder(signal: LogSignal, field: string, values: Facet['values'] | null | undefined): Facet['values'] | null {
  if (values === null || values === undefined) return null
  return signal.shapes[field] === 'level' ? [...values].sort((a, b) => gravity(String(a.value)) - gravity(String(b.value))) : values
}

function add(test: string) {
  go({ q: withTest(view.value.params.get('q') ?? '', test) })
}

function remove(test: string) {
  go({ q: without(view.value.params.get('q') ?? '', test) })
}
