import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { inUnit, exact, type Unit } from '../format/numbers'
import { at, bucketShape } from '../format/times'
import { useStore } from '../state/store'
import { paint } from '../state/theme'
import { Icon } from './Icon'

export interface ChartSeries {
  readonly name: string
  /** A CSS variable, as in `--status-2xx`. */
  readonly color: string
  /** One for each time; null is "not known". */
  readonly values: readonly (number | null)[]
  /** Among bars: a dashed line that is not part of the stack, such as the period before. */
  readonly line?: boolean
}

interface TimeChartProps {
  readonly title: string
  /** Starts of the buckets in ms. */
  readonly times: readonly number[]
  readonly series: readonly ChartSeries[]
  /** Counts are stacked as bars; quantiles and shares are lines. */
  readonly kind: 'bars' | 'lines'
  readonly unit: Unit
  readonly zone: string
  /** The whole range in ms, also where nothing is. */
  readonly range: readonly [number, number]
  readonly height?: number
  /** Called with the edges of the buckets that were drawn over. */
  readonly onBrush?: (from: number, to: number) => void
  /** Stretches of time to shade, such as gaps, with what they mean. */
  readonly shades?: readonly { readonly from: number; readonly to: number; readonly name: string }[]
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
                <i style={{ background: `var(${one.color})` }} />{one.name}
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
        : <Canvas {...props} series={shown} height={height} />}
      <figcaption class="hidden-text">{summary(title, times, shown, kind, unit, zone, range)}</figcaption>
    </figure>
  )
}

function Canvas({ times, series, kind, unit, zone, range, height = 220, onBrush, shades = [] }: TimeChartProps) {
  const root = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const painted = useStore(paint)
  const [hover, setHover] = useState<{ index: number; left: number; width: number } | null>(null)
  const bucket = bucketOf(times, range)
  const data = useMemo(() => dataOf(times, series, kind), [times, series, kind])
  const live = useRef({ onBrush, range, bucket, shades })
  live.current = { onBrush, range, bucket, shades }
  const shape = `${kind} ${unit} ${zone} ${painted} ${height} ${series.map(one => one.name + one.color + String(one.line)).join()} ${onBrush !== undefined}`

  useEffect(() => {
    const box = root.current!
    const chart = new uPlot(optionsOf(box, { series, kind, unit, zone, height, live, setHover }), data, box)
    plot.current = chart
    const watch = new ResizeObserver(() => chart.setSize({ width: box.clientWidth, height }))
    watch.observe(box)
    return () => {
      watch.disconnect()
      chart.destroy()
      plot.current = null
      setHover(null)
    }
  }, [shape])

  useEffect(() => {
    plot.current?.setData(data, false)
    plot.current?.setScale('x', { min: range[0] / 1000, max: range[1] / 1000 })
  }, [data, range[0], range[1]])

  return (
    <div class="canvas" ref={root} style={{ height: `${height}px` }} aria-hidden="true">
      {hover !== null && times[hover.index] !== undefined && (
        <div class="tip" style={hover.left > hover.width / 2 ? { right: `${hover.width - hover.left + 12}px` } : { left: `${hover.left + 12}px` }}>
          <b>{at(times[hover.index]!, zone, bucket < 60_000 ? 'full' : 'dayClock')}</b>
          <dl>
            {[...series].reverse().map(one => (
              <div key={one.name}>
                <dt><i style={{ background: `var(${one.color})` }} />{one.name}</dt>
                <dd>{inUnit(one.values[hover.index] ?? null, unit)}</dd>
              </div>
            ))}
            {kind === 'bars' && series.filter(one => one.line !== true).length > 1 && (
              <div class="sum"><dt>all</dt><dd>{inUnit(series.reduce((sum, one) => sum + (one.line === true ? 0 : one.values[hover.index] ?? 0), 0), unit)}</dd></div>
            )}
          </dl>
        </div>
      )}
    </div>
  )
}

interface Drawing {
  readonly series: readonly ChartSeries[]
  readonly kind: 'bars' | 'lines'
  readonly unit: Unit
  readonly zone: string
  readonly height: number
  /** What may change without a new chart. */
  readonly live: { current: { onBrush: TimeChartProps['onBrush']; range: readonly [number, number]; bucket: number; shades: readonly { from: number; to: number }[] } }
  readonly setHover: (hover: { index: number; left: number; width: number } | null) => void
}

