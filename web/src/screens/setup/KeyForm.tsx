import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { sentence } from '../../parts/States'
import { fieldOf, type Made, makeKey, scopes } from './keys'

const lives: readonly (readonly [string, number | null])[] = [['never', null], ['in 30 days', 30], ['in 90 days', 90], ['in a year', 365]]

/** Makes a key. What the server says against it stands at the field it is about. */
export function KeyForm({ suggestion, withScopes, onMade }: { suggestion: string; withScopes: boolean; onMade: (made: Made) => void }) {
  const [name, setName] = useState(suggestion)
  const [stream, setStream] = useState('')
  const [life, setLife] = useState(0)
  const [wanted, setWanted] = useState<readonly string[]>(['ingest'])
  const [problem, setProblem] = useState<Error | null>(null)
  const [busy, setBusy] = useState(false)
  const at = problem === null ? null : fieldOf(problem)
  const said = problem === null ? '' : sentence(problem.message)
  // In the handler of each field, not of the form: drawing between the input and the change of a checkbox would set it back.
  const edit = <T,>(set: (value: T) => void, value: T) => {
    set(value)
    setProblem(null)
  }
  const make = async () => {
    setBusy(true)
    setProblem(null)
    try {
      onMade(await makeKey(name.trim(), withScopes ? wanted : ['ingest'], stream.trim(), lives[life]![1]))
    } catch (error) {
      setProblem(error as Error)
    } finally {
      setBusy(false)
    }
  }
  const id = (field: string) => `${withScopes ? 'any' : 'step'}-key-${field}`
  const input = (field: string) => ({ id: id(field), 'aria-invalid': at === field, 'aria-describedby': at === field ? id('problem') : undefined })
  const field = (field: string, label: string, content: ComponentChildren) => (
    <div class="field">
      <label for={id(field)}>{label}</label>
      {content}
      {at === field && <p class="problem" id={id('problem')} role="alert">{said}</p>}
    </div>
  )
  return (
    <form class="key-form" onSubmit={event => { event.preventDefault(); void make() }}>
      {field('name', 'Name', <input {...input('name')} type="text" required maxLength={64} autocomplete="off" spellcheck={false} value={name} onInput={event => edit(setName, event.currentTarget.value)} />)}
      {field('stream', 'Only for streams whose ARN is (optional, * is anything)', (
        <input {...input('stream')} type="text" autocomplete="off" spellcheck={false} placeholder="arn:aws:firehose:us-east-1:*:deliverystream/shop-*" value={stream} onInput={event => edit(setStream, event.currentTarget.value)} />
      ))}
      {field('expires', 'Expires', (
        <select {...input('expires')} value={life} onChange={event => edit(setLife, Number(event.currentTarget.value))}>{lives.map(([text], place) => <option key={text} value={place}>{text}</option>)}</select>
      ))}
      {withScopes && (
        <fieldset class="field scopes">
          <legend>It may</legend>
          {scopes.map(scope => (
            <label key={scope.name}>
              <input type="checkbox" checked={wanted.includes(scope.name)} onChange={event => edit(setWanted, event.currentTarget.checked ? [...wanted, scope.name] : wanted.filter(one => one !== scope.name))} />
              <span><b>{scope.name}</b>: {scope.about}</span>
            </label>
          ))}
          {wanted.includes('admin') && <p class="warned">Whoever has this key can read everything that is stored, import data, and make and revoke every key, also yours. No stream needs it.</p>}
          {at === 'scopes' && <p class="problem" role="alert">{said}</p>}
        </fieldset>
      )}
      <button type="submit" class="primary" disabled={busy || name.trim() === ''}>{busy ? 'Making …' : 'Make the key'}</button>
      {problem !== null && at === null && <p class="problem" role="alert">{said}</p>}
    </form>
  )
}
