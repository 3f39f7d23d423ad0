import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { columnOf, rangeOf } from '../../api/answers'
import type { Answer } from '../../api/client'
import { reachesBefore } from '../../api/before'
import { qualifiers } from '../../api/status'
import { type Asked, useWhole } from '../../api/use'
import { rowsBehind } from '../../filter/reads'
import { both, testOf } from '../../filter/terms'
import { change, exact, inUnit, percent, points, type Unit } from '../../format/numbers'
import { at } from '../../format/times'
import { ClassMark } from '../../parts/agents/ClassMark'
import { perVisit } from '../../parts/agents/perVisit'
import { Icon } from '../../parts/Icon'
import { Panel } from '../../parts/Panel'
import { ScrollBox } from '../../parts/ScrollBox'
import { Empty } from '../../parts/States'
import { chartBar, TimeChart } from '../../parts/TimeChart'
import { text } from '../../parts/TopList'
import { Visible } from '../../parts/Visible'
import { Link } from '../../shell/Link'
import { isoOf } from '../../state/range'
import { useStore } from '../../state/store'
import { go, useView } from '../../state/url'
import { classStack } from '../../parts/agents/classStack'
import { severalHosts } from '../../parts/pages/lines'
import { PageText } from '../../parts/pages/PageName'
import { type Of, ofParams, rowsOf } from './ask'
import { useReport } from './useReport'
import { shifted } from './week'
import './report.css'

const chartHeight = 210

/** A week on a page: for somebody who will never open the dashboard. It is shown when it is whole. */
export function Report() {
  const of = ofParams(useView().params)
  const { figures, ...lists } = useReport(of)
  const known = useStore(qualifiers)
  const comparable = figures.data !== null && reachesBefore(figures.data.meta, known?.store.oldestRow)
  const empty = figures.data !== null && rowsOf(figures.data) === 0
  const whole = useWhole([figures, { data: known, error: null }, ...(empty ? [] : Object.values(lists))])
  useLightPaper()
  return (
    <article class={`report ${whole ? '' : 'placing'}`}>
      <Head of={of} figures={figures} comparable={comparable} />
      {empty
        ? <section class="panel"><Empty title="Nothing was stored in this week"><p>Go back a week, or see in <Link screen="health">Health</Link> whether deliveries arrive.</p></Empty></section>
        : (
          <>
            <FigureTable figures={figures} comparable={comparable} />
            <Days asked={lists.days} tz={of.tz} />
            <Agents asked={lists.agents} comparable={comparable} />
            <div class="report-two">
              <Sources asked={lists.sources} comparable={comparable} />
              <Operators asked={lists.operators} />
            </div>
            <Pages asked={lists.pages} />
            <div class="report-two">
              <Closed asked={lists.closed} />
              <Violations asked={lists.violations} />
            </div>
          </>
        )}
      <Small of={of} figures={figures.data} />
    </article>
  )
}

/** Paper is white, whatever the screen is. */
function useLightPaper() {
  useEffect(() => {
    const root = document.documentElement
    let before: string | undefined
    const begin = () => { before = root.dataset['theme']; root.dataset['theme'] = 'light' }
    const end = () => { if (before === undefined) delete root.dataset['theme']; else root.dataset['theme'] = before }
    addEventListener('beforeprint', begin)
    addEventListener('afterprint', end)
    return () => { removeEventListener('beforeprint', begin); removeEventListener('afterprint', end) }
  }, [])
}

function Head({ of, figures, comparable }: { of: Of; figures: Asked<Answer>; comparable: boolean }) {
  const { week, tz, host } = of
  const days = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }).formatRange(Date.parse(week.first), Date.parse(week.last))
  const isLast = Date.now() < week.to + 86_400_000
  return (
    <header class="report-head">
      <h2>Who read {host === null ? 'this site' : <Visible text={host} />}, {days}</h2>
      <div class="report-tools">
        <button type="button" class="button" aria-label="The week before" title="The week before" onClick={() => go({ week: shifted(week.last, -7) })}><Icon name="left" size={14} /></button>
        <button type="button" class="button" aria-label="The week after" title="The week after" disabled={isLast} onClick={() => go({ week: shifted(week.last, 7) })}><Icon name="right" size={14} /></button>
        <button type="button" class="primary" onClick={() => print()}>Print or save as PDF</button>
      </div>
      <p class="report-lead">{figures.data === null ? figures.error === null && <i class="blank" /> : <Lead figures={figures.data} comparable={comparable} />}</p>
      <p class="note">Days of {tz}. {figures.data !== null && (comparable ? 'Changes are against the seven days before.' : 'There are no changes to show: nothing is stored of the seven days before.')}</p>
    </header>
  )
}

