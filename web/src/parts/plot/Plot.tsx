import { useId, useMemo, useRef, useState } from 'preact/hooks'
import { inUnit, type Unit } from '../../format/numbers'
import { at } from '../../format/times'
import { barsPath, linePath } from './paths'
import { linearScale, logScale, timeTicks } from './scales'
import { useWidth } from './width'

export interface ChartSeries {
  readonly name: string
  /** A CSS variable, as in `--status-2xx`. */
  readonly color: string
  /** One for each time; null is "not known". */
  readonly values: readonly (number | null)[]
  /** Among bars: a dashed line that is not part of the stack, such as the period before. */
  readonly line?: boolean
  /** Bars that are hatched differ from their neighbours by more than their colour. */
  readonly hatched?: boolean
}

/** A moment at which something changed that the values depend on. */
export interface Mark {
  readonly time: number
  readonly name: string
}

export interface PlotProps {
  /** Starts of the buckets in ms. */
  readonly times: readonly number[]
  readonly series: readonly ChartSeries[]
  /** Counts are stacked as bars; quantiles and shares are lines. */
  readonly kind: 'bars' | 'lines'
  readonly unit: Unit
  readonly zone: string
  /** The whole range in ms, also where nothing is. */
  readonly range: readonly [number, number]
  readonly height: number
  /** Called with the edges of the buckets that were drawn over. */
  readonly onBrush?: (from: number, to: number) => void
  /** Stretches of time to shade, such as gaps, with what they mean. */
  readonly shades?: readonly { readonly from: number; readonly to: number; readonly name: string }[]
  /** Moments to draw a thin line at, with what happened. */
  readonly marks?: readonly Mark[]
}

const margin = { left: 54, right: 6, top: 8, bottom: 22 }

/**
 * The drawing of a chart. It is SVG, so colours are those of the theme whatever happens; the server gives at most 2,000 points.
 * All that it shows is also in the chart's summary and table, so it is hidden from screen readers.
 */
export function Plot(props: PlotProps) {
  const root = useRef<HTMLDivElement>(null)
  const width = useWidth(root)
  return (
    <div class="plot" ref={root} style={{ height: `${props.height}px` }} aria-hidden="true">
      {width > margin.left + 60 && <Drawn {...props} width={width} />}
    </div>
  )
}

function Drawn(props: PlotProps & { width: number }) {
  const { times, series, kind, unit, zone, range, height, width, shades = [] } = props
  const [pointer, setPointer] = useState<number | null>(null)
  const hatch = useId()
  const frame = useMemo(() => frameOf(props), [times, series, kind, unit, zone, range[0], range[1], height, width])
  const { x, edges, ticks, scale, y } = frame
  const index = pointer === null ? null : indexAt(frame.centres, edges, kind, pointer)
  return (
    <>
      <svg width={width} height={height}>
        {series.some(one => one.hatched === true) && (
          <pattern id={hatch} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="plot-hatch" width="1.6" height="5" /></pattern>
        )}
        {scale.ticks.map(tick => (
          <g key={tick}>
            <line class="plot-grid" x1={margin.left} x2={width - margin.right} y1={y(tick)} y2={y(tick)} />
            <text class="plot-label" x={margin.left - 8} y={y(tick) + 4} text-anchor="end">{inUnit(tick, unit)}</text>
          </g>
        ))}
        {ticks.map(tick => <text key={tick.time} class="plot-label" x={x(tick.time)} y={height - 6} text-anchor="middle">{tick.text}</text>)}
        {shades.map(shade => {
          const [left, right] = [Math.max(margin.left, x(shade.from)), Math.min(width - margin.right, x(shade.to))]
          return right >= left && <rect key={shade.from} class="plot-shade" x={left} width={Math.max(2, right - left)} y={margin.top} height={height - margin.top - margin.bottom}><title>{shade.name}</title></rect>
        })}
        {frame.drawn.map(one => one.line
          ? <path key={one.name} class={`plot-line ${one.dashed ? 'dashed' : ''}`} d={one.path} style={{ stroke: `var(${one.color})` }} />
          : (
            <g key={one.name} class="plot-bars">
              <path d={one.path} style={{ fill: `var(${one.color})` }} />
              {one.hatched && <path d={one.path} fill={`url(#${hatch})`} />}
            </g>
          ))}
        <Marks {...props} x={x} />
        {frame.nothing && <text class="plot-none" x={margin.left + (width - margin.left - margin.right) / 2} y={(height - margin.bottom + margin.top) / 2 + 4} text-anchor="middle">None in this range</text>}
        {index !== null && <line class="plot-rule" x1={frame.centres[index]} x2={frame.centres[index]} y1={margin.top} y2={height - margin.bottom} />}
        <Brush {...props} onPoint={setPointer} />
      </svg>
      {index !== null && <Tip {...props} index={index} left={frame.centres[index]!} />}
    </>
  )
}

