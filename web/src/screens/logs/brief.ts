import { shortened } from './decode'
import { type Json, readJson } from './json'

/*
 * A message on one line: what a person reads first of it. Of JSON that is what its program called the message, then the other members as name and
 * value; of a text of several lines the first.
 */

export interface Brief {
  /** What stands first: the text, or of JSON the message within. */
  readonly lead: string
  readonly pairs: readonly { readonly name: string; readonly value: string }[]
  /** Lines of the message; those of its JSON are none. */
  readonly lines: number
  /** There is more than this. */
  readonly cut: boolean
}

// What is longer is not taken apart for a line of a list; the drawer does.
const parsedMost = 32_768

const leading = ['message', 'msg', '@message', 'error.message', 'errorMessage', 'event']

// They have columns of their own.
const repeated = /^@?(?:level|severity|lvl|loglevel|timestamp|time|ts)$/i

/** At most `most` characters of a message. */
export function briefOf(message: string, most: number): Brief {
  const found = message.length <= parsedMost ? jsonIn(message) : null
  if (found !== null) return ofJson(found.before, found.json, most)
  const { text, cut } = shortened(message, most)
  return { lead: text, pairs: [], lines: linesOf(message), cut }
}

/** The JSON of a message, also behind the words that Lambda's runtimes write before it. */
export function jsonIn(message: string): { readonly before: string; readonly json: Json } | null {
  const begin = /^\s*[[{]/.test(message) ? 0 : message.indexOf('\t{') + 1
  if (begin === 0 && !/^\s*[[{]/.test(message)) return null
  const json = readJson(message.slice(begin))
  return json === null ? null : { before: message.slice(0, begin).trimEnd(), json }
}

function ofJson(before: string, json: Json, most: number): Brief {
  const all = [...leaves(json)]
  const first = leading.map(name => all.find(pair => pair.name === name && pair.value !== '')).find(pair => pair !== undefined)
  const others = all.filter(pair => pair !== first)
  const pairs = [...others.filter(pair => !repeated.test(pair.name)), ...others.filter(pair => repeated.test(pair.name))]
  let left = most
  const take = (text: string) => {
    const { text: part } = shortened(text, Math.max(0, left))
    left -= text.length
    return part
  }
  const lead = take([before, first?.value ?? ''].filter(part => part !== '').join(' '))
  const shown = []
  for (const pair of pairs) {
    if (left <= 0) break
    left -= pair.name.length + 2
    shown.push({ name: pair.name, value: take(pair.value) })
  }
  return { lead, pairs: shown, lines: 1, cut: left < 0 || shown.length < pairs.length }
}

/** Members with a value, nested names joined by dots; an array is one, as in the fields. */
function* leaves(json: Json, prefix = ''): Generator<{ name: string; value: string }> {
  if (json.kind !== 'object') return void (yield { name: prefix === '' ? 'items' : prefix, value: written(json) })
  for (const { name, value } of json.entries) {
    const whole = prefix === '' ? name : `${prefix}.${name}`
    if (value.kind === 'object' && value.entries.length > 0) yield* leaves(value, whole)
    else yield { name: whole, value: written(value) }
  }
}

/** JSON on one line; a text as it is. */
export function written(json: Json, within = false): string {
  switch (json.kind) {
    case 'word': return json.text
    case 'text': return within ? JSON.stringify(json.text) : json.text
    case 'array': return `[${json.entries.map(entry => written(entry.value, true)).join(', ')}]`
    case 'object': return `{${json.entries.map(entry => `${JSON.stringify(entry.name)}: ${written(entry.value, true)}`).join(', ')}}`
  }
}

/** Lines of a text; a break at its very end begins none. */
export function linesOf(text: string): number {
  let lines = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < text.length - 1; at = text.indexOf('\n', at + 1)) lines++
  return lines
}