function Lead({ figures, comparable }: { figures: Answer; comparable: boolean }) {
  const value = (name: string) => columnOf(figures, name)[0] ?? null
  const more = (name: string) => {
    const delta = comparable ? value(`${name}_change`) : null
    return delta === null ? '' : Math.abs(delta) < 0.01 ? ', as in the week before' : `, ${Math.abs(Math.round(delta * 100))} % ${delta > 0 ? 'more' : 'fewer'} than in the week before`
  }
  const [reads, rate, came, impostors] = [value('page_reads') ?? 0, value('delivery_rate'), value('ai_visits') ?? 0, value('impostor_requests') ?? 0]
  return (
    <>
      AI agents read <b>{exact(Math.round(reads))} pages</b>{more('page_reads')}{rate !== null && <>; they got <b>{percent(rate)}</b> of them</>}. {' '}
      <b>{exact(Math.round(came))} visits</b> came from AI products{more('ai_visits')}.
      {impostors > 0 && <> {exact(Math.round(impostors))} requests only claimed to be an agent.</>}
    </>
  )
}

interface Line {
  readonly measure: string
  readonly name: string
  readonly unit: Unit
  readonly test: string | null
}

const lines: readonly Line[] = [
  { measure: 'page_reads', name: 'Pages read by AI agents', unit: 'count', test: rowsBehind.page_reads },
  { measure: 'delivery_rate', name: 'of these delivered', unit: 'ratio', test: rowsBehind.delivered_page_reads },
  { measure: 'blocked_page_reads', name: 'turned away (401, 402, 403, 406, 429, 451)', unit: 'count', test: rowsBehind.blocked_page_reads },
  { measure: 'missing_page_reads', name: 'not found (404, 410)', unit: 'count', test: rowsBehind.missing_page_reads },
  { measure: 'failed_page_reads', name: 'failed (5xx, or no answer)', unit: 'count', test: rowsBehind.failed_page_reads },
  { measure: 'proven_share', name: 'Proven, of the requests that can be judged', unit: 'ratio', test: 'proof:signed,address' },
  { measure: 'impostor_requests', name: 'Requests of impostors', unit: 'count', test: 'proof:mismatch' },
  { measure: 'ai_visits', name: 'Visits from AI products (a lower bound)', unit: 'count', test: rowsBehind.ai_visits },
  { measure: 'ai_share_of_arrivals', name: 'their share of all arrivals', unit: 'ratio', test: null },
  { measure: 'human_page_reads', name: 'Pages read in browsers (an upper bound for people)', unit: 'count', test: rowsBehind.human_page_reads },
]

function FigureTable({ figures, comparable }: { figures: Asked<Answer>; comparable: boolean }) {
  return (
    <Panel title="The week in figures" asked={figures} height={lines.length * 31 + 31}>
      {data => {
        const value = (name: string) => columnOf(data, name)[0] ?? null
        return (
          <table class="table list-table">
            <caption class="hidden-text">The week in figures</caption>
            <thead><tr><th scope="col"><span class="hidden-text">Figure</span></th><th scope="col" class="number">This week</th>{comparable && <><th scope="col" class="number fold">Week before</th><th scope="col" class="number">Change</th></>}</tr></thead>
            <tbody>
              {lines.map(line => {
                const [now, before, delta] = [value(line.measure), value(`${line.measure}_before`), value(`${line.measure}_change`)]
                return (
                  <tr key={line.measure}>
                    <th scope="row" class={/^[A-Z]/.test(line.name) ? '' : 'report-part'}>{line.name}</th>
                    <td class="number"><Rows data={data} test={line.test}>{written(now, line.unit)}</Rows></td>
                    {comparable && <><td class="number fold">{written(before, line.unit)}</td><td class="number">{delta === null || now === null || before === null ? '–' : line.unit === 'ratio' ? points(now - before) : change(delta)}</td></>}
                  </tr>
                )
              })}
            </tbody>
          </table>
        )
      }}
    </Panel>
  )
}

