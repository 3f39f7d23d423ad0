import { useState } from 'preact/hooks'
import { inUnit, exact, type Unit } from '../format/numbers'
import { at, bucketShape } from '../format/times'
import { Icon } from './Icon'
import { type ChartSeries, type Mark, marksIn, Plot, type PlotProps } from './plot/Plot'

export type { ChartSeries, Mark }

/** Height of the bar with the legend above a chart, in pixels: for who keeps its place free. */
export const chartBar = 26

interface TimeChartProps extends Omit<PlotProps, 'height'> {
  readonly title: string
  readonly height?: number
}

/** A series over time: a figure with a legend, a pointer that reads values, a brush, and the same numbers as a table. */
export function TimeChart(props: TimeChartProps) {
  const { title, times, series, kind, unit, zone, range, height = 220 } = props
  const [hidden, setHidden] = useState<readonly string[]>([])
  const [asTable, setAsTable] = useState(false)
  const shown = series.filter(one => !hidden.includes(one.name))
  const toggle = (name: string) => setHidden(hidden.includes(name) ? hidden.filter(other => other !== name) : [...hidden, name])
  return (
    <figure class="chart" aria-label={title}>
      <div class="chart-bar">
        {series.length > 1 && (
          <div class="legend" role="group" aria-label="Series">
            {series.map(one => (
              <button type="button" key={one.name} class="legend-item" aria-pressed={!hidden.includes(one.name)} onClick={() => toggle(one.name)}>
                <i class={one.hatched === true ? 'hatched' : ''} style={{ background: `var(${one.color})` }} />{one.name}
              </button>
            ))}
          </div>
        )}
        <button type="button" class="quiet chart-switch" aria-pressed={asTable} title={asTable ? 'Show as chart' : 'Show as table'} aria-label={`Show ${title} as ${asTable ? 'chart' : 'table'}`} onClick={() => setAsTable(!asTable)}>
          <Icon name={asTable ? 'chart' : 'table'} size={14} />
        </button>
      </div>
      {asTable
        ? <ChartTable title={title} times={times} series={shown} unit={unit} zone={zone} height={height} range={range} />
        : <Plot {...props} series={shown} height={height} />}
      <figcaption class="hidden-text">{summary(title, times, shown, kind, unit, zone, range)}{markSummary(marksIn(props.marks ?? [], range), zone)}</figcaption>
    </figure>
  )
}

function ChartTable({ title, times, series, unit, zone, height, range }: Pick<TimeChartProps, 'title' | 'times' | 'series' | 'unit' | 'zone' | 'range'> & { height: number }) {
  return (
    <div class="chart-table" style={{ height: `${height}px` }} tabIndex={0} role="region" aria-label={`${title}, as a table`}>
      <table class="table">
        <caption class="hidden-text">{title}</caption>
        <thead><tr><th scope="col">Time</th>{series.map(one => <th scope="col" class="number" key={one.name}>{one.name}</th>)}</tr></thead>
        <tbody>
          {times.map((time, place) => (
            <tr key={time}>
              <th scope="row">{at(time, zone, range[1] - range[0] > 86_400_000 ? 'dayClock' : bucketShape(range[1] - range[0]))}</th>
              {series.map(one => <td class="number" key={one.name}>{unit === 'count' && one.values[place] != null ? exact(one.values[place]!) : inUnit(one.values[place] ?? null, unit)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function markSummary(marks: readonly Mark[], zone: string): string {
  return marks.map(mark => ` ${mark.name} at ${at(mark.time, zone, 'full')}.`).join('')
}

function summary(title: string, times: readonly number[], series: readonly ChartSeries[], kind: 'bars' | 'lines', unit: Unit, zone: string, range: readonly [number, number]): string {
  const span = `${title}, ${at(range[0], zone, 'full')} to ${at(range[1], zone, 'full')}, ${zone}`
  const parts = series.map(one => {
    const known = one.values.filter((value): value is number => value !== null)
    if (known.length === 0) return `${one.name}: no data`
    const top = Math.max(...known)
    const when = at(times[one.values.indexOf(top)] ?? range[0], zone, 'dayClock')
    return kind === 'bars'
      ? `${one.name}: ${inUnit(known.reduce((sum, value) => sum + value, 0), unit)} in all, most at ${when} with ${inUnit(top, unit)}`
      : `${one.name}: highest at ${when} with ${inUnit(top, unit)}, last ${inUnit(known[known.length - 1]!, unit)}`
  })
  return `${span}. ${parts.join('. ')}.`
}
