import { useEffect, useState } from 'preact/hooks'
import { go, useParam } from '../../state/url'

/** Looks for pages by a part of their address, among all and not only those that are shown. */
export function Find() {
  const find = useParam('find') ?? ''
  const [typed, setTyped] = useState(find)
  useEffect(() => setTyped(find), [find])
  useEffect(() => {
    if (typed === find) return
    const timer = setTimeout(() => go({ find: typed }, { replace: true }), 300)
    return () => clearTimeout(timer)
  }, [typed])
  return <input type="search" class="find" placeholder="Find pages" aria-label="Find pages" value={typed} onInput={event => setTyped(event.currentTarget.value)} />
}
