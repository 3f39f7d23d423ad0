/** The bytes of base64, as the server writes them; null if it is not base64. */
export function bytesOfBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text), character => character.charCodeAt(0))
  } catch {
    return null
  }
}

/** The bytes as UTF-8 text; what is none becomes U+FFFD. `max` bytes at most, cut where a character ends. */
export function textOfBytes(bytes: Uint8Array, max = Infinity): string {
  let end = Math.min(bytes.length, max)
  // A byte 10xxxxxx goes on with the character before it.
  while (end > 0 && end < bytes.length && (bytes[end]! & 0xc0) === 0x80) end--
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, end))
}

const width = 16

/** Lines as `hexdump -C` writes them: place, sixteen bytes, and the printable ASCII among them. */
export function hexLines(bytes: Uint8Array, max = Infinity): string[] {
  const lines: string[] = []
  for (let start = 0; start < Math.min(bytes.length, max); start += width) {
    const row = [...bytes.subarray(start, Math.min(start + width, max))]
    const hex = row.map(byte => byte.toString(16).padStart(2, '0'))
    const text = row.map(byte => byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.').join('')
    lines.push(`${start.toString(16).padStart(8, '0')}  ${hex.slice(0, 8).join(' ').padEnd(23)}  ${hex.slice(8).join(' ').padEnd(23)}  |${text}|`)
  }
  return lines
}

/** The first line of a text and no more than `max` characters of it. */
export function shortened(text: string, max: number): string {
  const line = text.replace(/\r?\n$/, '')
  const characters = [...line.slice(0, max * 2)]
  return characters.length <= max && line.length <= max * 2 ? line : `${characters.slice(0, max - 1).join('')}…`
}
