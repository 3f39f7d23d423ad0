import { columnOf } from '../../api/answers'
import { type Answer, query, type Question } from '../../api/client'
import { both, testOf } from '../../filter/terms'
import { isoOf } from '../../state/range'
import { zoneOf } from '../../state/zone'
import { type Week, weekOf } from './week'

/** What a report is of. */
export interface Of {
  readonly week: Week
  readonly host: string | null
  readonly tz: string
  readonly key: string
}

export function ofParams(params: URLSearchParams): Of {
  const [tz, host] = [zoneOf(params), params.get('host')]
  const week = weekOf(params.get('week'), tz, Date.now())
  return { week, host, tz, key: `${week.last} ${tz} ${host ?? ''}` }
}

export const measures = ['page_reads', 'delivery_rate', 'agents', 'proven_share', 'impostor_requests', 'blocked_page_reads', 'missing_page_reads', 'failed_page_reads', 'human_page_reads', 'ai_visits', 'ai_share_of_arrivals', 'requests', 'rows']

export function figuresKey(of: Of): string {
  return `report ${of.key}`
}

export function askFigures(of: Of, signal?: AbortSignal): Promise<Answer> {
  return asked(of, { measures, compare: true }, signal)
}

/** How many log records the figures are of. */
export function rowsOf(figures: Answer): number {
  return columnOf(figures, 'rows')[0] ?? 0
}

/** A question about the week. */
export function asked({ week, host, tz }: Of, question: Omit<Question, 'from' | 'to' | 'tz'>, signal?: AbortSignal): Promise<Answer> {
  const where = both(host === null ? '' : testOf('host', host), question.where ?? '')
  return query({ ...question, from: isoOf(week.from), to: isoOf(week.to), tz, ...(where !== '' && { where }) }, signal)
}
