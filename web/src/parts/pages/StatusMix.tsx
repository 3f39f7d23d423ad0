import { numberIn } from '../../api/answers'
import { exact } from '../../format/numbers'
import { Link } from '../../shell/Link'
import { useRowsOf } from '../Rows'
import { Strip } from '../Strip'
import { deliveredText, type Line } from './lines'

const parts = [
  { measure: 'delivered_page_reads', name: 'delivered', color: '--status-2xx' },
  { measure: 'redirected_page_reads', name: 'redirected', color: '--status-3xx' },
  { measure: 'blocked_page_reads', name: 'blocked', color: '--status-000' },
  { measure: 'missing_page_reads', name: 'missing', color: '--status-4xx' },
  { measure: 'failed_page_reads', name: 'failed', color: '--status-5xx' },
] as const

/** How reads were answered, as a bar with its words; the number leads to those that were not delivered. */
export function StatusMix({ line }: { line: Line }) {
  const q = useRowsOf(line.test, 'undelivered_page_reads')
  const [reads, text] = [numberIn(line.row, 'page_reads'), deliveredText(line)]
  if (text === null) return <span class="zero">–</span>
  const counts = parts.map(part => numberIn(line.row, part.measure))
  const words = parts.map((part, place) => counts[place]! > 0 ? `${exact(counts[place]!)} ${part.name}` : '').filter(word => word !== '').join(', ')
  return (
    <span class="mix" title={words}>
      <Strip parts={parts.map((part, place) => ({ color: part.color, count: counts[place]! }))} />
      {counts[0] === reads ? text : <Link screen="logs" changes={{ q }} tabIndex={-1} class="figure" title={`${words}: show those not delivered`}>{text}</Link>}
      <span class="hidden-text">: {words}</span>
    </span>
  )
}
