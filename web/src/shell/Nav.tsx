import { useLayoutEffect, useRef } from 'preact/hooks'
import { Icon, type IconName } from '../parts/Icon'
import { Popover } from '../parts/Popover'
import { useStore } from '../state/store'
import { chooseTheme, theme, type Theme } from '../state/theme'
import { type Screen, screens } from '../state/screens'
import { Link } from './Link'
import { signOut } from './SignIn'

const themes: readonly { theme: Theme; name: string; icon: IconName }[] = [
  { theme: 'system', name: 'As the system', icon: 'screen' },
  { theme: 'light', name: 'Light', icon: 'sun' },
  { theme: 'dark', name: 'Dark', icon: 'moon' },
]

export function Nav({ screen, onHelp }: { screen: Screen | null; onHelp: () => void }) {
  const list = useRef<HTMLUListElement>(null)

  // On a phone the list is wider than the bar: the current screen stands in its middle.
  useLayoutEffect(() => {
    const current = list.current?.querySelector<HTMLElement>('[aria-current="page"]')
    if (list.current && current) {
      list.current.scrollLeft = current.offsetLeft - list.current.offsetLeft - (list.current.clientWidth - current.offsetWidth) / 2
    }
  }, [screen])

  return (
    <nav class="nav" aria-label="Screens">
      <Link screen="overview" class="brand" title="Cistern">
        <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true">
          <path d="M6 5h20v17a5 5 0 0 1-5 5H11a5 5 0 0 1-5-5z" fill="var(--brand-deep)" />
          <path d="M6 14c3.3-2.4 6.7-2.4 10 0s6.7 2.4 10 0v8a5 5 0 0 1-5 5H11a5 5 0 0 1-5-5z" fill="var(--brand)" />
        </svg>
        <span>Cistern</span>
      </Link>
      <ul ref={list}>
        {screens.filter(one => one.key !== null).map(({ screen: target, name, icon }) => (
          <li key={target}>
            <Link screen={target} class="nav-link" current={screen === target}><Icon name={icon} size={18} /><span>{name}</span></Link>
          </li>
        ))}
      </ul>
      <div class="nav-foot">
        <ThemeMenu />
        <button type="button" class="quiet" onClick={onHelp} aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)"><Icon name="keyboard" /></button>
        <button type="button" class="quiet" onClick={() => void signOut()} aria-label="Sign out" title="Sign out"><Icon name="signOut" /></button>
      </div>
    </nav>
  )
}

function ThemeMenu() {
  const chosen = useStore(theme)
  const icon = themes.find(one => one.theme === chosen)!.icon
  return (
    <Popover class="theme-menu" name="Colours" label={<Icon name={icon} />}>
      {close => (
        <ul class="menu">
          {themes.map(one => (
            <li key={one.theme}>
              <button type="button" class="menu-item" aria-pressed={chosen === one.theme} onClick={() => { chooseTheme(one.theme); close() }}>
                <Icon name={one.icon} />{one.name}
              </button>
            </li>
          ))}
        </ul>
      )}
    </Popover>
  )
}
