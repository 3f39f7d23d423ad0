import { scopeOf } from '../../api/scope'
import { Link } from '../../shell/Link'
import { useView } from '../../state/url'
import { Broken } from './Broken'
import { Folders } from './Folders'
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
  const Shown = { pages: PageTable, folders: Folders, freshness: Freshness, unread: NotRead, broken: Broken, robots: Robots }[view]
  return (
    <div class="pages">
      <nav class="views" aria-label="Views of the pages">
        {views.map((one, place) => <Link key={one.view} current={one.view === view} changes={{ view: place === 0 ? null : one.view, sort: null, open: null }}>{one.name}</Link>)}
      </nav>
      <Shown key={view} scope={scope} />
    </div>
  )
}
