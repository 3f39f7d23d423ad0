import { numberIn } from '../../api/answers'
import { exact, percent } from '../../format/numbers'
import { Link } from '../../shell/Link'
import { useRowsOf } from '../../parts/Rows'
import { deliveredShare } from './columns'
import type { Line } from './lines'

const parts = [
  { measure: 'delivered_page_reads', name: 'delivered', color: '--status-2xx' },
  { measure: 'blocked_page_reads', name: 'blocked', color: '--status-000' },
  { measure: 'missing_page_reads', name: 'missing', color: '--status-4xx' },
  { measure: 'failed_page_reads', name: 'failed', color: '--status-5xx' },
] as const

/** How reads were answered, as a bar; its number leads to those that were not delivered. What the bar leaves free was redirected or is no clear answer. */
export function StatusMix({ line }: { line: Line }) {
  const q = useRowsOf(line.test, 'undelivered_page_reads')
  const share = deliveredShare(line)
  if (share === null) return <span class="zero">–</span>
  const reads = numberIn(line.row, 'page_reads')
  const counts = parts.map(part => numberIn(line.row, part.measure))
  const rest = reads - counts.reduce((sum, count) => sum + count, 0)
  const words = [...parts.map((part, place) => [part.name, counts[place]!] as const), ['redirected', rest] as const].filter(([, count]) => count > 0).map(([name, count]) => `${exact(count)} ${name}`).join(', ')
  let left = 0
  return (
    <span class="mix" title={words}>
      <svg width="56" height="8" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
        <rect width="1" height="1" fill="var(--line)" />
        {parts.map((part, place) => {
          const width = counts[place]! / reads
          left += width
          return width > 0 && <rect key={part.name} x={left - width} width={width} height="1" fill={`var(${part.color})`} />
        })}
      </svg>
      {share === 1 ? <span>100 %</span> : <Link screen="logs" changes={{ q }} tabIndex={-1} class="figure-link" title={`${words}: show those not delivered`}>{percent(Math.floor(share * 1000) / 1000)}</Link>}
      <span class="hidden-text">{words}</span>
    </span>
  )
}
