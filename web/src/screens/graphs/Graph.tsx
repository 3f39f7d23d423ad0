import { useMemo, useState } from 'preact/hooks'
import { useAsked } from '../../api/use'
import { rangeOf as rangeOfAnswer } from '../../api/answers'
import { exact } from '../../format/numbers'
import { at } from '../../format/times'
import { Icon } from '../../parts/Icon'
import { SaveTable } from '../../parts/SaveTable'
import { Failed, Loading } from '../../parts/States'
import { Visible } from '../../parts/Visible'
import { Link } from '../../shell/Link'
import { isoOf, lengthMs } from '../../state/range'
import { go, useParam } from '../../state/url'
import { splitOf } from './choose'
import { askGraph, type GraphScope, type LineAnswer } from './ask'
import { jumpsOf } from './jump'
import { Legend, legendOrderOf } from './Legend'
import { isDelivered, type Line, statName, writeLines } from './line'
import { axesText, LinePlot } from './LinePlot'
import { Lines } from './Lines'
import { type Chosen, periodFor, periods } from './period'
import { palette, type Series, seriesOf, timeline } from './series'

const height = 320
const tops = [5, 10, 20, 50]

/** The chosen metrics as lines over time, with all that is needed to read them. */
export function Graph({ lines, scope, wait }: { lines: readonly Line[]; scope: GraphScope; wait: boolean }) {
  const period = periodFor(useParam('period'), lengthMs(scope))
  const chosenTop = useParam('top')
  const top = tops.find(one => String(one) === chosenTop) ?? 10
  const key = `graph ${writeLines(lines.map(line => ({ ...line, colour: null })))} ${period.period} ${top} ${scope.compare} ${scope.key}`
  const asked = useAsked(wait || lines.length === 0 ? null : key, signal => askGraph(scope, lines, period.period, top, signal).then(answers => ({ lines, answers, period, compare: scope.compare })))
  const drawn = asked.data
  const times = useMemo(() => drawn === null ? [] : timeline(drawn.answers.map(one => one.answer), drawn.period.ms), [drawn])
  // What is on the screen is what was asked for it, in the colours of now.
  const series = useMemo(() => drawn === null ? [] : seriesOf(
    drawn.lines.map((line, place) => ({ ...line, colour: lines.length === drawn.lines.length ? lines[place]!.colour : line.colour })), drawn.answers.map(one => one.answer), drawn.answers.map(one => one.unit), times, drawn.compare, drawn.period.ms), [drawn, times, lines])
  return (
    <section class="panel graph-panel" id="graph" aria-busy={asked.loading}>
      <header class="panel-head">
        <h2>Graph</h2>
        {lines.length > 0 && <Tools lines={lines} period={period} top={top} series={series} times={times} />}
      </header>
      {lines.length === 0 ? <NothingChosen /> : (
        <div class="panel-body">
          <Lines lines={lines} scope={scope} answers={asked.stale && drawn?.lines.length !== lines.length ? null : drawn?.answers ?? null} colours={lines.map((line, place) => series.find(one => one.line === place)?.colour ?? palette[(line.colour ?? place) % palette.length]!)} />
          {asked.error !== null && <Failed error={asked.error} />}
          {drawn === null && asked.error === null && <Loading height={height} />}
          {drawn !== null && <div class={asked.stale ? 'stale' : ''}><Drawing lines={drawn.lines} answers={drawn.answers} period={drawn.period} series={series} times={times} scope={scope} top={top} /></div>}
        </div>
      )}
    </section>
  )
}

function NothingChosen() {
  return (
    <div class="empty graph-nothing">
      <p class="empty-title">No metric is chosen</p>
      <p>Click a metric in the list to draw it here; click another to compare them. The arrow beside a metric opens its series.</p>
    </div>
  )
}

function Tools({ lines, period, top, series, times }: { lines: readonly Line[]; period: Chosen; top: number; series: readonly Series[]; times: readonly number[] }) {
  const chosen = useParam('period')
  return (
    <div class="graph-tools">
      {lines.some(line => line.by !== '') && (
        <select class="small" aria-label="Series of a split" value={top} onChange={event => go({ top: event.currentTarget.value === '10' ? null : event.currentTarget.value })}>
          {tops.map(one => <option key={one} value={one}>Top {one}</option>)}
        </select>
      )}
      <select class="small" aria-label="Period" value={periods.find(one => one === chosen) ?? 'auto'} onChange={event => go({ period: event.currentTarget.value === 'auto' ? null : event.currentTarget.value })}>
        <option value="auto">Period: auto ({period.period})</option>
        {periods.map(one => <option key={one} value={one}>Period: {one}</option>)}
      </select>
      <SaveTable name="graph" columns={['time', ...series.map(one => one.name)]} rows={times.map((time, place) => [isoOf(time), ...series.map(one => one.values[place] ?? null)])} />
      <button type="button" class="small" onClick={() => go({ m: null, at: null, hide: null })}>Clear</button>
    </div>
  )
}

interface DrawingProps {
  readonly lines: readonly Line[]
  readonly answers: readonly LineAnswer[]
  readonly period: Chosen
  readonly series: readonly Series[]
  readonly times: readonly number[]
  readonly scope: GraphScope
  readonly top: number
}