/** Lines at the moments; a name where it does not run into the one before it. */
function Marks({ marks = [], range, width, height, x }: PlotProps & { width: number; x: (time: number) => number }) {
  let free = 0
  return (
    <>
      {marksIn(marks, range).map(mark => {
        const left = x(mark.time)
        const named = left >= free
        const isLeft = left > width - 110
        if (named) free = left + 110
        return (
          <g key={mark.time}>
            <line class="plot-mark" x1={left} x2={left} y1={margin.top} y2={height - margin.bottom} />
            {named && <text class="plot-label" x={left + (isLeft ? -4 : 4)} y={margin.top + 9} text-anchor={isLeft ? 'end' : 'start'}>{mark.name}</text>}
          </g>
        )
      })}
    </>
  )
}

export function marksIn(marks: readonly Mark[], range: readonly [number, number]): readonly Mark[] {
  return marks.filter(mark => mark.time > range[0] && mark.time < range[1]).sort((one, other) => one.time - other.time)
}

function frameOf({ times, series, kind, unit, zone, range, height, width }: PlotProps & { width: number }) {
  const inner = width - margin.left - margin.right
  const x = (time: number) => margin.left + ((time - range[0]) / (range[1] - range[0])) * inner
  const stack = kind === 'bars' ? series.filter(one => one.line !== true) : []
  const lines = kind === 'bars' ? series.filter(one => one.line === true) : series
  const sums = sumsOf(times.length, stack)
  const known = [...(sums[sums.length - 1] ?? []), ...lines.flatMap(one => one.values.filter(value => value !== null))]
  const isLog = kind === 'lines' && unit === 'seconds'
  const max = known.reduce((most, value) => Math.max(most, value), 0)
  const positive = known.filter(value => value > 0)
  const scale = isLog ? logScale(positive.reduce((least, value) => Math.min(least, value), max || 1), max || 1) : linearScale(max, unit, Math.max(2, Math.floor(height / 48)))
  const y = (value: number) => margin.top + scale.place(value) * (height - margin.top - margin.bottom)
  const edges = edgesOf(times, range, x, width - margin.right)
  const centres = times.map((time, place) => kind === 'bars' ? (edges[place]![0] + edges[place]![1]) / 2 : Math.max(margin.left, x(time)))
  return {
    x, y, edges, centres, scale,
    // A share of 0 is one; a count of 0 everywhere is nothing.
    nothing: known.length === 0 || (kind === 'bars' && max === 0),
    ticks: timeTicks(range[0], range[1], zone, Math.max(2, Math.floor(inner / 80))).filter(tick => x(tick.time) > margin.left + 10 && x(tick.time) < width - 18),
    drawn: [
      ...stack.map((one, place) => ({ name: one.name, color: one.color, line: false, dashed: false, hatched: one.hatched === true, path: barsPath(edges, sums[place]!.map(y), place === 0 ? times.map(() => y(0)) : sums[place - 1]!.map(y)) })),
      ...lines.map(one => ({ name: one.name, color: one.color, line: true, dashed: one.line === true, hatched: false, path: linePath(centres, one.values.map(value => value === null ? null : y(value))) })),
    ],
  }
}

/** For each series of a stack the height of its upper edge. */
function sumsOf(length: number, stack: readonly ChartSeries[]): number[][] {
  let below: number[] = Array.from({ length }, () => 0)
  return stack.map(one => (below = below.map((sum, place) => sum + (one.values[place] ?? 0))))
}