function written(value: number | null, unit: Unit): string {
  return value !== null && unit === 'count' ? exact(Math.round(value)) : inUnit(value, unit)
}

/** Leads to the rows of the week that pass a test; a figure that no test tells is only a figure. */
function Rows({ data, test, children }: { data: Answer; test: string | null; children: ComponentChildren }) {
  const [from, to] = rangeOf(data)
  return test === null ? <>{children}</> : <Link screen="logs" class="figure" changes={{ q: test, from: isoOf(from), to: isoOf(to), week: null }}>{children}</Link>
}

interface PartProps {
  readonly asked: Asked<Answer>
}

interface ComparedProps extends PartProps {
  /** Whether the seven days before are stored. */
  readonly comparable: boolean
}

function Days({ asked: days, tz }: PartProps & { tz: string }) {
  return (
    <Panel title="Page reads a day, by class of reader" asked={days} height={chartHeight + chartBar}>
      {data => {
        const stack = classStack(data)
        return <TimeChart title="Page reads a day, by class of reader" kind="bars" unit="count" zone={tz} range={rangeOf(data)} times={stack.times} height={chartHeight} series={stack.series} />
      }}
    </Panel>
  )
}

function Agents({ asked: agents, comparable }: ComparedProps) {
  return (
    <List title="Agents that read most" asked={agents} rows={12} none="No agent read a page." columns={['Agent', 'Operator', 'Class', 'Reads', 'Delivered', 'Pages', 'Proven', 'Impostors', ...(comparable ? ['Change'] : [])]} words={3} count="page_reads"
      cells={(row, value) => [
        <Visible text={text(row[0])} />, <Visible text={text(row[1])} />, <ClassMark name={text(row[2])} />,
        whole(value('page_reads')), inUnit(value('delivery_rate'), 'ratio'), whole(value('pages_touched')), inUnit(value('proven_share'), 'ratio'), whole(value('impostor_requests')),
        ...(comparable ? [changed(value('page_reads_before'), value('page_reads_change'))] : []),
      ]} />
  )
}

function Sources({ asked: sources, comparable }: ComparedProps) {
  return (
    <List title="Where people came from" asked={sources} rows={8} none="Nobody came from an AI product." columns={['AI product', 'Visits', 'Visitors a day, added up', ...(comparable ? ['Change'] : [])]} words={1} count="ai_visits"
      cells={(row, value) => [<Visible text={text(row[0])} />, whole(value('ai_visits')), whole(value('ai_visitors')), ...(comparable ? [changed(value('ai_visits_before'), value('ai_visits_change'))] : [])]} />
  )
}

function Operators({ asked: operators }: PartProps) {
  return (
    <List title="Reads for each visit" asked={operators} rows={8} none="No operator read or sent anything." columns={['Operator', 'Reads', 'Visits', 'Reads : visit']} words={1} count="delivered_page_reads"
      cells={(row, value) => [<Visible text={text(row[0])} />, whole(value('delivered_page_reads')), whole(value('ai_visits')), perVisit(value('ai_visits') ?? 0, value('reads_per_visit'))]} />
  )
}

function Pages({ asked: pages }: PartProps) {
  return (
    <List title="Pages that agents read most" asked={pages} rows={12} none="No agent read a page." columns={['Page', 'Agent reads', 'Delivered', 'Visits from AI', 'Reads in browsers']} words={1} count="page_reads"
      cells={(row, value, rows) => [<PageText page={text(row[0])} several={severalHosts(rows.map(one => text(one[0])))} />, whole(value('page_reads')), inUnit(value('delivery_rate'), 'ratio'), whole(value('ai_visits')), whole(value('human_page_reads'))]} />
  )
}