function Drawing({ lines, answers, period, series, times, scope, top }: DrawingProps) {
  const [pointer, setPointer] = useState<number | null>(null)
  const [chosen, setChosen] = useState<string | null>(null)
  const hidden = hiddenOf(useParam('hide'))
  const order = legendOrderOf(useParam('order'))
  const picked = placeOf(times, period.ms, useParam('at'))
  const range = answers.length === 0 ? [0, 1] as const : rangeOfAnswer(answers[0]!.answer)
  const shown = useMemo(() => series.filter(one => !hidden.includes(one.name)), [series, hidden.join('\n')])
  const place = pointer ?? picked
  const toggle = (name: string) => go({ hide: hidden.includes(name) ? writeHidden(hidden.filter(one => one !== name)) : writeHidden([...hidden, name]) }, { replace: true })
  return (
    <>
      <LinePlot
        times={times} stepMs={period.ms} series={shown} zone={scope.tz} range={range} height={height} cursor={picked} chosen={chosen} onPoint={setPointer}
        onPick={index => go({ at: isoOf(times[index]!) }, { replace: true })} onBrush={(from, to) => go({ from: isoOf(from), to: isoOf(to), at: null })} />
      <ReadOut lines={lines} series={shown} period={period} time={picked === null ? null : times[picked]!} zone={scope.tz} q={scope.where} />
      <Notes lines={lines} answers={answers} series={shown} period={period} top={top} />
      <Legend series={series} hidden={hidden} order={order} onToggle={toggle} onChoose={setChosen} cursor={place === null || times[place] === undefined ? null : { place, name: at(times[place], scope.tz, period.ms >= 86_400_000 ? 'day' : 'clock') }} />
    </>
  )
}

/** The period that was picked, and the ways from there to what was logged in it. */
function ReadOut({ lines, series, period, time, zone, q }: { lines: readonly Line[]; series: readonly Series[]; period: Chosen; time: number | null; zone: string; q: string }) {
  if (time === null) return <p class="read-out note">Click a point, or go there with the arrow keys, to get to the logs of that time. Draw over the graph to zoom.</p>
  const end = time + period.ms
  return (
    <div class="read-out" role="group" aria-label="The point in time">
      <b>{at(time, zone, 'dayClock')} – {at(end, zone, period.ms >= 86_400_000 ? 'dayClock' : 'clock')}</b>
      {jumpsOf(series, lines, q, time, end).map(jump => <Link key={jump.text} screen="logs" changes={jump.changes} class="jump"><Icon name="logs" size={14} /><span><Visible text={jump.text} /></span></Link>)}
      <button type="button" class="quiet" aria-label="Let go of the point" title="Let go" onClick={() => go({ at: null }, { replace: true })}><Icon name="close" size={14} /></button>
    </div>
  )
}

/** What a reader of the graph must know so as not to take it for more than it is. */
function Notes({ lines, answers, series, period, top }: { lines: readonly Line[]; answers: readonly LineAnswer[]; series: readonly Series[]; period: Chosen; top: number }) {
  const estimates = lines.filter((line, place) => isDelivered(line.stat) && (period.period !== '1m' || !isEachSeries(line, answers[place]?.sets ?? [])))
  const axes = axesText(series)
  return (
    <ul class="graph-notes note">
      {period.raised && <li>Shorter periods would be too many points for this range: one is {period.period}.</li>}
      {lines.map((line, place) => line.by !== '' && (answers[place]?.total ?? 0) > top && <li key={place}><Visible text={line.metric} />: {top} of {answers[place]!.total >= 10_000 ? '10,000 or more' : exact(answers[place]!.total)} shown, those with most.</li>)}
      {lines.map((line, place) => line.set === null && line.series === null && (answers[place]?.sets.length ?? 0) > 1 && (
        <li key={`sets ${place}`}><Visible text={line.metric} /> comes in {answers[place]!.sets.length} sets of dimensions, each of which counts everything: sums of all are too high.</li>
      ))}
      {estimates.length > 0 && <li>{[...new Set(estimates.map(line => statName(line.stat)))].join(', ')}: the mean of the delivered values, weighted by their samples. That is an estimate; one series at a period of 1m is exact.</li>}
      {axes !== null && <li>{axes}</li>}
    </ul>
  )
}

/** Whether each curve of a line is one series of CloudWatch. */
function isEachSeries({ series, by, set }: Line, sets: readonly string[]): boolean {
  const own = set ?? (sets.length === 1 ? sets[0]! : null)
  return series !== null || by === 'series' || (own !== null && by === splitOf(own))
}

function placeOf(times: readonly number[], stepMs: number, text: string | null): number | null {
  const ms = text === null ? NaN : Date.parse(text)
  const place = times.findLastIndex(time => time <= ms)
  return place < 0 || ms >= times[place]! + stepMs ? null : place
}

// Names may hold anything; as JSON nothing in them ends the list.
function hiddenOf(text: string | null): readonly string[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(list) ? list.filter(one => typeof one === 'string') : []
  } catch {
    return []
  }
}

function writeHidden(names: readonly string[]): string | null {
  return names.length === 0 ? null : JSON.stringify(names)
}
