import { useEffect, useState } from 'preact/hooks'
import { Icon } from './Icon'

/** A button that puts a text on the clipboard and says so. */
export function Copy({ text, label = 'Copy', class: style = 'small' }: { text: string | (() => string); label?: string; class?: string }) {
  const [state, setState] = useState<'idle' | 'done' | 'failed'>('idle')
  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), 2000)
    return () => clearTimeout(timer)
  }, [state])
  const copy = () => copyText(typeof text === 'string' ? text : text()).then(() => setState('done'), () => setState('failed'))
  return (
    <button type="button" class={style} onClick={copy}>
      <Icon name={state === 'done' ? 'check' : 'copy'} size={14} />
      <span aria-live="polite">{state === 'done' ? 'Copied' : state === 'failed' ? 'Select and copy by hand' : label}</span>
    </button>
  )
}

/** Browsers give the clipboard to pages over HTTPS and on loopback only; elsewhere a selected field does it. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const field = document.createElement('textarea')
  field.value = text
  document.body.append(field)
  field.select()
  const done = document.execCommand('copy')
  field.remove()
  if (!done) throw new Error('the browser refused')
}
