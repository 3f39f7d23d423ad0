import { useEffect, useRef, useState } from 'preact/hooks'
import { changeRules, useRules } from '../../api/rules'
import { Dialog } from '../Dialog'
import { Labelled, Problem, useDoing } from '../Form'
import { Visible } from '../Visible'
import { Reclassify } from './Reclassify'
import { classes } from './classes'
import './name.css'

/** What an agent can be: all but what nobody names. */
const nameable = classes.filter(one => one.name !== 'human-like' && one.name !== 'empty')

const forms = { token: 'as a word of its own', product: 'with a version behind it, as in Name/1.0', whole: 'as the whole user agent' }

interface NameAgentProps {
  /** The user agent that is to be named; empty if it is not known. */
  readonly userAgent: string
  /** The token to begin with. */
  readonly suggestion: string
  readonly onDone: () => void
  readonly onClose: () => void
}

/** Gives an agent a name, an operator and a class by a token of its user agent. */
export function NameAgent({ userAgent, suggestion, onDone, onClose }: NameAgentProps) {
  const [saved, setSaved] = useState<string | null>(null)
  return (
    <Dialog name="Name this agent" title={saved === null ? 'Name this agent' : <><Visible text={saved} /> has a name now</>} onClose={saved === null ? onClose : onDone}>
      {saved === null ? <Form userAgent={userAgent} suggestion={suggestion} onSaved={setSaved} onClose={onClose} /> : <Saved onDone={onDone} />}
    </Dialog>
  )
}

function Form({ userAgent, suggestion, onSaved, onClose }: Omit<NameAgentProps, 'onDone'> & { onSaved: (token: string) => void }) {
  const [token, setToken] = useState(suggestion)
  const [form, setForm] = useState<keyof typeof forms>('token')
  const [agent, setAgent] = useState('')
  const [operator, setOperator] = useState('')
  const [kind, setKind] = useState('')
  const doing = useDoing()
  const named = token.trim()
  const isElsewhere = userAgent !== '' && named !== '' && !userAgent.toLowerCase().includes(named.toLowerCase())
  const save = () => doing.run(changeRules('POST', 'agents', { token: named, form, agent: agent.trim(), operator: operator.trim(), class: kind }), () => onSaved(named))
  const text = (label: string, value: string, set: (value: string) => void, rest: { readonly required?: boolean; readonly autofocus?: boolean; readonly placeholder?: string }) => (
    <Labelled label={label}><input type="text" autocomplete="off" spellcheck={false} value={value} onInput={event => set(event.currentTarget.value)} {...rest} /></Labelled>
  )
  return (
    <form class="rule-form" onSubmit={event => { event.preventDefault(); save() }}>
      {userAgent !== '' && <p class="user-agent"><Visible text={userAgent} /></p>}
      {text('Token: what its user agent holds and no browser’s does', token, setToken, { required: true, autofocus: true })}
      {isElsewhere && <p class="problem" role="status">The user agent above does not hold this token.</p>}
      <Labelled label="It stands">
        <select value={form} onChange={event => setForm(event.currentTarget.value as keyof typeof forms)}>{Object.entries(forms).map(([name, about]) => <option key={name} value={name}>{about}</option>)}</select>
      </Labelled>
      {text('Agent', agent, setAgent, { placeholder: named === '' ? 'the token' : named })}
      {text('Operator: who runs it', operator, setOperator, { required: true })}
      <Labelled label="Class">
        <select required value={kind} onChange={event => setKind(event.currentTarget.value)}>
          <option value="">Choose …</option>
          {nameable.map(({ name, about }) => <option key={name} value={name}>{name}: {about}</option>)}
        </select>
      </Labelled>
      <p class="note">From now on rows with this token are stored under this name. It counts before shorter tokens, and replaces the rule with the same one. A name proves nothing: without a list of its operator’s addresses its rows are <i>unlisted</i>.</p>
      <Problem of={doing} />
      <div class="row end">
        <button type="button" onClick={onClose}>Cancel</button>
        <button type="submit" class="primary" disabled={doing.busy}>{doing.busy ? 'Saving …' : 'Save the name'}</button>
      </div>
    </form>
  )
}

function Saved({ onDone }: { onDone: () => void }) {
  const rules = useRules(true)
  const done = useRef<HTMLButtonElement>(null)
  // The button that saved is gone, and the focus with it.
  useEffect(() => done.current!.focus(), [])
  return (
    <div class="rule-form">
      <p>Rows that come from now on have it. Rows that are stored keep what they have until history is classified again.</p>
      <Reclassify history={rules.data?.history} />
      <div class="row end"><button type="button" class="primary" ref={done} onClick={onDone}>Done</button></div>
    </div>
  )
}
