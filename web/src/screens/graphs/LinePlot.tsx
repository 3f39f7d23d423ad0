import { useMemo, useRef, useState } from 'preact/hooks'
import { at } from '../../format/times'
import { linePath } from '../../parts/plot/paths'
import { timeTicks } from '../../parts/plot/scales'
import { useWidth } from '../../parts/plot/width'
import { Visible } from '../../parts/Visible'
import { valueScale } from './axis'
import type { Series } from './series'
import { kindTitle, written } from './units'

export interface LinePlotProps {
  readonly times: readonly number[]
  readonly stepMs: number
  readonly series: readonly Series[]
  readonly zone: string
  readonly range: readonly [number, number]
  readonly height: number
  /** The period that is read out, as a place in `times`. */
  readonly cursor: number | null
  /** A series to stand out from the others. */
  readonly chosen: string | null
  readonly onPoint: (place: number | null) => void
  readonly onPick: (place: number) => void
  readonly onBrush: (from: number, to: number) => void
}

const margin = { left: 62, right: 10, top: 10, bottom: 22 }
const tipMost = 8

/** Series as lines over time. Two kinds of units have an axis each, at the left and at the right; what is of a third has none, and is left to the table below. */
export function LinePlot(props: LinePlotProps) {
  const root = useRef<HTMLDivElement>(null)
  const width = useWidth(root)
  const { times, cursor, onPick } = props
  const step = (event: KeyboardEvent) => {
    const move = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10, Home: -times.length, End: times.length }[event.key]
    if (move === undefined || times.length === 0 || event.altKey || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    onPick(Math.max(0, Math.min(times.length - 1, (cursor ?? (event.key === 'ArrowLeft' ? times.length : -1)) + move)))
  }
  return (
    <div
      class="plot line-plot" ref={root} style={{ height: `${props.height}px` }} tabIndex={0} onKeyDown={step} role="slider" aria-label="Point in time: arrow keys move it" aria-orientation="horizontal"
      aria-valuemin={0} aria-valuemax={Math.max(0, times.length - 1)} aria-valuenow={cursor ?? 0} aria-valuetext={readOut(props)}>
      {width > margin.left + 60 && <Drawn {...props} width={width} />}
    </div>
  )
}

/** The kinds that have an axis. */
export function axesOf(series: readonly Series[]): readonly string[] {
  return [...new Set(series.map(one => one.kind))].slice(0, 2)
}

function readOut({ times, series, zone, cursor }: LinePlotProps): string {
  if (cursor === null || times[cursor] === undefined) return 'none chosen'
  return `${at(times[cursor], zone, 'dayClock')}. ${series.slice(0, tipMost).map(one => `${one.name}: ${one.values[cursor] === null ? 'no data' : written(one.values[cursor] ?? null, one.kind)}`).join(', ')}`
}

function Drawn(props: LinePlotProps & { width: number }) {
  const { times, series, zone, range, height, width, cursor, chosen } = props
  const [pointer, setPointer] = useState<number | null>(null)
  const frame = useMemo(() => frameOf(props), [times, series, zone, range[0], range[1], height, width])
  const { x, right, axes, drawn, ticks } = frame
  const shownAt = pointer ?? cursor
  const bottom = height - margin.bottom
  return (
    <>
      <svg width={width} height={height} aria-hidden="true">
        {axes.map((axis, side) => (
          <g key={axis.kind}>
            {axis.scale.ticks.map(tick => (
              <g key={tick}>
                {side === 0 && <line class="plot-grid" x1={margin.left} x2={right} y1={axis.y(tick)} y2={axis.y(tick)} />}
                <text class="plot-label" x={side === 0 ? margin.left - 8 : right + 8} y={axis.y(tick) + 4} text-anchor={side === 0 ? 'end' : 'start'}>{written(tick, axis.kind.startsWith('unit ') ? 'number' : axis.kind)}</text>
              </g>
            ))}
          </g>
        ))}
        {ticks.map(tick => <text key={tick.time} class="plot-label" x={x(tick.time)} y={height - 6} text-anchor="middle">{tick.text}</text>)}
        {drawn.map(one => (
          <g key={one.name} class={chosen === null || chosen === one.name ? '' : 'plot-faint'}>
            {one.before !== null && <path class="plot-line dashed" d={one.before} style={{ stroke: `var(${one.colour})` }} opacity=".75" />}
            <path class={`plot-line ${one.dotted ? 'dotted' : ''}`} d={one.path} style={{ stroke: `var(${one.colour})` }} />
            {one.lonely !== '' && <path class="plot-line lonely" d={one.lonely} style={{ stroke: `var(${one.colour})` }} />}
          </g>
        ))}
        {drawn.length === 0 && <text class="plot-none" x={(margin.left + right) / 2} y={bottom / 2 + 4} text-anchor="middle">No data in this range</text>}
        {cursor !== null && times[cursor] !== undefined && <line class="plot-mark" x1={frame.centre(cursor)} x2={frame.centre(cursor)} y1={margin.top} y2={bottom} />}
        {shownAt !== null && times[shownAt] !== undefined && (
          <>
            <line class="plot-rule" x1={frame.centre(shownAt)} x2={frame.centre(shownAt)} y1={margin.top} y2={bottom} />
            {drawn.map(one => one.at(shownAt) !== null && <circle key={one.name} cx={frame.centre(shownAt)} cy={one.at(shownAt)!} r="3.5" class="plot-dot" style={{ fill: `var(${one.colour})` }} />)}
          </>
        )}
        <Area {...props} frame={frame} onPoint={place => { setPointer(place); props.onPoint(place) }} />
      </svg>
      {pointer !== null && times[pointer] !== undefined && <Tip {...props} place={pointer} left={frame.centre(pointer)} />}
    </>
  )
}

