/*
 * JSON as it is written. JSON.parse would change what it shows: numbers beyond 2^53 lose digits, 1.0 becomes 1, a name that is there twice is there
 * once. So it only judges whether the text is JSON; then the text is read again, and each scalar keeps its characters.
 */

export type Json =
  | { readonly kind: 'object'; readonly entries: readonly Entry[] }
  | { readonly kind: 'array'; readonly entries: readonly Entry[] }
  | { readonly kind: 'text'; readonly text: string }
  /** A number, true, false or null, as it is written. */
  | { readonly kind: 'word'; readonly text: string }

export interface Entry {
  readonly name: string
  readonly value: Json
}

/** A document with more is data and no log line: it is shown as text. */
const mostNodes = 20_000
const mostDepth = 100

const token = /\s*(?:([{}[\],:])|("[^"\\]*(?:\\.[^"\\]*)*")|([^\s{}[\],:"]+))/sy

/** An object or array; null for everything else, and for one that is too large to be shown as a tree. */
export function readJson(text: string): Json | null {
  if (!/^\s*[[{]/.test(text)) return null
  try {
    JSON.parse(text)
  } catch {
    return null
  }
  return read(text)
}

interface Open {
  readonly kind: 'object' | 'array'
  readonly entries: Entry[]
  readonly name: string
}

function read(text: string): Json | null {
  const open: Open[] = []
  let name: string | null = null
  let nodes = 0
  token.lastIndex = 0
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    const [, mark, quoted, word] = found
    const top = open[open.length - 1]
    if (mark === '{' || mark === '[') {
      if (open.length >= mostDepth) return null
      open.push({ kind: mark === '{' ? 'object' : 'array', entries: [], name: nameIn(top, name) })
      name = null
    } else if (mark === '}' || mark === ']') {
      const closed: Json = { kind: top!.kind, entries: top!.entries }
      open.pop()
      if (open.length === 0) return closed
      open[open.length - 1]!.entries.push({ name: top!.name, value: closed })
    } else if (quoted !== undefined && top!.kind === 'object' && name === null) {
      name = JSON.parse(quoted) as string
    } else if (mark === undefined) {
      if (++nodes > mostNodes) return null
      top!.entries.push({ name: nameIn(top, name), value: quoted === undefined ? { kind: 'word', text: word! } : { kind: 'text', text: JSON.parse(quoted) as string } })
      name = null
    }
  }
  return null
}

function nameIn(parent: Open | undefined, name: string | null): string {
  return parent === undefined ? '' : parent.kind === 'array' ? String(parent.entries.length) : name ?? ''
}
