import { scopeOf } from '../../api/scope'
import { Link } from '../../shell/Link'
import { useView } from '../../state/url'
import { Broken } from './Broken'
import { Freshness } from './Freshness'
import { NotRead } from './NotRead'
import { PageTable } from './PageTable'
import { Robots } from './Robots'
import { viewOf, views } from './views'
import './pages.css'

/** What of the site is read, by whom and how lately, and what is not. */
export function Pages() {
  const { params } = useView()
  const [view, scope] = [viewOf(params), scopeOf(params)]
  return (
    <div class="pages">
      <nav class="views" aria-label="Views of the pages">
        {views.map((one, place) => <Link key={one.view} current={one.view === view} changes={{ view: place === 0 ? null : one.view, sort: null, open: null }}>{one.name}</Link>)}
      </nav>
      {(view === 'pages' || view === 'folders') && <PageTable key={view} scope={scope} byFolder={view === 'folders'} />}
      {view === 'freshness' && <Freshness scope={scope} />}
      {view === 'unread' && <NotRead scope={scope} />}
      {view === 'broken' && <Broken scope={scope} />}
      {view === 'robots' && <Robots scope={scope} />}
    </div>
  )
}