// A bucket ends where the next one begins; between wide ones there is a gap of a pixel.
function edgesOf(times: readonly number[], range: readonly [number, number], x: (time: number) => number, right: number): [number, number][] {
  const bucket = bucketOf(times, range)
  return times.map((time, place) => {
    const [begin, end] = [Math.max(margin.left, x(time)), Math.min(right, x(times[place + 1] ?? time + bucket))]
    return [begin, end - begin > 5 ? end - 1 : end]
  })
}

export function bucketOf(times: readonly number[], range: readonly [number, number]): number {
  return times.length > 1 ? times[1]! - times[0]! : range[1] - range[0]
}

function indexAt(centres: readonly number[], edges: readonly (readonly [number, number])[], kind: 'bars' | 'lines', pointer: number): number | null {
  if (centres.length === 0) return null
  if (kind === 'bars') {
    const inside = edges.findIndex(([left, right]) => pointer >= left && pointer <= right + 1)
    return inside < 0 ? null : inside
  }
  return centres.reduce((best, centre, place) => Math.abs(centre - pointer) < Math.abs(centres[best]! - pointer) ? place : best, 0)
}

/** Follows the pointer, and draws a range over whole buckets. */
function Brush({ times, range, height, width, onBrush, onPoint }: PlotProps & { width: number; onPoint: (left: number | null) => void }) {
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null)
  const bounded = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect()
    return Math.min(width - margin.right, Math.max(margin.left, event.clientX - box.left + margin.left))
  }
  const timeAt = (left: number) => range[0] + ((left - margin.left) / (width - margin.left - margin.right)) * (range[1] - range[0])
  const finish = () => {
    if (drag === null) return
    setDrag(null)
    const [left, right] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)]
    if (right - left < 4) return
    const bucket = bucketOf(times, range)
    const begin = times.findLast(time => time <= timeAt(left)) ?? range[0]
    const end = times.find(time => time >= timeAt(right)) ?? Math.min(range[1], (times[times.length - 1] ?? range[0]) + bucket)
    onBrush?.(Math.max(range[0], begin), Math.min(range[1], end))
  }
  return (
    <>
      {drag !== null && <rect class="plot-brush" x={Math.min(drag.from, drag.to)} width={Math.abs(drag.to - drag.from)} y={margin.top} height={height - margin.top - margin.bottom} />}
      <rect
        class={`plot-area ${onBrush === undefined ? '' : 'brushed'}`} x={margin.left} y={margin.top} width={width - margin.left - margin.right} height={height - margin.top - margin.bottom}
        onPointerDown={event => {
          if (onBrush === undefined || event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          setDrag({ from: bounded(event), to: bounded(event) })
        }}
        onPointerMove={event => {
          const left = bounded(event)
          onPoint(left)
          if (drag !== null) setDrag({ from: drag.from, to: left })
        }}
        onPointerUp={finish} onPointerCancel={() => setDrag(null)} onPointerLeave={() => onPoint(null)} />
    </>
  )
}

function Tip({ times, series, kind, unit, zone, range, width, index, left }: PlotProps & { width: number; index: number; left: number }) {
  const stack = series.filter(one => one.line !== true)
  return (
    <div class="tip" style={left > width / 2 ? { right: `${width - left + 10}px` } : { left: `${left + 10}px` }}>
      <b>{at(times[index]!, zone, bucketOf(times, range) < 60_000 ? 'full' : 'dayClock')}</b>
      <dl>
        {[...series].reverse().map(one => (
          <div key={one.name}>
            <dt><i style={{ background: `var(${one.color})` }} />{one.name}</dt>
            <dd>{inUnit(one.values[index] ?? null, unit)}</dd>
          </div>
        ))}
        {kind === 'bars' && stack.length > 1 && <div class="sum"><dt>all</dt><dd>{inUnit(stack.reduce((sum, one) => sum + (one.values[index] ?? 0), 0), unit)}</dd></div>}
      </dl>
    </div>
  )
}
