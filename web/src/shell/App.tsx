import { useEffect, useState } from 'preact/hooks'
import { session } from '../api/client'
import { screenOf } from '../state/screens'
import { useRefreshChoice, useRefreshClock } from '../state/refresh'
import { useStore } from '../state/store'
import { go, useView } from '../state/url'
import { Empty } from '../parts/States'
import { Notices } from './Notices'
import { Nav } from './Nav'
import { ScreenView } from './ScreenView'
import { SignIn } from './SignIn'
import { Shortcuts, useShortcuts } from './Shortcuts'
import { TopBar } from './TopBar'

export function App() {
  const { screen } = useView()
  const state = useStore(session)
  const [helping, setHelping] = useState(false)
  useEffect(() => { document.title = screen === null ? 'Cistern' : `${screenOf(screen).title} · Cistern` }, [screen])
  useShortcuts(() => setHelping(true))
  useRefreshClock(useRefreshChoice())

  if (screen === 'signin' || state === 'signed-out') return <SignIn />
  return (
    <div class="app">
      <a class="skip" href="#main">Skip to content</a>
      <Nav screen={screen} onHelp={() => setHelping(true)} />
      <div class="page">
        {screen !== null && <TopBar screen={screen} />}
        <Notices />
        <main id="main" tabIndex={-1}>
          {screen !== null && <ScreenView screen={screen} />}
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
