import { useEffect, useRef, useState } from 'preact/hooks'
import { useFields, type Field } from '../api/catalogue'
import { type Discovered, useDiscovered } from '../api/discovered'
import { ask, type Facet, query, Refused, search } from '../api/client'
import { both, flipped, isFilterable, nameOf, quoted, replaced, type Term, termsOf, testOf, without, wordAt } from '../filter/terms'
import { compact } from '../format/numbers'
import { Icon } from '../parts/Icon'
import { sentence } from '../parts/States'
import { Visible } from '../parts/Visible'
import { currentRange } from '../state/range'
import { type FilterSignal, filterSignal } from './filterSignal'
import { go, useParam, useView } from '../state/url'
import { focusFilter } from './Shortcuts'

interface Offer {
  readonly text: string
  readonly insert: string
  readonly note: string
  /** A field's name is followed by its value, so the list stays open. */
  readonly goesOn: boolean
}

/** The filter of the screen: a chip for each test, and a line to write more, with completion of fields and values. */
export function FilterBar() {
  const filter = useParam('q') ?? ''
  const signal = filterSignal(useView())
  const terms = termsOf(filter)
  const [draft, setDraft] = useState('')
  const [problem, setProblem] = useState<{ text: string; position: number | null } | null>(null)
  const input = useRef<HTMLInputElement>(null)
  focusFilter.current = () => input.current?.focus()

  const apply = async (text: string) => {
    const wanted = both(filter, text)
    if (text.trim() === '') return
    try {
      // A second of time is enough for the server to judge it.
      await query({ signal: signal.name, from: '-1s', to: 'now', measures: [signal.count], where: text })
    } catch (error) {
      if (error instanceof Refused && error.kind === 'filter-invalid') return setProblem({ text: error.message, position: error.position })
    }
    setProblem(null)
    setDraft('')
    go({ q: wanted })
  }

  const edit = (term: Term) => {
    go({ q: without(filter, term.text) })
    setDraft(term.text)
    input.current?.focus()
  }

  return (
    <div class="filter-bar" role="search" aria-label="Filter">
      <Icon name="filter" />
      {terms.map(term => (
        <Chip key={term.text} term={term} onEdit={() => edit(term)} onFlip={() => go({ q: replaced(filter, term.text, flipped(term)) })} onRemove={() => go({ q: without(filter, term.text) })} />
      ))}
      <FilterInput
        input={input} draft={draft} others={filter} signal={signal} placeholder={terms.length === 0 ? signal.example : 'and …'}
        onDraft={text => { setDraft(text); setProblem(null) }} onApply={text => void apply(text)}
        onBack={() => terms.length > 0 && edit(terms[terms.length - 1]!)} />
      {terms.length > 0 && <button type="button" class="quiet" aria-label="Remove the filter" title="Remove the filter" onClick={() => go({ q: null })}><Icon name="close" /></button>}
      {problem !== null && (
        <div class="filter-problem" role="alert">
          {problem.position !== null && <pre aria-hidden="true">{draft}{'\n'}{' '.repeat(Math.min(problem.position, draft.length))}^</pre>}
          <p>{sentence(problem.text)}</p>
        </div>
      )}
    </div>
  )
}

function Chip({ term, onEdit, onFlip, onRemove }: { term: Term; onEdit: () => void; onFlip: () => void; onRemove: () => void }) {
  return (
    <span class={`chip ${term.negated ? 'negated' : ''}`}>
      <button type="button" class="chip-sign" aria-label={`${term.negated ? 'Include' : 'Exclude'} ${term.text}`} title={term.negated ? 'Excluded: click to include' : 'Included: click to exclude'} onClick={onFlip}>
        <Icon name={term.negated ? 'minus' : 'plus'} size={12} />
      </button>
      <button type="button" class="chip-text" title="Change" onClick={onEdit}>
        {term.field === null ? <Visible text={term.rest} /> : <><b>{term.field}</b> <Visible text={term.rest} /></>}
      </button>
      <button type="button" class="chip-close" aria-label={`Remove ${term.text}`} title="Remove" onClick={onRemove}><Icon name="close" size={12} /></button>
    </span>
  )
}

const noChoice = { draft: '', at: -1 }

interface InputProps {
  readonly input: { current: HTMLInputElement | null }
  readonly draft: string
  readonly signal: FilterSignal
  /** The tests that hold already: values are counted under them. */
  readonly others: string
  readonly placeholder: string
  readonly onDraft: (text: string) => void
  readonly onApply: (text: string) => void
  readonly onBack: () => void
}

