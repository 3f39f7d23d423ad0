import type { ComponentChildren } from 'preact'
import { Empty } from '../States'
import { Link } from '../../shell/Link'
import { go, useParam } from '../../state/url'

/** Looks for pages by a part of their address, among all and not only those that are shown. */
export function Find() {
  return <input type="search" class="find" placeholder="Find pages" aria-label="Find pages" value={useParam('find') ?? ''} onInput={event => go({ find: event.currentTarget.value }, { replace: true })} />
}

/** What a list without a page says: that none is found, or what it says without looking for one. */
export function NoneFound({ children }: { children: ComponentChildren }) {
  return useParam('find') === null ? <>{children}</> : <Empty title="No page has this in its address"><p>Capital letters count. <Link changes={{ find: null }}>Show all pages</Link></p></Empty>
}
