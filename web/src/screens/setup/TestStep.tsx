import { useState } from 'preact/hooks'
import { Copy } from '../../parts/Copy'
import { Icon } from '../../parts/Icon'
import { sentence } from '../../parts/States'
import { bodyOf, curlOf, type Delivery, headersOf, newId, testPath } from './envelope'

interface Outcome {
  readonly good: boolean
  readonly text: string
}

/** A delivery as Firehose makes it, from a shell or from here. */
export function TestStep({ delivery, onStream }: { delivery: Delivery; onStream: (stream: string) => void }) {
  const [pasted, setPasted] = useState('')
  const [busy, setBusy] = useState(false)
  const [outcome, setOutcome] = useState<Outcome | null>(null)
  const secret = delivery.secret ?? pasted.trim()
  const text = curlOf(delivery)
  const sendIt = async () => {
    setBusy(true)
    setOutcome(null)
    setOutcome(await send({ ...delivery, secret }))
    setBusy(false)
  }
  return (
    <>
      <p>One line with the chosen fields, the time of sending, and the path <code>{testPath}</code>. Paste it into bash, as often as you like: each run is a delivery of its own.</p>
      <div class="field">
        <label for="test-stream">Send as the stream</label>
        <input id="test-stream" type="text" spellcheck={false} autocomplete="off" value={delivery.stream} onInput={event => onStream(event.currentTarget.value)} />
      </div>
      <div class="code-box">
        <pre tabIndex={0} aria-label="Command for bash"><code>{text}</code></pre>
        <Copy text={text} class="small" label="Copy the command" />
      </div>
      {delivery.secret === null && (
        <div class="field">
          <label for="test-key">The key, to send from this browser</label>
          <input id="test-key" type="password" autocomplete="off" placeholder="aa_…" value={pasted} onInput={event => setPasted(event.currentTarget.value)} />
        </div>
      )}
      <div class="row">
        <button type="button" disabled={busy || secret === ''} onClick={() => void sendIt()}>{busy ? 'Sending …' : 'Send from this browser'}</button>
        {outcome !== null && <p class={`outcome ${outcome.good ? 'good' : 'problem'}`} role="status"><Icon name={outcome.good ? 'check' : 'warning'} /> {outcome.text}</p>}
      </div>
    </>
  )
}

async function send(delivery: Delivery): Promise<Outcome> {
  const id = newId()
  try {
    const answer = await fetch(new URL(delivery.url).pathname, { method: 'POST', headers: headersOf(delivery, id), body: bodyOf(delivery, id, Date.now()), credentials: 'omit' })
    const { errorMessage } = (await answer.json().catch(() => ({}))) as { errorMessage?: string }
    return answer.status === 200 ? { good: true, text: 'Answered with 200: it is stored.' } : { good: false, text: `Refused with ${answer.status}. ${sentence(errorMessage ?? '')}` }
  } catch (error) {
    return { good: false, text: error instanceof TypeError ? 'The server does not answer, or a header cannot be sent: check the key and the stream for odd characters.' : String(error) }
  }
}
