import type { Unit } from '../format/numbers.ts'

/** A figure in a tile. */
export interface Figure {
  readonly measure: string
  readonly name: string
  readonly unit: Unit
  /** Whether more is better; null where it is neither. */
  readonly moreIsBetter: boolean | null
  readonly about: string
  /** What its small line shows, if not the measure itself. */
  readonly spark?: string
  /** Takes the server several times as long as the others. */
  readonly slow?: boolean
  /** The filter of the rows that it counts, beside that of the screen: then the figure leads to them. */
  readonly rows?: string
  /** A count that belongs beside it, such as what a share leaves out. It comes with the same answer. */
  readonly beside?: { readonly measure: string; readonly name: string }
}
