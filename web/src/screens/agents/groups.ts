import type { Answer, Value } from '../../api/client'
import { both, testOf } from '../../filter/terms'
import { aiTest, automationTest } from '../../parts/agents/classes'
import type { Proofs } from '../../parts/agents/proofs'

/** By what the table of agents is put together. */
export const groupings = ['agent', 'operator', 'class'] as const
export type Grouping = (typeof groupings)[number]

export function groupingOf(text: string | null): Grouping {
  return groupings.find(one => one === text) ?? 'agent'
}

/** Which readers the screen is about: AI alone, or all that is no person's browser. */
export function testOfReach(all: boolean): string {
  return all ? automationTest : aiTest
}

export function dimensionsOf(grouping: Grouping): string[] {
  return grouping === 'agent' ? ['agent', 'operator', 'class'] : [grouping]
}

export const measures = [
  'requests', 'reads', 'delivered_share', 'live_pages', 'bytes_sent', 'error_rate', 'proven_requests', 'impostor_requests', 'unlisted_requests',
]

/** One line of the table. */
export interface Group {
  /** The value that it is grouped by. */
  readonly name: string
  readonly operator: string
  readonly class: string
  /** Lets through its rows. */
  readonly test: string
  readonly requests: number
  readonly requestsBefore: number | null
  readonly requestsChange: number | null
  readonly reads: number
  readonly readsBefore: number | null
  readonly readsChange: number | null
  readonly delivered: number | null
  readonly pages: number
  readonly bytes: number
  readonly errors: number | null
  readonly proofs: Proofs
}

export function groupsOf(answer: Answer, grouping: Grouping, reach: string): Group[] {
  return answer.rows.map(row => groupOf(reader(answer, row), grouping, reach)).filter(group => group.requests > 0)
}

function groupOf(value: (name: string) => Value, grouping: Grouping, reach: string): Group {
  const text = (name: string) => String(value(name) ?? '')
  const number = (name: string) => Number(value(name) ?? 0)
  const maybe = (name: string) => value(name) === null ? null : Number(value(name))
  return {
    name: text(grouping), operator: text('operator'), class: text('class'), test: testOfGroup(text, grouping, reach),
    requests: number('requests'), requestsBefore: maybe('requests_before'), requestsChange: maybe('requests_change'),
    reads: number('reads'), readsBefore: maybe('reads_before'), readsChange: maybe('reads_change'),
    delivered: maybe('delivered_share'), pages: number('live_pages'), bytes: number('bytes_sent'), errors: maybe('error_rate'),
    proofs: { proven: number('proven_requests'), impostor: number('impostor_requests'), unlisted: number('unlisted_requests'), total: number('requests') },
  }
}

function testOfGroup(text: (name: string) => string, grouping: Grouping, reach: string): string {
  if (grouping === 'class') return testOf('class', text('class'))
  if (grouping === 'operator') return both(testOf('operator', text('operator')), reach)
  const own = both(testOf('agent', text('agent')), testOf('class', text('class')))
  return text('agent') === '' ? both(own, testOf('operator', text('operator'))) : own
}

/** The value of a column in a row; null where the answer has none of that name. */
export function reader(answer: Answer, row: readonly Value[]): (name: string) => Value {
  return name => row[answer.columns.findIndex(column => column.name === name)] ?? null
}

const picksMost = 6
const between = '|'

/** The agents whose lines are shown, as the address says it. */
export function picksOf(text: string | null): string[] {
  return text === null ? [] : text.split(between).slice(0, picksMost)
}

export function textOfPicks(picks: readonly string[]): string | null {
  return picks.length === 0 ? null : picks.join(between)
}

export function mayPick(picks: readonly string[], name: string): boolean {
  return name !== '' && !name.includes(between) && (picks.length < picksMost || picks.includes(name))
}
