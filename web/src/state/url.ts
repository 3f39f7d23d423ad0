import { type Screen, screenOf, screens, signalAt } from './screens'
import { Store, useStore } from './store'

/*
 * The address is the one place where the state of the screen lives, so a link shows the same to a colleague and the browser's
 * back button goes back. Parameters in `shared` belong to every screen and stay when the screen changes; all others are the screen's own.
 */

export type { Screen }

export interface View {
  readonly screen: Screen | null
  readonly params: URLSearchParams
}

/** Range, filter, host, zone, comparison and refresh. */
const shared = ['from', 'to', 'q', 'host', 'tz', 'compare', 'refresh']

export type Changes = Readonly<Record<string, string | null | undefined>>

export const view = new Store<View>(read())

addEventListener('popstate', () => view.set(read()))

export function useView(): View {
  return useStore(view)
}

export function useParam(name: string): string | null {
  return useView().params.get(name)
}

/** The address of a screen with parameters changed; null and '' take one away. */
export function addressOf(screen: Screen | null, changes: Changes = {}): string {
  const here = view.value
  const params = new URLSearchParams()
  const stays = screen === null || screen === here.screen
  for (const [name, value] of here.params) {
    if (stays || shared.includes(name)) params.set(name, value)
  }
  const named = 'signal' in changes ? changes['signal'] : stays ? here.params.get('signal') : null
  // The fields of one signal are none of another.
  if (signalAt(stays ? here.screen : screen, named) !== signalHere()) params.delete('q')
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === '') params.delete(name)
    else params.set(name, value)
  }
  const path = screen === null ? location.pathname : screenOf(screen).path
  const text = readable(params)
  return text === '' ? path : `${path}?${text}`
}

/** The signal that the filter of this screen is about. */
export function signalHere(): string {
  return signalAt(view.value.screen, view.value.params.get('signal'))
}

/** Changes parameters and, if given, the screen. `replace` leaves no entry in the browser's history: for what is not worth going back to. */
export function go(changes: Changes, options: { screen?: Screen; replace?: boolean } = {}): void {
  const address = addressOf(options.screen ?? null, changes)
  if (address === location.pathname + location.search) return
  if (options.replace === true) history.replaceState(null, '', address)
  else history.pushState(null, '', address)
  view.set(read())
}

/** Goes to an address of this program as it stands. */
export function goTo(address: string): void {
  history.pushState(null, '', address)
  view.set(read())
}

function read(): View {
  const screen = screens.find(one => one.path === location.pathname)?.screen ?? null
  return { screen, params: new URLSearchParams(location.search) }
}

// What people read and paste: ':' '/' ',' '*' need no escape in a query.
function readable(params: URLSearchParams): string {
  return params.toString().replace(/%3A/g, ':').replace(/%2F/g, '/').replace(/%2C/g, ',').replace(/%2A/g, '*')
}
