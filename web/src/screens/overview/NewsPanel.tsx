import type { Scope } from '../../api/scope'
import { useAsked } from '../../api/use'
import { ago } from '../../format/times'
import { Icon, type IconName } from '../../parts/Icon'
import { Panel } from '../../parts/Panel'
import { Empty } from '../../parts/States'
import { Visible } from '../../parts/Visible'
import { Link } from '../../shell/Link'
import { both } from '../../filter/terms'
import { useParam } from '../../state/url'
import { askNews, type News } from './ask'

const kinds: Record<News['news'][number]['kind'], { readonly icon: IconName; readonly name: string }> = {
  impostor: { icon: 'warning', name: 'Impostor' },
  'new-agent': { icon: 'plus', name: 'New agent' },
  silent: { icon: 'pause', name: 'Gone silent' },
  spike: { icon: 'chart', name: 'Spike' },
  'new-bot': { icon: 'search', name: 'Unknown' },
}

const height = 266

/** What is not as it was: who is new, who is gone, who reads much more, who lies. */
export function NewsPanel({ scope, wait }: { scope: Scope; wait: boolean }) {
  const q = useParam('q') ?? ''
  const asked = useAsked(wait ? null : `news ${scope.key}`, signal => askNews(scope, signal))
  return (
    <Panel title="What is new" asked={asked} height={height} class="news">
      {data => data.news.length === 0
        ? <Empty title="Nothing out of the ordinary"><p>Agents that are new, gone or much busier than usual would stand here, and whoever claims to be one.</p></Empty>
        : (
          <ul class="news-list" tabIndex={0} aria-label="What is new">
            {data.news.map(one => (
              <li key={`${one.kind} ${one.name}`} class={`news-${one.kind}`}>
                <Icon name={kinds[one.kind].icon} size={15} />
                <Link screen="logs" changes={{ q: both(q, one.filter), ...(one.kind === 'silent' && { from: '-30d', to: null }) }}>
                  <b>{kinds[one.kind].name}</b> <Visible text={one.text} />{one.time !== null && <time dateTime={one.time}> {ago(Date.parse(one.time), Date.now())}</time>}
                </Link>
              </li>
            ))}
          </ul>
        )}
    </Panel>
  )
}
