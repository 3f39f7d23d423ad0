import { go, view } from '../../state/url'
import { namesOf, type Entry } from './ask'
import { isOf, type Line, linesMost, readLines, type Target, usualStat, writeLines } from './line'

/* What is in the graph stands in the address; these change it. */

export function currentLines(): Line[] {
  return readLines(view.value.params.get('m'))
}

export function setLines(lines: readonly Line[]): void {
  go({ m: writeLines(lines), at: null, hide: null })
}

export function changeLine(place: number, change: Partial<Line>): void {
  setLines(currentLines().map((line, index) => index === place ? { ...line, ...change } : line))
}

/** Adds a line unless the target is drawn, and takes all away that draw it if it is. */
export function toggle(target: Target, entry: Entry, by = ''): void {
  const lines = currentLines()
  if (lines.some(line => isOf(line, target))) return setLines(lines.filter(line => !isOf(line, target)))
  if (lines.length < linesMost) setLines([...lines, { ...target, stat: usualStat(entry.unit), by, colour: null }])
}

/** A metric as a whole: the set with the fewest dimensions, because each set counts everything once. */
export function targetOf({ namespace, metric, sets }: Entry): Target {
  return { namespace, metric, series: null, set: sets.length > 1 ? sets[0]! : null }
}

/** Each series of a set by itself. */
export function splitOf(set: string): string {
  const names = namesOf(set)
  return names.length === 0 ? '' : names.length === 1 ? `dimensions.${names[0]}` : 'series'
}
