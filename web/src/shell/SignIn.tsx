import { useEffect, useState } from 'preact/hooks'
import { ask, session } from '../api/client'
import { sentence } from '../parts/States'
import { go, view } from '../state/url'

export async function signOut(): Promise<void> {
  await ask('/api/session', { method: 'DELETE' }).catch(() => undefined)
  session.set('signed-out')
}

/** The page of the link that `serve` and `signin` print. The token stands behind '#', where no log and no other page sees it. */
export function SignIn() {
  const [state, setState] = useState<'idle' | 'asking' | 'done'>('idle')
  const [problem, setProblem] = useState<string | null>(null)
  const [pasted, setPasted] = useState('')

  const enter = async (token: string) => {
    setState('asking')
    setProblem(null)
    try {
      await ask('/api/session', { method: 'POST', body: { token } })
      setState('done')
      session.set('signed-in')
      if (view.value.screen === 'signin') go({}, { screen: 'overview', replace: true })
    } catch (error) {
      setState('idle')
      setProblem((error as Error).message)
    }
  }

  useEffect(() => {
    const fromAddress = () => {
      const token = location.hash.slice(1)
      if (view.value.screen !== 'signin' || token === '') return
      // The browser's history must not keep it.
      history.replaceState(null, '', location.pathname)
      void enter(token)
    }
    fromAddress()
    addEventListener('hashchange', fromAddress)
    return () => removeEventListener('hashchange', fromAddress)
  }, [])

  return (
    <main class="sign-in">
      <div class="sign-in-box">
        <svg width="44" height="44" viewBox="0 0 32 32" aria-hidden="true">
          <path d="M6 5h20v17a5 5 0 0 1-5 5H11a5 5 0 0 1-5-5z" fill="var(--brand-deep)" />
          <path d="M6 14c3.3-2.4 6.7-2.4 10 0s6.7 2.4 10 0v8a5 5 0 0 1-5 5H11a5 5 0 0 1-5-5z" fill="var(--brand)" />
        </svg>
        <h1>Sign in to Cistern</h1>
        <p>On the machine that the server runs on, this prints a link that works once:</p>
        <pre><code>cistern signin --data DIR</code></pre>
        <p>Open the link here, or paste it:</p>
        <form onSubmit={event => { event.preventDefault(); void enter(tokenOf(pasted)) }}>
          <label class="hidden-text" for="token">Sign-in link</label>
          <input id="token" type="text" autocomplete="off" spellcheck={false} placeholder="https://…/signin#…" value={pasted} onInput={event => setPasted(event.currentTarget.value)} />
          <button type="submit" class="primary" disabled={state !== 'idle' || tokenOf(pasted) === ''}>{state === 'asking' ? 'Signing in…' : 'Sign in'}</button>
        </form>
        {problem !== null && <p class="problem" role="alert">{sentence(problem)}</p>}
      </div>
    </main>
  )
}

function tokenOf(pasted: string): string {
  return (pasted.includes('#') ? pasted.slice(pasted.indexOf('#') + 1) : pasted).trim()
}
