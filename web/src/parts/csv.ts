export type Cell = string | number | boolean | null

/**
 * A table as RFC 4180. As in the server's exports, nothing is nothing and the empty text is `""`; and because texts come from strangers and
 * spreadsheets run what looks like a formula, such a text gets an apostrophe in front.
 */
export function csvOf(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map(row => `${row.map(field).join(',')}\r\n`).join('')
}

function field(value: Cell): string {
  if (value === null) return ''
  if (typeof value !== 'string') return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text
}
