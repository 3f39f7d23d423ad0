import { columnOf, wholeBuckets } from '../api/answers'
import type { Answer } from '../api/client'
import type { Asked } from '../api/use'
import { change, exact, inUnit, points } from '../format/numbers'
import type { Figure } from './figure'
import { Spark } from './Spark'
import { Failed } from './States'

/** The figures that answer in a glance, each with its change and its course. */
export function Tiles({ figures, totals, slower, series, comparable }: { figures: readonly Figure[]; totals: Asked<Answer>; slower: Asked<Answer>; series: Asked<Answer>; comparable: boolean }) {
  if (totals.error !== null && totals.data === null) return <section class="panel tiles-failed"><Failed error={totals.error} /></section>
  return (
    <>
      <dl class={`tiles ${totals.stale ? 'stale' : ''}`} aria-busy={totals.loading || slower.loading}>
        {figures.map(tile => <OneTile key={tile.measure} tile={tile} totals={tile.slow === true ? slower.data : totals.data} series={series.data} comparable={comparable} />)}
      </dl>
      {totals.data?.meta.scaled === true && <p class="qualifier">Part of the log is a sample: counts and bytes are scaled, visitors and times are of the rows.</p>}
    </>
  )
}

function OneTile({ tile, totals, series, comparable }: { tile: Figure; totals: Answer | null; series: Answer | null; comparable: boolean }) {
  const value = totals === null ? null : columnOf(totals, tile.measure)[0] ?? null
  const delta = totals === null || !comparable ? null : columnOf(totals, `${tile.measure}_change`)[0] ?? null
  const before = totals === null ? null : columnOf(totals, `${tile.measure}_before`)[0] ?? null
  const good = delta === null || Math.abs(delta) < 0.005 || tile.moreIsBetter === null ? '' : (delta > 0) === tile.moreIsBetter ? 'good' : 'bad'
  return (
    <div class="tile" title={tile.about}>
      <dt>{tile.name}</dt>
      <dd>
        <span class="tile-value" title={value === null || tile.unit !== 'count' ? undefined : exact(value)}>{totals === null ? <i class="blank" /> : inUnit(value, tile.unit)}</span>
        <span class="tile-delta">
          {delta !== null && <span class={`delta ${good}`} title={`Before: ${inUnit(before, tile.unit)}`}>{tile.unit === 'ratio' ? points((value ?? 0) - (before ?? 0)) : change(delta)}<span class="hidden-text"> against the period before</span></span>}
        </span>
        <Spark values={series === null ? [] : wholeBuckets(series, columnOf(series, tile.spark ?? tile.measure))} />
      </dd>
    </div>
  )
}
