import { useEffect } from 'preact/hooks'
import { Dialog } from '../parts/Dialog'
import { refreshNow } from '../state/refresh'
import { screens } from '../state/screens'
import { go } from '../state/url'

/** What the keys of a screen do; screens put their own beside the common ones while they are shown. */
const own = new Map<string, () => void>()

export const openTime: { current: (() => void) | null } = { current: null }
export const focusFilter: { current: (() => void) | null } = { current: null }

/** Keys of a screen, while it is shown. Handlers may change with every drawing. */
export function useKeys(keys: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    for (const [key, act] of Object.entries(keys)) own.set(key, act)
    return () => {
      for (const [key, act] of Object.entries(keys)) if (own.get(key) === act) own.delete(key)
    }
  })
}

export function useShortcuts(help: () => void): void {
  useEffect(() => {
    let goingUntil = 0
    const common: Readonly<Record<string, () => void>> = {
      '?': help, '/': () => focusFilter.current?.(), t: () => openTime.current?.(), r: refreshNow, g: () => { goingUntil = Date.now() + 1500 },
    }
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      const place = Date.now() < goingUntil ? screens.find(one => one.key === event.key) : undefined
      goingUntil = 0
      const act = place !== undefined ? () => go({}, { screen: place.screen }) : own.get(event.key) ?? common[event.key]
      if (act === undefined || document.querySelector('dialog.dialog[open]') !== null) return
      event.preventDefault()
      act()
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  }, [])
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
}

const list: readonly [string, string][] = [
  ['/', 'Write a filter'], ['t', 'Choose the time range'], ['r', 'Ask again now'], ['j  k', 'Next and previous row'], ['Enter', 'Open the row'],
  ['Esc', 'Close what is open'], ...screens.filter(one => one.key !== null).map((one): [string, string] => [`g ${one.key}`, `Go to ${one.title}`]), ['?', 'This list'],
]

export function Shortcuts({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" name="Keyboard shortcuts" onClose={onClose}>
      <table class="shortcuts">
        <tbody>
          {list.map(([keys, what]) => (
            <tr key={keys}><th scope="row">{keys.split(/\s+/).map(key => <kbd key={key}>{key}</kbd>)}</th><td>{what}</td></tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  )
}
