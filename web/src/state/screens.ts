import type { IconName } from '../parts/icons.ts'

export type Tool = 'host' | 'time' | 'compare' | 'refresh' | 'views' | 'link'

/** A screen: where it is, and what stands around it. */
export interface ScreenOf {
  readonly screen: string
  readonly path: string
  /** In the navigation. */
  readonly name: string
  readonly title: string
  readonly icon: IconName
  /** Goes there after `g`; null for a screen that the navigation does not show. */
  readonly key: string | null
  /** What its top bar has. */
  readonly tools: readonly Tool[]
  readonly filter: boolean
  /** What its filter is about; of the logs screen its address says it. */
  readonly signal: string
}

const asking: readonly Tool[] = ['host', 'time', 'compare', 'refresh', 'views', 'link']
const requests = { filter: true, signal: 'requests' } as const

/** All screens, in the order of the navigation. The program and the page's frame read it; `early.ts` and `WebPages.cs` name them once more. */
export const screens = [
  { screen: 'overview', path: '/', name: 'Overview', title: 'Overview', icon: 'home', key: 'o', tools: asking, ...requests },
  { screen: 'agents', path: '/agents', name: 'Agents', title: 'Agents', icon: 'agents', key: 'a', tools: asking, ...requests },
  { screen: 'pages', path: '/pages', name: 'Pages', title: 'Pages', icon: 'pages', key: 'p', tools: asking, ...requests },
  { screen: 'referrals', path: '/referrals', name: 'Referrals', title: 'Referrals', icon: 'referrals', key: 'r', tools: asking, ...requests },
  { screen: 'traffic', path: '/traffic', name: 'Traffic', title: 'Traffic', icon: 'overview', key: 't', tools: asking, ...requests },
  { screen: 'logs', path: '/logs', name: 'Logs', title: 'Logs', icon: 'logs', key: 'l', tools: ['host', 'time', 'refresh', 'views', 'link'], ...requests },
  { screen: 'graphs', path: '/graphs', name: 'Metrics', title: 'Metrics', icon: 'gauge', key: 'm', tools: ['time', 'compare', 'refresh', 'views', 'link'], filter: true, signal: 'metrics' },
  { screen: 'health', path: '/health', name: 'Health', title: 'Delivery health', icon: 'health', key: 'h', tools: ['time', 'refresh', 'link'], filter: false, signal: 'requests' },
  { screen: 'setup', path: '/setup', name: 'Setup', title: 'Setup', icon: 'setup', key: 's', tools: [], filter: false, signal: 'requests' },
  { screen: 'report', path: '/report', name: 'Report', title: 'Weekly report', icon: 'report', key: null, tools: ['host', 'link'], filter: false, signal: 'requests' },
  { screen: 'signin', path: '/signin', name: 'Sign in', title: 'Sign in', icon: 'key', key: null, tools: [], filter: false, signal: 'requests' },
] as const satisfies readonly ScreenOf[]

export type Screen = (typeof screens)[number]['screen']

export function screenOf(screen: Screen): ScreenOf {
  return screens.find(one => one.screen === screen)!
}

/** The signal that the filter of an address is about. */
export function signalAt(screen: Screen | null, named: string | null | undefined): string {
  return screen === 'logs' ? named || 'requests' : screen === null ? 'requests' : screenOf(screen).signal
}
