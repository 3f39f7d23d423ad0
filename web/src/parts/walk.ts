const steps: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }

/** Arrow keys go from figure to figure of a table: Tab may then stop at the names of the rows only, or it would stop some hundred times. */
export function walk(event: KeyboardEvent): void {
  const step = steps[event.key]
  const from = (event.target as Element).closest('td, th')
  const row = from?.closest('tr')
  if (step === undefined || !from || !row || event.altKey || event.ctrlKey || event.metaKey) return
  const rows = [...row.closest('table')!.rows]
  // Past cells without a figure, to the next one that has one.
  const next = (line: number, place: number): HTMLElement | null => {
    const cell = rows[line]?.cells[place]
    return cell ? cell.querySelector<HTMLElement>('a, button') ?? next(line + step[0], place + step[1]) : null
  }
  event.preventDefault()
  next(rows.indexOf(row) + step[0], [...row.cells].indexOf(from as HTMLTableCellElement) + step[1])?.focus()
}
