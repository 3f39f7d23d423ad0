import { useState } from 'preact/hooks'
import { type Answer, query } from '../../api/client'
import { questionOf, type Scope } from '../../api/scope'
import { useAsked } from '../../api/use'
import { compact, exact } from '../../format/numbers'
import { Icon } from '../../parts/Icon'
import { Panel } from '../../parts/Panel'
import { chartBar } from '../../parts/TimeChart'
import { reader } from './groups'
import { gridOf, hours, levelOf, days } from './week'

const cell = { width: 21, height: 20 }
const left = 34
const size = { width: left + hours * cell.width, height: days.length * cell.height + 18 }

/** When in the week an agent comes, by the clock of the chosen zone. */
export function HourGrid({ scope, wait, height }: { scope: Scope; wait: boolean; height: number }) {
  const asked = useAsked(wait ? null : `hours ${scope.key}`, signal => query({ ...questionOf(scope), measures: ['requests'], by: ['day_of_week', 'hour_of_day'], limit: 200 }, signal))
  return <Panel title="Hours of the week" asked={asked} height={height + chartBar}>{data => <Grid answer={data} zone={scope.tz} height={height} />}</Panel>
}

function Grid({ answer, zone, height }: { answer: Answer; zone: string; height: number }) {
  const [asTable, setAsTable] = useState(false)
  const grid = gridOf(answer.rows.map(row => {
    const value = reader(answer, row)
    return { day: Number(value('day_of_week')), hour: Number(value('hour_of_day')), requests: Number(value('requests')) }
  }))
  const most = Math.max(1, ...grid.flat())
  return (
    <figure class="chart" aria-label="Hours of the week">
      <div class="chart-bar">
        <span class="note">Requests by day and hour, {zone}</span>
        <button type="button" class="quiet chart-switch" aria-pressed={asTable} title={asTable ? 'Show as grid' : 'Show as table'} aria-label={`Show hours of the week as ${asTable ? 'grid' : 'table'}`} onClick={() => setAsTable(!asTable)}>
          <Icon name={asTable ? 'chart' : 'table'} size={14} />
        </button>
      </div>
      {asTable ? <GridTable grid={grid} height={height} /> : (
        <svg class="hour-grid" height={height} viewBox={`0 0 ${size.width} ${size.height}`} aria-hidden="true">
          {days.map((day, row) => <text key={day} class="plot-label" x={left - 8} y={row * cell.height + 14} text-anchor="end">{day}</text>)}
          {[0, 6, 12, 18].map(hour => <text key={hour} class="plot-label" x={left + hour * cell.width} y={size.height - 4}>{`${String(hour).padStart(2, '0')}:00`}</text>)}
          {grid.map((values, row) => values.map((value, hour) => (
            <rect key={`${row} ${hour}`} class={value === 0 ? 'hour-none' : 'hour-some'} x={left + hour * cell.width} y={row * cell.height} width={cell.width - 2} height={cell.height - 2} rx="2" style={value === 0 ? {} : { fillOpacity: levelOf(value, most) }}>
              <title>{`${days[row]} ${String(hour).padStart(2, '0')}:00, ${exact(value)} requests`}</title>
            </rect>
          )))}
        </svg>
      )}
      <figcaption class="hidden-text">{busiest(grid)}</figcaption>
    </figure>
  )
}

function busiest(grid: readonly (readonly number[])[]): string {
  const most = Math.max(...grid.flat())
  const row = grid.findIndex(values => values.includes(most))
  return most === 0 ? 'No requests.' : `Most requests on ${days[row]} at ${grid[row]!.indexOf(most)}:00 with ${compact(most)}.`
}

function GridTable({ grid, height }: { grid: readonly (readonly number[])[]; height: number }) {
  return (
    <div class="chart-table" style={{ height: `${height}px` }} tabIndex={0} role="region" aria-label="Hours of the week, as a table">
      <table class="table">
        <thead><tr><th scope="col">Hour</th>{days.map(day => <th key={day} scope="col" class="number">{day}</th>)}</tr></thead>
        <tbody>
          {Array.from({ length: hours }, (_, hour) => (
            <tr key={hour}><th scope="row">{String(hour).padStart(2, '0')}:00</th>{grid.map((values, row) => <td key={row} class="number">{exact(values[hour]!)}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
