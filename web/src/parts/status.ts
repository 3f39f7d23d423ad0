import type { ChartSeries } from './TimeChart'

/** Status classes in the order in which they are stacked: measure, name, colour. */
export const statusClasses = [
  { measure: 'status_2xx', name: '2xx', color: '--status-2xx' },
  { measure: 'status_3xx', name: '3xx', color: '--status-3xx' },
  { measure: 'status_4xx', name: '4xx', color: '--status-4xx' },
  { measure: 'status_5xx', name: '5xx', color: '--status-5xx' },
  { measure: 'aborted', name: '000', color: '--status-000' },
  { measure: 'status_1xx', name: '1xx', color: '--status-1xx' },
] as const

export const statusMeasures: readonly string[] = statusClasses.map(one => one.measure)

/** A series for each class that occurs; 2xx always. */
export function statusSeries(values: (measure: string) => readonly (number | null)[]): ChartSeries[] {
  return statusClasses
    .map(({ measure, name, color }) => ({ name, color, values: values(measure) }))
    .filter((one, place) => place === 0 || one.values.some(value => value !== null && value > 0))
}

/** The colour of a status, as a CSS variable. */
export function statusColor(status: number | null): string {
  const name = status === null ? '' : status === 0 ? '000' : `${Math.floor(status / 100)}xx`
  return statusClasses.find(one => one.name === name)?.color ?? '--ink-3'
}
