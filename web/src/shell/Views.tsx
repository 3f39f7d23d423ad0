import { useState } from 'preact/hooks'
import { ask, search } from '../api/client'
import { useAsked } from '../api/use'
import { Icon } from '../parts/Icon'
import { Popover } from '../parts/Popover'
import { Failed, Loading, sentence } from '../parts/States'
import { Visible } from '../parts/Visible'
import { goTo } from '../state/url'

interface View {
  readonly name: string
  readonly address: string
}

interface Views {
  readonly views: readonly View[]
}

/** Views that somebody keeps for everybody who signs in here: a screen with its range, filter and order. */
export function SavedViews() {
  return (
    <Popover class="saved-views" name="Saved views" align="right" label={<Icon name="bookmark" />}>
      {close => <Box close={close} />}
    </Popover>
  )
}

function Box({ close }: { close: () => void }) {
  const asked = useAsked('views', signal => ask<Views>('/api/views', { signal }))
  const [changed, setChanged] = useState<Views | null>(null)
  const [name, setName] = useState('')
  const [problem, setProblem] = useState('')
  const views = (changed ?? asked.data)?.views
  const change = (answer: Promise<Views>) => answer.then(
    now => { setChanged(now); setProblem(''); setName('') },
    (error: Error) => setProblem(error.message))
  const replaces = views?.some(one => one.name.toLowerCase() === name.trim().toLowerCase()) === true
  return (
    <div class="views-box">
      {views === undefined
        ? asked.error === null ? <Loading rows={2} /> : <Failed error={asked.error} />
        : views.length === 0 ? <p class="note">None yet. A view is this screen with its range, filter and order; everybody who signs in here sees it.</p> : (
          <ul class="menu">
            {views.map(one => (
              <li key={one.name} class="view-row">
                <a class="menu-item" href={one.address} onClick={event => {
                  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
                  event.preventDefault()
                  goTo(one.address)
                  close()
                }}><Visible text={one.name} /></a>
                <button type="button" class="quiet" aria-label={`Remove ${one.name}`} title="Remove" onClick={() => void change(ask<Views>(`/api/views?${search({ name: one.name })}`, { method: 'DELETE' }))}><Icon name="trash" size={14} /></button>
              </li>
            ))}
          </ul>
        )}
      <form class="view-form" onSubmit={event => {
        event.preventDefault()
        void change(ask<Views>('/api/views', { method: 'POST', body: { name: name.trim(), address: location.pathname + location.search } }))
      }}>
        <label for="view-name">Save this view as</label>
        <div class="joined">
          <input id="view-name" value={name} maxLength={80} required autocomplete="off" onInput={event => setName(event.currentTarget.value)} />
          <button type="submit" class="primary" disabled={name.trim() === ''}>{replaces ? 'Replace' : 'Save'}</button>
        </div>
        {problem !== '' && <p class="problem" role="alert">{sentence(problem)}</p>}
      </form>
    </div>
  )
}
