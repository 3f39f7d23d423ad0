import { go, useView, view } from '../state/url'
import { both, testOf, withTest } from './terms'

/** The filter of the screen and the chosen host, as one `where`. */
export function useWhere(): string {
  return whereOf(useView().params)
}

export function whereOf(params: URLSearchParams): string {
  const host = params.get('host')
  return both(host ? testOf('host', host) : '', params.get('q') ?? '')
}

/** Adds a test of one value to the filter of the screen. */
export function filterBy(field: string, value: string | number | boolean | null, exclude = false): void {
  go({ q: withTest(view.value.params.get('q') ?? '', testOf(field, value, exclude)) })
}
