/** The most characters that Firehose allows in the value of a common attribute. */
export const attributeCharsMax = 1024

/** Numbers as the shortest list of ranges: 1-46,70. */
export function rangesOf(numbers: readonly number[]): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b)
  const ranges: [number, number][] = []
  for (const number of sorted) {
    const last = ranges[ranges.length - 1]
    if (last !== undefined && last[1] === number - 1) last[1] = number
    else ranges.push([number, number])
  }
  return ranges.map(([first, last]) => first === last ? String(first) : last === first + 1 ? `${first},${last}` : `${first}-${last}`).join(',')
}
