import { both } from '../filter/terms'
import { type Counted, rowsBehind } from '../filter/reads'
import { compact, exact } from '../format/numbers'
import { ago, at } from '../format/times'
import { Link } from '../shell/Link'
import { useParam } from '../state/url'
import { useZone } from '../state/zone'

interface RowsProps {
  /** A test of the row that the figure stands in. */
  readonly test: string
  readonly of: Counted
  /** A range of its own, if it is not the screen's. */
  readonly range?: { readonly from: string; readonly to: string } | undefined
}

/** The address of the rows behind a figure, as changes of this one. */
export function useRowsOf(test: string, of: Counted): string {
  return both(useParam('q') ?? '', both(test, rowsBehind[of]))
}

/** A count that leads to its rows. In a `SortTable` the arrow keys reach it; elsewhere it is `tabbed`. */
export function Count({ value, test, of, range, tabbed = false }: RowsProps & { value: number; tabbed?: boolean }) {
  const q = useRowsOf(test, of)
  return value === 0 ? <span class="zero">0</span> : <Link screen="logs" changes={{ q, ...range }} {...(!tabbed && { tabIndex: -1 })} class="figure" title={`${exact(value)}: show the rows`}>{compact(value)}</Link>
}

/** When something last was, as a way to it. */
export function Moment({ value, test, of, range, never = '–' }: RowsProps & { value: number | null; never?: string }) {
  const [q, zone] = [useRowsOf(test, of), useZone()]
  return value === null ? <span class="zero">{never}</span> : <Link screen="logs" changes={{ q, ...range }} tabIndex={-1} class="figure" title={`${at(value, zone, 'full')}: show the rows`}>{age(value)}</Link>
}

/** "4 h": the column says that it is ago. */
function age(ms: number): string {
  return ago(ms, Date.now()).replace(' ago', '')
}
