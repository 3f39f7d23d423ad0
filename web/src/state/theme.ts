import { Store } from './store'
import { remember, remembered } from './stored'

export type Theme = 'system' | 'light' | 'dark'

const kept = remembered('theme')

export const theme = new Store<Theme>(kept === 'light' || kept === 'dark' ? kept : 'system')

export function chooseTheme(next: Theme): void {
  theme.set(next)
  remember('theme', next === 'system' ? null : next)
  apply()
}

export function apply(): void {
  if (theme.value === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme.value
}
