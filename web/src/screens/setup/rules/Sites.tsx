import { useState } from 'preact/hooks'
import { changeRules } from '../../../api/rules'
import { Icon } from '../../../parts/Icon'
import { Problem, useDoing } from '../../../parts/Form'
import { Visible } from '../../../parts/Visible'
import { Box } from './Box'

/** Hosts of the operator's own, which send nobody here. */
export function Sites({ sites }: { sites: readonly string[] }) {
  const [host, setHost] = useState('')
  const doing = useDoing()
  const set = (hosts: readonly string[]) => doing.run(changeRules('PUT', 'sites', { hosts }), () => setHost(''))
  return (
    <Box title="Hosts of your own">
      <p>A page of these hosts, or of a host below them, sends nobody here: who comes from one does not count as an arrival. The host that was asked never counts.</p>
      {sites.length > 0 && (
        <ul class="row sites">
          {sites.map(site => <li key={site}><Visible text={site} /><button type="button" class="quiet" aria-label={`Remove ${site}`} disabled={doing.busy} onClick={() => set(sites.filter(one => one !== site))}><Icon name="close" size={13} /></button></li>)}
        </ul>
      )}
      <form class="row" onSubmit={event => { event.preventDefault(); set([...sites, host.trim()]) }}>
        <input type="text" required autocomplete="off" spellcheck={false} aria-label="Host of your own" placeholder="example.com" value={host} onInput={event => setHost(event.currentTarget.value)} />
        <button type="submit" disabled={doing.busy}>Add the host</button>
      </form>
      <Problem of={doing} />
      <p class="note">Which hosts are AI products stands in <code>referrers.tsv</code>; a file of that name in <code>rules/</code> of the data folder adds some.</p>
    </Box>
  )
}
