import { go, useParam } from '../../state/url'

/** Looks for pages by a part of their address, among all and not only those that are shown. */
export function Find() {
  return <input type="search" class="find" placeholder="Find pages" aria-label="Find pages" value={useParam('find') ?? ''} onInput={event => go({ find: event.currentTarget.value }, { replace: true })} />
}