interface Frame extends ReturnType<typeof frameOf> {}

function frameOf({ times, stepMs, series, zone, range, height, width }: LinePlotProps & { width: number }) {
  const kinds = axesOf(series)
  const right = width - (kinds.length > 1 ? margin.left : margin.right)
  const x = (time: number) => margin.left + ((time - range[0]) / (range[1] - range[0])) * (right - margin.left)
  // A value is that of a whole period, so it stands in its middle.
  const centre = (place: number) => Math.min(right, Math.max(margin.left, x(times[place]! + stepMs / 2)))
  const axes = kinds.map(kind => {
    const known = series.filter(one => one.kind === kind).flatMap(one => [...one.values, ...(one.before ?? [])]).filter(value => value !== null)
    const [min, max] = known.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)] as const, [Infinity, -Infinity] as const)
    const scale = valueScale(known.length === 0 ? 0 : min, known.length === 0 ? 0 : max, Math.max(2, Math.floor(height / 50)), kind === 'count' && max > 2)
    return { kind, scale, y: (value: number) => margin.top + scale.place(value) * (height - margin.top - margin.bottom) }
  })
  const centres = times.map((_, place) => centre(place))
  return {
    x, right, centre, centres, axes,
    ticks: timeTicks(range[0], range[1], zone, Math.max(2, Math.floor((right - margin.left) / 80))).filter(tick => x(tick.time) > margin.left + 14 && x(tick.time) < right - 14),
    drawn: series.filter(one => kinds.includes(one.kind) && one.values.concat(one.before ?? []).some(value => value !== null)).map(one => {
      const { y } = axes[kinds.indexOf(one.kind)]!
      const path = (values: readonly (number | null)[]) => linePath(centres, values.map(value => value === null ? null : y(value)))
      return {
        name: one.name, colour: one.colour, dotted: one.dotted, path: path(one.values), before: one.before === null ? null : path(one.before),
        // A point without neighbours has no line to be seen by.
        lonely: path(one.values.map((value, place) => one.values[place - 1] == null && one.values[place + 1] == null ? value : null)),
        at: (place: number) => one.values[place] == null ? null : y(one.values[place]!),
      }
    }),
  }
}

/** Follows the pointer; a click picks a period, and drawing over several zooms to them. */
function Area({ times, stepMs, range, height, frame, onPoint, onPick, onBrush }: LinePlotProps & { frame: Frame }) {
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null)
  const { x, right, centres } = frame
  const leftOf = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect()
    return Math.min(right, Math.max(margin.left, event.clientX - box.left + margin.left))
  }
  const nearest = (left: number) => centres.reduce<number | null>((best, centre, place) => best === null || Math.abs(centre - left) < Math.abs(centres[best]! - left) ? place : best, null)
  const finish = () => {
    if (drag === null) return
    setDrag(null)
    const [first, last] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)]
    const place = nearest(drag.to)
    if (last - first < 5) return place === null ? undefined : onPick(place)
    const inside = times.filter(time => x(time + stepMs) > first && x(time) < last)
    if (inside.length > 0) onBrush(Math.max(range[0], inside[0]!), Math.min(range[1], inside[inside.length - 1]! + stepMs))
  }
  return (
    <>
      {drag !== null && Math.abs(drag.to - drag.from) >= 5 && <rect class="plot-brush" x={Math.min(drag.from, drag.to)} width={Math.abs(drag.to - drag.from)} y={margin.top} height={height - margin.top - margin.bottom} />}
      <rect
        class="plot-area brushed" x={margin.left} y={margin.top} width={right - margin.left} height={height - margin.top - margin.bottom}
        onPointerDown={event => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          setDrag({ from: leftOf(event), to: leftOf(event) })
        }}
        onPointerMove={event => {
          const left = leftOf(event)
          onPoint(nearest(left))
          if (drag !== null) setDrag({ from: drag.from, to: left })
        }}
        onPointerUp={finish} onPointerCancel={() => setDrag(null)} onPointerLeave={() => onPoint(null)} />
    </>
  )
}

/** The largest values at the pointer; the table below has all. */
function Tip({ times, series, zone, width, place, left, stepMs }: LinePlotProps & { width: number; place: number; left: number }) {
  const known = series.filter(one => one.values[place] !== null).sort((one, other) => one.kind === other.kind ? other.values[place]! - one.values[place]! : 0)
  const without = series.length - known.length
  return (
    <div class="tip line-tip" style={left > width / 2 ? { right: `${width - left + 12}px` } : { left: `${left + 12}px` }}>
      <b>{at(times[place]!, zone, stepMs >= 86_400_000 ? 'day' : 'dayClock')}</b>
      <dl>
        {known.slice(0, tipMost).map(one => (
          <div key={one.name}>
            <dt><i style={{ background: `var(${one.colour})` }} /><span class="tip-name"><Visible text={one.name} /></span></dt>
            <dd>{written(one.values[place]!, one.kind)}{one.before !== null && <small> before {written(one.before[place] ?? null, one.kind)}</small>}</dd>
          </div>
        ))}
      </dl>
      {known.length > tipMost && <p class="note">and {known.length - tipMost} more</p>}
      {without > 0 && <p class="note">{known.length === 0 ? 'No data' : `${without} without data`}</p>}
    </div>
  )
}

/** What the axes are of, in words. */
export function axesText(series: readonly Series[]): string | null {
  const kinds = [...new Set(series.map(one => one.kind))]
  if (kinds.length < 2) return null
  const third = kinds.length > 2 ? ` ${kinds.slice(2).map(kindTitle).join(', ')}: no axis is left, so only the table shows these.` : ''
  return `Two units: ${kindTitle(kinds[0]!)} at the left, ${kindTitle(kinds[1]!)} at the right.${third}`
}