function optionsOf(box: HTMLElement, { series, kind, unit, zone, height, live, setHover }: Drawing): uPlot.Options {
  const style = getComputedStyle(box)
  const color = (name: string) => style.getPropertyValue(name).trim()
  const font = `11px ${style.fontFamily}`
  const axis = { stroke: color('--ink-3'), font, ticks: { show: false } }
  const bars = uPlot.paths.bars!({ size: [1, Infinity], align: 1, gap: 1 })
  const drawn = kind === 'bars' ? [...series.filter(one => one.line !== true).reverse(), ...series.filter(one => one.line === true)] : series
  return {
    width: box.clientWidth || 300,
    height,
    legend: { show: false },
    tzDate: seconds => uPlot.tzDate(new Date(seconds * 1000), zone),
    padding: [8, 8, 0, 0],
    cursor: {
      y: false,
      points: kind === 'bars' ? { show: false } : { size: 6 },
      drag: { x: live.current.onBrush !== undefined, y: false, setScale: false },
    },
    scales: {
      x: { time: true, range: () => [live.current.range[0] / 1000, live.current.range[1] / 1000] },
      y: { range: (_, __, max) => [0, niceTop(unit === 'ratio' ? Math.min(max ?? 0, 1) : max ?? 0, unit)] },
    },
    axes: [
      { ...axis, grid: { show: false }, space: 70, size: 30, values: (_, splits) => labels(splits, zone) },
      { ...axis, grid: { stroke: color('--line'), width: 1 }, size: 58, space: 34, values: (_, splits) => splits.map(value => inUnit(value, unit)) },
    ],
    series: [
      {},
      ...drawn.map((one): uPlot.Series => kind === 'bars' && one.line !== true
        ? { label: one.name, fill: color(one.color), width: 0, paths: bars, points: { show: false } }
        : { label: one.name, stroke: color(one.color), width: 1.75, points: { show: false }, spanGaps: false, ...(one.line === true && { dash: [4, 4] }) }),
    ],
    hooks: {
      drawClear: [chart => shade(chart, live.current.shades, color('--shade'))],
      setCursor: [chart => setHover(chart.cursor.idx == null || (chart.cursor.left ?? -1) < 0
        ? null
        : { index: chart.cursor.idx, left: chart.cursor.left! + chart.bbox.left / devicePixelRatio, width: box.clientWidth })],
      setSelect: [chart => {
        const { left, width } = chart.select
        chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        const { onBrush, bucket, range } = live.current
        if (width < 4 || onBrush === undefined) return
        const from = Math.floor(chart.posToVal(left, 'x') * 1000 / bucket) * bucket
        const to = Math.ceil(chart.posToVal(left + width, 'x') * 1000 / bucket) * bucket
        onBrush(Math.max(from, range[0]), Math.min(to, range[1]))
      }],
    },
  }
}

// Bars are stacked by drawing the sums, the highest first: each covers the lower part of the one before.
function dataOf(times: readonly number[], series: readonly ChartSeries[], kind: 'bars' | 'lines'): uPlot.AlignedData {
  const x = times.map(time => time / 1000)
  if (kind === 'lines') return [x, ...series.map(one => [...one.values])]
  const sums = times.map(() => 0)
  const lines = series.filter(one => one.line === true).map(one => [...one.values])
  const stacked = series.filter(one => one.line !== true).map(one => one.values.map((value, place) => (sums[place] = sums[place]! + (value ?? 0))))
  return [x, ...stacked.reverse(), ...lines]
}

function shade(chart: uPlot, shades: readonly { from: number; to: number }[], color: string) {
  const { ctx, bbox } = chart
  ctx.save()
  ctx.fillStyle = color
  for (const { from, to } of shades) {
    const left = Math.max(bbox.left, chart.valToPos(from / 1000, 'x', true))
    const right = Math.min(bbox.left + bbox.width, chart.valToPos(to / 1000, 'x', true))
    if (right > left) ctx.fillRect(left, bbox.top, Math.max(2, right - left), bbox.height)
  }
  ctx.restore()
}

function labels(splits: readonly number[], zone: string): string[] {
  const step = (splits[1] ?? 0) - (splits[0] ?? 0)
  let day = ''
  return splits.map(split => {
    const today = at(split * 1000, zone, 'day')
    const first = today !== day
    day = today
    if (step >= 86_400) return today
    const clock = at(split * 1000, zone, step < 60 ? 'seconds' : 'clock')
    return first && clock.startsWith('00:00') ? today : clock
  })
}

function niceTop(max: number, unit: Unit): number {
  if (max <= 0) return 1
  const wanted = max * 1.05
  if (unit === 'ratio') return Math.min(1, wanted)
  const power = 10 ** Math.floor(Math.log10(wanted))
  return ([1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find(step => step * power >= wanted) ?? 10) * power
}

function bucketOf(times: readonly number[], range: readonly [number, number]): number {
  return times.length > 1 ? times[1]! - times[0]! : range[1] - range[0]
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
