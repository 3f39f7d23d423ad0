import { useState } from 'preact/hooks'
import { ask, type Facet, search } from '../api/client'
import { useAsked } from '../api/use'
import { compact } from '../format/numbers'
import { Icon } from '../parts/Icon'
import { Popover } from '../parts/Popover'
import { Failed, Loading } from '../parts/States'
import { Visible } from '../parts/Visible'
import { useRange } from '../state/range'
import { go, useParam } from '../state/url'

/** Chooses the site. It is a filter of its own, so that it stays while filters come and go. */
export function HostPicker({ off }: { /** What is shown has no hosts: the choice stays for what has. */ off: boolean }) {
  const host = useParam('host')
  if (off) return <button type="button" class="button" disabled title="Log events have no host"><span class="host-name">No hosts here</span></button>
  return (
    <Popover class="host-picker" name="Host" label={<><span class="host-name">{host === null ? 'All hosts' : <Visible text={host} />}</span><Icon name="down" size={13} /></>}>
      {close => <Hosts chosen={host} onChoose={name => { go({ host: name }); close() }} />}
    </Popover>
  )
}

function Hosts({ chosen, onChoose }: { chosen: string | null; onChoose: (name: string | null) => void }) {
  const range = useRange()
  const [typed, setTyped] = useState('')
  const asked = useAsked(`hosts ${range.from} ${range.to}`, signal =>
    ask<{ facets: Facet[] }>(`/api/facets?${search({ signal: 'requests', field: 'host', from: range.from, to: range.to, limit: 200 })}`, { signal }))
  const hosts = (asked.data?.facets[0]?.values ?? []).filter(one => typeof one.value === 'string' && one.value !== '' && one.value.includes(typed.toLowerCase()))
  return (
    <div class="hosts">
      <input type="search" placeholder="Find a host" aria-label="Find a host" value={typed} onInput={event => setTyped(event.currentTarget.value)} />
      {asked.error !== null && asked.data === null && <Failed error={asked.error} />}
      {asked.data === null && asked.error === null && <Loading />}
      <ul class="menu">
        <li><button type="button" class="menu-item" aria-pressed={chosen === null} onClick={() => onChoose(null)}>All hosts</button></li>
        {hosts.map(one => (
          <li key={String(one.value)}>
            <button type="button" class="menu-item" aria-pressed={chosen === one.value} onClick={() => onChoose(String(one.value))}>
              <span class="grow"><Visible text={String(one.value)} /></span><span class="count">{compact(one.count)}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
