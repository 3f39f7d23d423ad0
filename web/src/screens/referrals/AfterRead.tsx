import { momentIn } from '../../api/answers'
import type { Scope } from '../../api/scope'
import { at } from '../../format/times'
import { isoOf } from '../../state/range'
import type { SortColumn } from '../../parts/SortTable'
import { Empty } from '../../parts/States'
import { askPages, daysBefore } from '../../parts/pages/ask'
import { countColumn, pageColumn } from '../../parts/pages/columns'
import type { Line } from '../../parts/pages/lines'
import { Oldest } from '../../parts/pages/Oldest'
import { PageList } from '../../parts/pages/PageList'
import { daysText, daysTo, median } from './products'

const lookBackDays = 90
const reads = [['first_search_read', 'search'], ['first_user_read', 'user']] as const

/** How long after a first read the first visit came. */
export function AfterRead({ scope }: { scope: Scope }) {
  const range = daysBefore(scope, lookBackDays)
  return (
    <PageList title="From the first read to the first visit" name="after-read" scope={scope} usual="-ai_visits" first={10} findable={false}
      ask={(list, signal) => askPages(scope, list, { from: range.from, measures: ['ai_visits', 'first_search_read', 'first_user_read', 'first_ai_visit'], having: 'ai_visits>0' }, signal)}
      columns={lines => [
        pageColumn(lines),
        countColumn('Visits', 'ai_visits', 'People who came from an AI product', range),
        ...reads.map(([key, name]) => dayColumn(`First ${name} read`, key, scope)),
        dayColumn('First visit', 'first_ai_visit', scope),
        ...reads.map(([key, name]) => lagColumn(`After ${name} read`, key)),
      ]}
      note={lines => <Note lines={lines} scope={scope} />}
      nothing={<Empty title={`No visit in the last ${lookBackDays} days`} />} />
  )
}

function Note({ lines, scope }: { lines: readonly Line[]; scope: Scope }) {
  const lags = lines.map(line => daysTo(line.row, 'first_search_read')).filter((days): days is number => days !== null && days >= 0)
  const middle = median(lags)
  return (
    <>
      {middle !== null && <p>Of {lags.length} pages here, the first visit came a median of <b>{daysText(middle)}</b> after the first search read.</p>}
      <p class="note">It does not say that a visit came because of a read. Reads from before the last {lookBackDays} days are not seen, and models remember older ones.</p>
      <Oldest days={lookBackDays} scope={scope} />
    </>
  )
}

function dayColumn(title: string, key: string, { tz }: Scope): SortColumn<Line> {
  const ms = (line: Line) => momentIn(line.row, key)
  return { key, title, number: true, value: line => ms(line) === null ? null : isoOf(ms(line)!), cell: line => ms(line) === null ? <span class="zero">–</span> : at(ms(line)!, tz, 'dayClock') }
}

function lagColumn(title: string, read: (typeof reads)[number][0]): SortColumn<Line> {
  const text = (line: Line) => daysText(daysTo(line.row, read))
  return { key: `after_${read}`, title, number: true, fixed: true, value: text, cell: line => <span class={/^\d/.test(text(line)) ? '' : 'zero'}>{text(line)}</span> }
}