function FilterInput({ input, draft, signal, others, placeholder, onDraft, onApply, onBack }: InputProps) {
  const [open, setOpen] = useState(false)
  // Of one draft: what was chosen for another holds no more, from the very next key on.
  const [choice, setChoice] = useState(noChoice)
  const [place, setPlace] = useState(0)
  const offers = useOffers(signal, draft, place, others, open)
  const chosen = open && choice.draft === draft ? choice.at : -1

  const write = (text: string, at: number) => {
    onDraft(text)
    setPlace(at)
    setOpen(true)
  }
  const take = (offer: Offer) => {
    const word = wordAt(draft, place)
    const text = draft.slice(0, word.start) + offer.insert + draft.slice(word.end)
    const at = word.start + offer.insert.length
    write(text, at)
    if (!offer.goesOn) setOpen(false)
    requestAnimationFrame(() => input.current?.setSelectionRange(at, at))
  }
  const keys = (event: KeyboardEvent) => {
    const chosenOffer = open ? offers[chosen] : undefined
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      setOpen(true)
      if (offers.length > 0) setChoice({ draft, at: (chosen + (event.key === 'ArrowDown' ? 1 : chosen < 0 ? 0 : offers.length - 1) + offers.length) % offers.length })
    } else if ((event.key === 'Enter' || event.key === 'Tab') && chosenOffer) {
      event.preventDefault()
      take(chosenOffer)
    } else if (event.key === 'Enter') {
      setOpen(false)
      onApply(draft)
    } else if (event.key === 'Escape') {
      if (open) setOpen(false)
      else input.current?.blur()
    } else if (event.key === 'Backspace' && draft === '') {
      event.preventDefault()
      onBack()
    }
  }

  return (
    <div class="filter-input">
      <input
        ref={input} type="text" role="combobox" aria-expanded={open && offers.length > 0} aria-controls="filter-offers" aria-autocomplete="list" aria-label="Filter"
        aria-activedescendant={chosen >= 0 ? `offer-${chosen}` : undefined} value={draft} placeholder={placeholder} spellcheck={false} autocomplete="off" autocapitalize="off" maxLength={4096}
        onInput={event => write(event.currentTarget.value, event.currentTarget.selectionStart ?? event.currentTarget.value.length)}
        onKeyDown={keys} onFocus={() => { setOpen(true); setChoice(noChoice) }} onBlur={() => setOpen(false)} />
      {open && offers.length > 0 && (
        <ul class="offers" id="filter-offers" role="listbox" aria-label="Completions">
          {offers.map((offer, index) => (
            <li key={offer.insert} id={`offer-${index}`} role="option" aria-selected={index === chosen} onPointerDown={event => { event.preventDefault(); take(offer) }}>
              <span class="offer-text"><Visible text={offer.text} /></span><span class="offer-note">{offer.note}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function useOffers(signal: FilterSignal, draft: string, place: number, others: string, open: boolean): readonly Offer[] {
  const fields = useFields(signal.name, open)
  const range = currentRange()
  const keys = useDiscovered(open && signal.map !== '' ? { signal: signal.name, ...range, where: '' } : null)
  const word = wordAt(draft, place)
  const field = fields.find(one => one.name === word.field) ?? (word.field !== null && signal.map !== '' ? keyField(word.field) : null)
  const values = useValues(signal.name, open && field?.dimension === true ? field : null, word.typed, others)
  if (word.field !== null) return values.map(one => valueOffer(word.field!, one, word.negated))
  if (!open) return []
  const typed = word.typed.toLowerCase()
  const known = fields.filter(one => one.type !== 'map').map(one => ({ name: one.name, note: one.description }))
  return [...known, ...(keys.data?.fields ?? []).filter(one => one.name.startsWith(`${signal.map}.`) && isFilterable(one.name)).map(one => keyName(one, signal))]
    .filter(one => one.name.toLowerCase().includes(typed))
    .sort((a, b) => Number(b.name.toLowerCase().startsWith(typed)) - Number(a.name.toLowerCase().startsWith(typed)))
    .slice(0, 12)
    .map(one => ({ text: one.name, insert: `${nameOf(one.name)}:`, note: one.note, goesOn: true }))
}

function keyName({ name, rows }: Discovered, { many }: FilterSignal) {
  return { name, note: `found in ${compact(rows)} ${rows === 1 ? many.slice(0, -1) : many}` }
}

// What the catalogue does not name is looked for among the keys of the map.
function keyField(name: string): Field {
  return { name, type: 'text', dimension: true, column: false, description: '' }
}

function valueOffer(field: string, one: Facet['values'][number], negated: boolean): Offer {
  const value = one.value as string | number | boolean | null
  const text = value === null ? '(none)' : String(value)
  return { text, insert: value === null && negated ? `${nameOf(field)}:*` : testOf(field, value), note: compact(one.count), goesOn: false }
}

/** The most frequent values of a field that begin as typed. */
function useValues(signal: string, field: Field | null, typed: string, others: string): Facet['values'] {
  const [kept, setKept] = useState<{ key: string; values: Facet['values'] }>({ key: '', values: [] })
  const key = field === null ? '' : `${field.name}\n${signal}\n${typed}\n${others}`
  useEffect(() => {
    if (field === null) return
    const abort = new AbortController()
    const timer = setTimeout(() => {
      const range = currentRange()
      const begin = typed.replace(/^"/, '').replace(/["*]+$/, '')
      const narrowed = begin !== '' && field.type === 'text' ? `${field.name}:${quoted(begin)}*` : ''
      ask<{ facets: Facet[] }>(`/api/facets?${search({ signal, field: field.name, from: range.from, to: range.to, where: both(others, narrowed), limit: 12 })}`, { signal: abort.signal })
        .then(answer => setKept({ key, values: (answer.facets[0]?.values ?? []).filter(one => field.type === 'text' || String(one.value).startsWith(begin)) }), () => undefined)
    }, 120)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [key])
  return field !== null && (kept.key === key || kept.key.startsWith(`${field.name}\n`)) ? kept.values : []
}
