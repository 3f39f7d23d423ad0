import { useEffect } from 'preact/hooks'
import { Store } from './store'
import { useParam } from './url'

/** Counts up when every panel shall ask again. */
export const tick = new Store(0)

export const choices = ['off', '10s', '1m', 'live'] as const
export type Refresh = (typeof choices)[number]

const seconds: Record<Refresh, number> = { off: 0, '10s': 10, '1m': 60, live: 2 }

export function refreshNow(): void {
  tick.set(tick.value + 1)
}

export function useRefreshChoice(): Refresh {
  const chosen = useParam('refresh')
  return choices.find(choice => choice === chosen) ?? 'off'
}

/** Runs the clock. Hidden tabs do not ask; they catch up when they are looked at again. */
export function useRefreshClock(choice: Refresh): void {
  useEffect(() => {
    if (choice === 'off') return
    const timer = setInterval(() => document.hidden || refreshNow(), seconds[choice] * 1000)
    const seen = () => document.hidden || refreshNow()
    document.addEventListener('visibilitychange', seen)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', seen)
    }
  }, [choice])
}
