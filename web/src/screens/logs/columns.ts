/*
 * The columns of the table as they stand in the address: names with commas, in their order.
 */

const most = 40

/** What the address says; what it says wrongly is left out. `known` is empty until the catalogue is there; what `map` holds, as in `fields.userId`, nobody knows before. */
export function columnsOf(text: string | null, known: readonly string[], fallback: readonly string[], map = ''): readonly string[] {
  const named = [...new Set((text ?? '').split(',').map(name => name.trim()))]
    .filter(name => isKeyOf(map, name) || (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && (known.length === 0 || known.includes(name))))
    .slice(0, most)
  return named.length > 0 ? named : fallback
}

function isKeyOf(map: string, name: string): boolean {
  return map !== '' && name.startsWith(`${map}.`) && name.length > map.length + 1
}

/** For the address; null if it need not say them. */
export function columnsText(columns: readonly string[], fallback: readonly string[]): string | null {
  const text = columns.join(',')
  return text === '' || text === fallback.join(',') ? null : text
}

/** With a column more or less; the last one stays. */
export function toggled(columns: readonly string[], name: string): readonly string[] {
  if (!columns.includes(name)) return columns.length < most ? [...columns, name] : columns
  return columns.length > 1 ? columns.filter(other => other !== name) : columns
}

/** With a column `by` places further to the end. */
export function moved(columns: readonly string[], name: string, by: number): readonly string[] {
  const from = columns.indexOf(name)
  const to = from + by
  if (from < 0 || to < 0 || to >= columns.length) return columns
  const next = columns.filter(other => other !== name)
  next.splice(to, 0, name)
  return next
}

export function matches(name: string, description: string, typed: string): boolean {
  const words = typed.toLowerCase().split(/\s+/).filter(word => word !== '')
  const text = `${name} ${name.replaceAll('_', ' ')} ${description}`.toLowerCase()
  return words.every(word => text.includes(word))
}