/** Pages that people get and agents do not. */
function Closed({ asked: closed }: PartProps) {
  return (
    <List title="Open to people, closed to agents" asked={closed} rows={8} none="Agents got every page that people got." columns={['Page', 'Agents turned away', 'People who got it']} words={1} count="blocked_page_reads"
      cells={(row, value, rows) => [<PageText page={text(row[0])} several={severalHosts(rows.map(one => text(one[0])))} />, whole(value('blocked_page_reads')), whole(value('human_delivered_reads'))]} />
  )
}

/** What agents read against robots.txt. */
function Violations({ asked: violations }: PartProps) {
  return (
    <List title="Read against robots.txt" asked={violations} rows={8} none="Nothing, as far as it can be judged: robots.txt has to be entered in Setup. Impostors are left out." columns={['Agent', 'Pages', 'of judged']} words={1} count="robots_violations"
      cells={(row, value) => [<Visible text={text(row[0])} />, whole(value('robots_violations')), whole(value('robots_judged'))]} />
  )
}

interface ListProps {
  readonly title: string
  readonly asked: Asked<Answer>
  readonly rows: number
  readonly none: string
  readonly columns: readonly string[]
  /** How many columns at the left are words. */
  readonly words: number
  /** Rows without any of it are left out: a comparison has them too. */
  readonly count: string
  readonly cells: (row: Answer['rows'][number], value: (name: string) => number | null, rows: Answer['rows']) => readonly ComponentChildren[]
}

function List({ title, asked: list, rows, none, columns, words, count, cells }: ListProps) {
  return (
    <Panel title={title} asked={list} height={Math.min(rows, 8) * 31}>
      {data => {
        const value = (row: Answer['rows'][number]) => (name: string) => {
          const found = row[data.columns.findIndex(column => column.name === name)]
          return found === null || found === undefined ? null : Number(found)
        }
        const shown = data.rows.filter(row => (value(row)(count) ?? 0) > 0)
        if (shown.length === 0) return <p class="note report-none">{none}</p>
        return (
          <ScrollBox name={title}>
            <table class="table list-table">
              <caption class="hidden-text">{title}</caption>
              <thead><tr>{columns.map((column, place) => <th key={column} scope="col" class={sideOf(place, words)}>{column}</th>)}</tr></thead>
              <tbody>
                {shown.map(row => (
                  <tr key={row.slice(0, words).map(text).join('\t')}>
                    {cells(row, value(row), shown).map((cell, place) => place === 0 ? <th key={place} scope="row">{cell}</th> : <td key={place} class={sideOf(place, words)}>{cell}</td>)}
                  </tr>
                ))}
              </tbody>
            </table>
          </ScrollBox>
        )
      }}
    </Panel>
  )
}

/** A phone has room for the first word and the figures. */
function sideOf(place: number, words: number): string {
  return place >= words ? 'number' : place > 0 ? 'fold' : ''
}

function whole(value: number | null): string {
  return value === null ? '–' : exact(Math.round(value))
}

function changed(before: number | null, delta: number | null): string {
  return before === 0 ? 'new' : delta === null ? '–' : change(delta)
}

/** What one has to know to read it. */
function Small({ of, figures }: { of: Of; figures: Answer | null }) {
  const logs = of.host === null ? '' : testOf('host', of.host)
  return (
    <footer class="report-small">
      <p>
        An agent is who its user agent claims; it is proven by its operator's published addresses or by a signature. Visits from AI products are told by referer and utm_source: apps send neither, AI answers within a search engine send the
        search engine's, and Grok and Copilot read as plain browsers. So visits are a lower bound, and reads in browsers an upper one.
        {figures?.meta.scaled === true && ' Part of the log is a sample: counts are scaled.'}
      </p>
      <p>
        Of {whole(figures === null ? null : rowsOf(figures))} log records of the week. Made by Cistern at {at(Date.now(), of.tz, 'full').slice(0, 16)} ({of.tz}). <span class="screen-only"><Link screen="logs" changes={{ q: both(logs, ''), from: isoOf(of.week.from), to: isoOf(of.week.to), week: null }}>All records of the week</Link></span>
      </p>
    </footer>
  )
}
