/*
 * The browser's half of the filter grammar (docs/filters.md): it cuts a filter into the tests that the screen shows as chips, and writes new
 * ones. It does not judge: what is wrong is said by the server, with its position.
 */

export interface Term {
  /** As it stands in the filter, with its minus sign. */
  readonly text: string
  readonly start: number
  readonly end: number
  readonly negated: boolean
  /** The field, if the term is a simple test of one. */
  readonly field: string | null
  /** What stands behind the field and its sign. */
  readonly rest: string
}

// A name, or a key of a map in quotes behind the map's name: fields."user name". What stands behind it is a sign of comparison.
const tested = /^([A-Za-z_][A-Za-z0-9_-]*\."(?:[^"\\]|\\.)*"|[A-Za-z_][A-Za-z0-9_.-]*)(:|!=|>=|<=|=|>|<)(.*)$/s

/** Cuts a filter at the blanks between its tests. A filter with OR is one term: its parts do not stand by themselves. */
export function termsOf(filter: string): Term[] {
  const words = wordsOf(filter)
  if (words.some(word => word.text === 'OR')) {
    const text = filter.trim()
    return [termOf(text, filter.indexOf(text))]
  }

  const terms: Term[] = []
  let negate: { start: number } | null = null
  for (const word of words) {
    if (word.text === 'AND') continue
    if (word.text === 'NOT') {
      negate = { start: word.start }
      continue
    }
    const start = negate?.start ?? word.start
    terms.push(termOf(filter.slice(start, word.end), start))
    negate = null
  }
  return terms
}

/** The filter with one more test, unless it is there already; the opposite test is replaced by it. */
export function withTest(filter: string, test: string): string {
  const terms = termsOf(filter)
  if (terms.some(term => term.text === test)) return filter
  const opposite = test.startsWith('-') ? test.slice(1) : `-${test}`
  if (terms.some(term => term.text === opposite)) return replaced(filter, opposite, test)
  const base = filter.trim()
  if (base === '') return test
  return terms.length === 1 && hasOr(base) ? `(${base}) ${test}` : `${base} ${test}`
}

/** The filter without a test. */
export function without(filter: string, test: string): string {
  return replaced(filter, test, '')
}

/** The filter without any test of a field, as far as they stand by themselves. */
export function withoutField(filter: string, field: string): string {
  return termsOf(filter).filter(term => term.field !== field).map(term => term.text).reduce(both, '')
}

export function replaced(filter: string, test: string, by: string): string {
  const term = termsOf(filter).find(candidate => candidate.text === test)
  if (!term) return filter
  // Blanks between tests may go; those within quotes are part of a value.
  return [filter.slice(0, term.start).trim(), by, filter.slice(term.end).trim()].filter(part => part !== '').join(' ')
}

/** Includes become excludes and the other way round. */
export function flipped(term: Term): string {
  if (term.text.startsWith('NOT ')) return term.text.slice(4).trim()
  return term.text.startsWith('-') ? term.text.slice(1) : /\s/.test(term.text) && hasOr(term.text) && !term.text.startsWith('(') ? `-(${term.text})` : `-${term.text}`
}

/** The test that a field has exactly this value; null is "has none". */
export function testOf(field: string, value: string | number | boolean | null, exclude = false): string {
  const sign = exclude ? '-' : ''
  const name = nameOf(field)
  if (value === null) return exclude ? `${name}:*` : `-${name}:*`
  if (typeof value !== 'string') return `${sign}${name}:${value}`
  return `${sign}${name}:${quoted(value)}`
}

/** A field's name as a filter writes it: a key of a map that holds other characters stands in quotes. */
export function nameOf(field: string): string {
  const dot = field.indexOf('.')
  return isPlain(field) || dot < 1 ? field : `${field.slice(0, dot + 1)}"${field.slice(dot + 1).replace(/[\\"]/g, '\\$&')}"`
}

/** Whether a filter can test the field. */
export function isFilterable(field: string): boolean {
  return isPlain(field) || /^[A-Za-z_][A-Za-z0-9_-]*\../.test(field)
}

function isPlain(field: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_.-]*$/.test(field)
}

function fieldOf(written: string): string {
  const quote = written.indexOf('"')
  return quote < 0 ? written : written.slice(0, quote) + written.slice(quote + 1, -1).replace(/\\(.)/gs, '$1')
}

/** Quotes a text unless the grammar reads it as itself. */
export function quoted(text: string): string {
  return /^[A-Za-z_/][A-Za-z0-9_./-]*$/.test(text) && !/^(AND|OR|NOT)$/.test(text) ? text : `"${text.replace(/[\\"]/g, '\\$&')}"`
}

/** Both filters must hold. */
export function both(one: string, other: string): string {
  const [a, b] = [one.trim(), other.trim()]
  if (a === '' || b === '') return a + b
  return `${hasOr(a) ? `(${a})` : a} ${hasOr(b) ? `(${b})` : b}`
}

/** What is being written at a place: the word around it, cut into field and value. */
export function wordAt(filter: string, place: number): { start: number; end: number; negated: boolean; field: string | null; typed: string } {
  const word = wordsOf(filter).find(candidate => candidate.start <= place && place <= candidate.end)
  if (!word) return { start: place, end: place, negated: false, field: null, typed: '' }
  let start = word.start
  while (filter[start] === '(' || filter[start] === '-') start++
  const negated = filter.slice(word.start, start).includes('-')
  const text = filter.slice(start, Math.max(start, place))
  const test = tested.exec(text)
  return { start, end: word.end, negated, field: test ? fieldOf(test[1]!) : null, typed: test ? test[3]! : text }
}

function termOf(text: string, start: number): Term {
  const bare = text.replace(/^(?:-|NOT\s+)/, '')
  const test = tested.exec(bare)
  const negated = bare !== text
  return test && !hasOr(text)
    ? { text, start, end: start + text.length, negated, field: fieldOf(test[1]!), rest: test[2] === ':' ? test[3]! : `${test[2]}${test[3]}` }
    : { text, start, end: start + text.length, negated, field: null, rest: bare }
}

function hasOr(filter: string): boolean {
  return wordsOf(filter).some(word => word.text === 'OR')
}

// Blanks outside of quotes and parentheses separate words.
function wordsOf(filter: string): { text: string; start: number; end: number }[] {
  const words: { text: string; start: number; end: number }[] = []
  let start = -1
  let depth = 0
  let inQuotes = false
  for (let place = 0; place <= filter.length; place++) {
    const character = filter[place]
    const ends = character === undefined || (/\s/.test(character) && !inQuotes && depth <= 0)
    if (ends) {
      if (start >= 0) words.push({ text: filter.slice(start, place), start, end: place })
      start = -1
      continue
    }
    if (start < 0) start = place
    if (inQuotes && character === '\\') place++
    else if (character === '"') inQuotes = !inQuotes
    else if (!inQuotes && character === '(') depth++
    else if (!inQuotes && character === ')') depth--
  }
  // A backslash at the very end jumps over it.
  if (start >= 0) words.push({ text: filter.slice(start), start, end: filter.length })
  return words
}
