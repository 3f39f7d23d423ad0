import type { Answer } from '../../api/client'
import { type Asked, useAsked } from '../../api/use'
import { readers } from '../../parts/agents/classStack'
import { asked, askFigures, figuresKey, type Of, rowsOf } from './ask'

/** Every question of the report. The lists follow when the figures are there, or have failed; a week without rows has none. */
export function useReport(of: Of) {
  const figures = useAsked(figuresKey(of), signal => askFigures(of, signal))
  const ask = figures.error !== null || (figures.data !== null && rowsOf(figures.data) > 0)
  const list = (name: string, question: Parameters<typeof asked>[1]): Asked<Answer> => useAsked(ask ? `report ${name} ${of.key}` : null, signal => asked(of, question, signal))
  return {
    figures,
    days: list('days', { measures: ['requests'], by: ['time:1d', 'class'], where: `kind:page method:GET ${readers}`, limit: 20 }),
    agents: list('agents', {
      measures: ['page_reads', 'delivery_rate', 'pages_touched', 'proven_share', 'impostor_requests'], by: ['agent', 'operator', 'class'], where: 'agent:*', order: '-page_reads', limit: 12, compare: true,
    }),
    sources: list('sources', { measures: ['ai_visits', 'ai_visitors'], by: ['ai_source'], where: 'ai_source:*', order: '-ai_visits', limit: 8, compare: true }),
    operators: list('operators', {
      measures: ['delivered_page_reads', 'ai_visits', 'reads_per_visit'], by: ['operator'], where: 'operator:* class:training,search,user-fetch,agent,human-like', order: '-delivered_page_reads', limit: 8,
    }),
    pages: list('pages', { measures: ['page_reads', 'delivery_rate', 'ai_visits', 'human_page_reads'], by: ['page'], order: '-page_reads', limit: 12 }),
    closed: list('closed', {
      measures: ['blocked_page_reads', 'human_delivered_reads', 'page_reads'], by: ['page'], having: 'blocked_page_reads>0 human_delivered_reads>0', order: '-blocked_page_reads', limit: 8,
    }),
    violations: list('robots', { measures: ['robots_violations', 'robots_judged'], by: ['agent'], where: 'agent:* -proof:mismatch', having: 'robots_violations>0', order: '-robots_violations', limit: 8 }),
  }
}
