import type { FunctionComponent } from 'preact'
import type { Screen } from '../state/screens'

/** The code of each screen is a file of its own: who opens one waits for no other. */
const loaders: Partial<Record<Screen, () => Promise<FunctionComponent>>> = {
  overview: () => import('./overview/Overview').then(module => module.Overview),
  agents: () => import('./agents/Agents').then(module => module.Agents),
  pages: () => import('./pages/Pages').then(module => module.Pages),
  referrals: () => import('./referrals/Referrals').then(module => module.Referrals),
  traffic: () => import('./traffic/Traffic').then(module => module.Traffic),
  logs: () => import('./logs/Logs').then(module => module.Logs),
  graphs: () => import('./graphs/Graphs').then(module => module.Graphs),
  health: () => import('./health/Health').then(module => module.Health),
  setup: () => import('./setup/Setup').then(module => module.Setup),
  report: () => import('./report/Report').then(module => module.Report),
}

const loaded = new Map<Screen, FunctionComponent>()

/** A screen whose code is here. */
export function ready(screen: Screen): FunctionComponent | undefined {
  return loaded.get(screen)
}

/** Fetches the code of a screen, once; at once where there is none. */
export async function load(screen: Screen | null): Promise<void> {
  if (screen === null || loaded.has(screen)) return
  const found = await loaders[screen]?.()
  if (found !== undefined) loaded.set(screen, found)
}

/** The code of all other screens, when there is nothing better to do, so that none has to be waited for. */
export function loadRest(): void {
  setTimeout(() => {
    for (const screen of Object.keys(loaders) as Screen[]) load(screen).catch(() => undefined)
  }, 3000)
}
