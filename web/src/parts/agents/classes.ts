/** What kinds of readers there are (docs/agents.md), in the order in which they are stacked and listed. */
export interface ReaderClass {
  readonly name: string
  /** Stands in its mark, so that nobody needs the colour. */
  readonly letter: string
  readonly about: string
  /** Counts as AI. */
  readonly isAi: boolean
}

export const classes: readonly ReaderClass[] = [
  { name: 'training', letter: 'T', isAi: true, about: 'Collects pages that may train models' },
  { name: 'search', letter: 'S', isAi: true, about: 'Builds the index that an AI answer engine cites from' },
  { name: 'user-fetch', letter: 'U', isAi: true, about: 'Reads one page now because a person asked an assistant' },
  { name: 'agent', letter: 'A', isAi: true, about: 'A browser in the cloud that acts for a person' },
  { name: 'coding', letter: 'C', isAi: true, about: 'A coding tool that reads documentation' },
  { name: 'data-provider', letter: 'D', isAi: true, about: 'A scrape or search API that sells to AI builders' },
  { name: 'search-engine', letter: 'E', isAi: false, about: 'A classic index. Googlebot, bingbot, Applebot and Bravebot also feed AI answers' },
  { name: 'undocumented', letter: 'X', isAi: false, about: 'A name whose operator documents nothing, or denies it' },
  { name: 'preview', letter: 'P', isAi: false, about: 'Makes the preview of a link' },
  { name: 'ads', letter: 'M', isAi: false, about: 'Checks the landing pages of advertisements' },
  { name: 'other-bot', letter: 'O', isAi: false, about: 'Other automation' },
  { name: 'tool', letter: 'L', isAi: false, about: 'HTTP libraries, command-line tools, browsers without a window' },
  { name: 'empty', letter: 'N', isAi: false, about: 'No user agent at all' },
  { name: 'human-like', letter: 'H', isAi: false, about: 'Looks like a browser, or an application in a person\'s hands' },
]

const listed = (wanted: (one: ReaderClass) => boolean) => `class:${classes.filter(wanted).map(one => one.name).join(',')}`

/** Lets through the rows of AI agents. */
export const aiTest = listed(one => one.isAi)

/** Lets through all that is no person's browser, as far as it can be told. */
export const automationTest = listed(one => one.name !== 'human-like')

/** Automation that no rule names. */
export const unnamedTest = 'class:other-bot,tool,undocumented,empty -agent:*'

export function classOf(name: string): ReaderClass | undefined {
  return classes.find(one => one.name === name)
}

/** The colour of a class, as a CSS variable. */
export function classColor(name: string): string {
  return classOf(name) === undefined ? '--ink-3' : `--class-${name}`
}

/** Every second of the stack is hatched: two that touch differ by more than their colour. */
export function isHatched(name: string): boolean {
  return classes.findIndex(one => one.name === name) % 2 === 1
}
