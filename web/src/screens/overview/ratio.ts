/** Under so many visits a ratio says nothing. */
const visitsMin = 10

/** Reads for each visit in words: `12 : 1`, or why there is none. */
export function ratioOf(reads: number, visits: number): string {
  if (visits === 0) return reads === 0 ? '–' : 'no visits'
  if (visits < visitsMin) return 'too few'
  const ratio = reads / visits
  return `${ratio >= 10 ? Math.round(ratio).toLocaleString('en') : ratio.toFixed(1)} : 1`
}
