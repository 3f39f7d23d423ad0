import { render } from 'preact'
import { forget } from './api/early'
import { App } from './shell/App'
import { loadRest } from './screens/load'
import { apply } from './state/theme'

/** Draws the program and takes away the frame that kept its place. */
export function start(root: Element, frame: Element | null): void {
  apply()
  render(<App />, root)
  frame?.remove()
  forget()
  loadRest()
}
