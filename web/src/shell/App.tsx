import { useEffect, useState } from 'preact/hooks'
import { session } from '../api/client'
import { Health } from '../screens/health/Health'
import { Logs } from '../screens/logs/Logs'
import { Overview } from '../screens/overview/Overview'
import { Setup } from '../screens/setup/Setup'
import { useRefreshChoice, useRefreshClock } from '../state/refresh'
import { useStore } from '../state/store'
import { go, type Screen, useView } from '../state/url'
import { Empty } from '../parts/States'
import { Notices } from './Notices'
import { Nav } from './Nav'
import { SignIn } from './SignIn'
import { Shortcuts, useShortcuts } from './Shortcuts'
import { TopBar } from './TopBar'

const titles: Record<Screen, string> = { overview: 'Overview', logs: 'Logs', health: 'Delivery health', setup: 'Setup', signin: 'Sign in' }

export function App() {
  const { screen } = useView()
  const state = useStore(session)
  const [helping, setHelping] = useState(false)
  useEffect(() => { document.title = screen === null ? 'Cistern' : `${titles[screen]} · Cistern` }, [screen])
  useShortcuts(() => setHelping(true))
  useRefreshClock(useRefreshChoice())

  if (screen === 'signin' || state === 'signed-out') return <SignIn />
  return (
    <div class="app">
      <a class="skip" href="#main">Skip to content</a>
      <Nav screen={screen} onHelp={() => setHelping(true)} />
      <div class="page">
        {screen !== null && <TopBar screen={screen} title={titles[screen]} />}
        <Notices />
        <main id="main" tabIndex={-1}>
          {screen === 'overview' && <Overview />}
          {screen === 'logs' && <Logs />}
          {screen === 'health' && <Health />}
          {screen === 'setup' && <Setup />}
          {screen === null && (
            <Empty title="There is nothing at this address">
              <button type="button" onClick={() => go({}, { screen: 'overview' })}>Go to the overview</button>
            </Empty>
          )}
        </main>
      </div>
      {helping && <Shortcuts onClose={() => setHelping(false)} />}
    </div>
  )
}
