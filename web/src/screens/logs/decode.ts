/*
 * Texts of a request taken apart for reading. They come from strangers: whatever cannot be decoded stays as it is.
 */

/** Percent-encoding undone as often as it changes something (logs encode what browsers had encoded), at most three times; null if there is none. */
export function decoded(text: string): string | null {
  let current = text
  for (let round = 0; round < 3; round++) {
    const next = once(current)
    if (next === current) break
    current = next
  }
  return current === text ? null : current
}

/** Names and values of a query string, in their order. */
export function queryPairs(query: string): { readonly name: string; readonly value: string | null }[] {
  return query.replace(/^\?/, '').split('&').filter(part => part !== '').map(part => {
    const at = part.indexOf('=')
    const read = (piece: string) => once(piece.replaceAll('+', ' '))
    return at < 0 ? { name: read(part), value: null } : { name: read(part.slice(0, at)), value: read(part.slice(at + 1)) }
  })
}

/** Lines of `name:value`. The last may be cut, as the log cuts it. Nothing is decoded: an encoded line break in a value must not look like a header. */
export function headerLines(text: string): { readonly name: string; readonly value: string | null }[] {
  return text.split(/\r?\n/).filter(line => line !== '').map(line => {
    const at = line.indexOf(':')
    return at < 1 ? { name: line, value: null } : { name: line.slice(0, at), value: line.slice(at + 1).trim() }
  })
}

/** The beginning of a text, and whether that is not all. Never cuts a character in two. */
export function shortened(text: string, most: number): { readonly text: string; readonly cut: boolean } {
  if (text.length <= most) return { text, cut: false }
  const end = /[\ud800-\udbff]/.test(text[most - 1]!) ? most - 1 : most
  return { text: text.slice(0, end), cut: true }
}

// Runs of bytes that are no UTF-8 stay encoded, the rest is decoded.
function once(text: string): string {
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, run => {
    try {
      return decodeURIComponent(run)
    } catch {
      return run.replace(/%[2-7][0-9A-Fa-f]/g, one => decodeURIComponent(one))
    }
  })
}
