import { columnOf, wholeBuckets } from '../api/answers'
import type { Answer } from '../api/client'
import type { Asked } from '../api/use'
import { change, compact, exact, inUnit, points } from '../format/numbers'
import { both } from '../filter/terms'
import { Link } from '../shell/Link'
import { useParam } from '../state/url'
import type { Figure } from './figure'
import { Spark } from './Spark'
import { Failed } from './States'

interface TilesProps {
  readonly figures: readonly Figure[]
  readonly totals: Asked<Answer>
  readonly slower: Asked<Answer>
  readonly series: Asked<Answer>
  readonly comparable: boolean
  /** What the figures are of, beside the filter of the screen, such as one agent. */
  readonly test?: string
}

/** The figures that answer in a glance, each with its change and its course. */
export function Tiles({ figures, totals, slower, series, comparable, test = '' }: TilesProps) {
  if (totals.error !== null && totals.data === null) return <section class="panel tiles-failed"><Failed error={totals.error} /></section>
  return (
    <>
      <dl class={`tiles ${totals.stale ? 'stale' : ''}`} aria-busy={totals.loading || slower.loading}>
        {figures.map(tile => <OneTile key={tile.measure} tile={tile} totals={tile.slow === true ? slower.data : totals.data} series={series.data} comparable={comparable} test={test} />)}
      </dl>
      {totals.data?.meta.scaled === true && <p class="qualifier">Part of the log is a sample: counts and bytes are scaled, visitors and times are of the rows.</p>}
    </>
  )
}

function OneTile({ tile, totals, series, comparable, test }: { tile: Figure; totals: Answer | null; series: Answer | null; comparable: boolean; test: string }) {
  const q = useParam('q') ?? ''
  const value = totals === null ? null : columnOf(totals, tile.measure)[0] ?? null
  const delta = totals === null || !comparable ? null : columnOf(totals, `${tile.measure}_change`)[0] ?? null
  const before = totals === null ? null : columnOf(totals, `${tile.measure}_before`)[0] ?? null
  const good = delta === null || Math.abs(delta) < 0.005 || tile.moreIsBetter === null ? '' : (delta > 0) === tile.moreIsBetter ? 'good' : 'bad'
  const beside = totals === null || tile.beside === undefined ? 0 : columnOf(totals, tile.beside.measure)[0] ?? 0
  const text = inUnit(value, tile.unit)
  return (
    <div class="tile" title={tile.about}>
      <dt>{tile.name}{beside > 0 && <small title={`${exact(beside)} ${tile.beside!.name}`}>{compact(beside)} {tile.beside!.name}</small>}</dt>
      <dd>
        <span class="tile-value" title={value === null || tile.unit !== 'count' ? undefined : exact(value)}>{totals === null ? <i class="blank" /> : tile.rows === undefined ? text : <Link screen="logs" changes={{ q: both(both(q, test), tile.rows) }} class="tile-link">{text}</Link>}</span>
        <span class="tile-delta">
          {delta !== null && <span class={`delta ${good}`} title={`Before: ${inUnit(before, tile.unit)}`}>{tile.unit === 'ratio' ? points((value ?? 0) - (before ?? 0)) : change(delta)}<span class="hidden-text"> against the period before</span></span>}
        </span>
        <Spark values={series === null ? [] : wholeBuckets(series, columnOf(series, tile.spark ?? tile.measure))} />
      </dd>
    </div>
  )
}
