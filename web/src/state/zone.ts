import { remember, remembered } from './stored'
import { go, useView, view } from './url'

/** The zone of the browser. */
export const localZone: string = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'

export function zoneOf(params: URLSearchParams): string {
  const chosen = params.get('tz') ?? remembered('tz') ?? localZone
  return isZone(chosen) ? chosen : 'UTC'
}

/** The IANA name of the zone in which times are shown and days begin. */
export function useZone(): string {
  return zoneOf(useView().params)
}

export function currentZone(): string {
  return zoneOf(view.value.params)
}

export function chooseZone(zone: string): void {
  remember('tz', zone === localZone ? null : zone)
  go({ tz: zone === localZone ? null : zone })
}

export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
