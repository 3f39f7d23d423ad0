import { useDiscovered } from '../../api/discovered'
import { Icon } from '../../parts/Icon'
import { Visible } from '../../parts/Visible'
import { type GraphScope, lineWhere, type LineAnswer, namesOf } from './ask'
import { changeLine, currentLines, setLines } from './choose'
import { commonStats, isDelivered, type Line, linesMost, statName } from './line'
import { palette } from './series'

interface LinesProps {
  readonly lines: readonly Line[]
  readonly scope: GraphScope
  readonly answers: readonly LineAnswer[] | null
  /** The colour that each line begins with. */
  readonly colours: readonly string[]
}

/** The chosen metrics, each with what is drawn of it. */
export function Lines({ lines, scope, answers, colours }: LinesProps) {
  return (
    <ol class="graph-lines" aria-label="In the graph">
      {lines.map((line, place) => <OneLine key={`${place} ${line.namespace} ${line.metric}`} line={line} place={place} scope={scope} sets={answers?.[place]?.sets ?? []} colour={colours[place] ?? palette[0]} full={lines.length >= linesMost} />)}
    </ol>
  )
}

interface OneLineProps {
  readonly line: Line
  readonly place: number
  readonly scope: GraphScope
  readonly sets: readonly string[]
  readonly colour: string
  readonly full: boolean
}

function OneLine({ line, place, scope, sets, colour, full }: OneLineProps) {
  const name = `${line.namespace} ${line.metric}`
  const next = (palette.indexOf(colour as typeof palette[number]) + 1) % palette.length
  return (
    <li class="graph-line">
      <button type="button" class="quiet graph-colour" aria-label={`Another colour for ${name}`} title="Another colour" onClick={() => changeLine(place, { colour: next })}><i style={{ background: `var(${colour})` }} /></button>
      <span class="graph-name" title={line.series ?? name}>
        <Visible text={line.metric} /> <small><Visible text={line.namespace} /></small>
        {line.series !== null && <small class="graph-series"><Visible text={line.series} empty="no dimensions" /></small>}
      </span>
      <span class="graph-choices">
        <StatSelect line={line} place={place} scope={scope} name={name} />
        {line.series === null && sets.length > 1 && <SetSelect line={line} place={place} sets={sets} name={name} />}
        {line.series === null && <SplitSelect line={line} place={place} sets={sets} name={name} />}
        <button type="button" class="quiet" disabled={full} aria-label={`Draw ${name} once more`} title="Once more, for another statistic" onClick={() => setLines(currentLines().flatMap((one, index) => index === place ? [one, { ...one, colour: null }] : [one]))}><Icon name="copy" size={14} /></button>
        <button type="button" class="quiet" aria-label={`Remove ${name}`} title="Remove" onClick={() => setLines(currentLines().filter((_, index) => index !== place))}><Icon name="close" size={14} /></button>
      </span>
    </li>
  )
}

const statisticKey = 'quantiles.'

/** The five statistics of every point, and those that were delivered with this metric beside them. */
function StatSelect({ line, place, scope, name }: { line: Line; place: number; scope: GraphScope; name: string }) {
  const where = lineWhere(scope, { ...line, set: null, series: null })
  const keys = useDiscovered({ signal: 'metrics', from: scope.from, to: scope.to, where, find: '' })
  const delivered = (keys.data?.fields ?? []).flatMap(key => key.name.startsWith(statisticKey) ? [`statistic.${key.name.slice(statisticKey.length)}`] : [])
  const all = [...new Set([...delivered, ...(isDelivered(line.stat) ? [line.stat] : [])])].sort((one, other) => one.localeCompare(other, 'en', { numeric: true }))
  return (
    <select class="small" aria-label={`Statistic of ${name}`} value={line.stat} onChange={event => changeLine(place, { stat: event.currentTarget.value })}>
      {commonStats.map(one => <option key={one.stat} value={one.stat}>{one.name}</option>)}
      {all.length > 0 && <optgroup label="Delivered with it">{all.map(stat => <option key={stat} value={stat}>{statName(stat)}</option>)}</optgroup>}
    </select>
  )
}

function SetSelect({ line, place, sets, name }: { line: Line; place: number; sets: readonly string[]; name: string }) {
  return (
    <select
      class="small" aria-label={`Dimensions of ${name}`} title="CloudWatch counts a metric once in each set of dimensions" value={line.set === null ? 'any' : `=${line.set}`}
      onChange={event => changeLine(place, { set: event.currentTarget.value === 'any' ? null : event.currentTarget.value.slice(1), by: '' })}>
      {sets.map(set => <option key={set} value={`=${set}`}>{set === '' ? 'Without dimensions' : `Of ${set}`}</option>)}
      <option value="any">Of any dimensions: counts twice</option>
    </select>
  )
}

function SplitSelect({ line, place, sets, name }: { line: Line; place: number; sets: readonly string[]; name: string }) {
  const dimensions = [...new Set((line.set === null ? sets : [line.set]).flatMap(namesOf))].map(own => ({ by: `dimensions.${own}`, name: own }))
  const offered = [...dimensions, { by: 'series', name: 'each series' }, { by: 'account', name: 'account' }, { by: 'region', name: 'region' }]
  const own = line.by === '' || offered.some(one => one.by === line.by) ? [] : [{ by: line.by, name: line.by.replace(/^dimensions\./, '') }]
  return (
    <select class="small" aria-label={`Split ${name} by`} value={line.by} onChange={event => changeLine(place, { by: event.currentTarget.value })}>
      <option value="">Not split</option>
      {[...offered, ...own].map(one => <option key={one.by} value={one.by}>Split by {one.name}</option>)}
    </select>
  )
}
