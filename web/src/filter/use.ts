import { go, useView, view } from '../state/url'
import { both, testOf, withTest } from './terms'

/** The filter of the screen and the chosen host, as one `where`. */
export function useWhere(hosts = true): string {
  return whereOf(useView().params, hosts)
}

/** `hosts` is false where rows have none. */
export function whereOf(params: URLSearchParams, hosts = true): string {
  const host = hosts ? params.get('host') : null
  return both(host ? testOf('host', host) : '', params.get('q') ?? '')
}

/** Adds a test of one value to the filter of the screen. */
export function filterBy(field: string, value: string | number | boolean | null, exclude = false): void {
  go({ q: withTest(view.value.params.get('q') ?? '', testOf(field, value, exclude)) })
}
