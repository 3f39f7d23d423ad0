import { useState } from 'preact/hooks'
import type { Asked } from '../../api/use'
import { textOf } from '../../parts/States'
import { KeyForm } from './KeyForm'
import type { Key, Made } from './keys'
import { Secret } from './Secret'

interface KeyStepProps {
  readonly keys: Asked<readonly Key[]>
  readonly made: Made | null
  readonly chosen: string
  readonly onMade: (made: Made) => void
  readonly onChoose: (name: string) => void
}

/** A new key, or one that somebody has. */
export function KeyStep({ keys, made, chosen, onMade, onChoose }: KeyStepProps) {
  const [existing, setExisting] = useState(false)
  const usable = (keys.data ?? []).filter(key => key.state === 'active' && (key.scopes.includes('ingest') || key.scopes.includes('admin')))
  if (made !== null) return <><Secret made={made} /><button type="button" class="small" onClick={() => { onChoose(''); setExisting(false) }}>Make another</button></>
  return (
    <>
      <p>A key of its own for each stream says who sent what, and can be revoked alone.</p>
      <div class="row" role="group" aria-label="Which key">
        <button type="button" class="small" aria-pressed={!existing} onClick={() => { setExisting(false); onChoose('') }}>A new key</button>
        <button type="button" class="small" aria-pressed={existing} onClick={() => setExisting(true)}>One that I have</button>
      </div>
      {!existing && <KeyForm suggestion={suggestion(keys.data ?? [])} key={keys.data === null ? 'early' : 'known'} withScopes={false} onMade={onMade} />}
      {existing && (
        <div class="field">
          <label for="chosen-key">Its name</label>
          <select id="chosen-key" value={chosen} onChange={event => onChoose(event.currentTarget.value)}>
            <option value="">Choose …</option>
            {usable.map(key => <option key={key.name} value={key.name}>{key.name}</option>)}
          </select>
          <p class="note">Its secret is not known here: where it is needed, <code>$CISTERN_KEY</code> stands for it.</p>
          {keys.error !== null && <p class="problem" role="alert">{textOf(keys.error)}</p>}
        </div>
      )}
    </>
  )
}

// Names are unique, also among revoked keys.
function suggestion(keys: readonly Key[]): string {
  const taken = (name: string) => keys.some(key => key.name === name)
  for (let number = 1; ; number++) {
    const name = number === 1 ? 'cloudfront' : `cloudfront-${number}`
    if (!taken(name)) return name
  }
}
