import './styles/tokens.css'
import './styles/base.css'
import './styles/shell.css'
import './styles/parts.css'
import './styles/frame.css'
import { askFirstOf } from './first'
import { view } from './state/url'

/** After the next paint; at once where nothing is painted, as in a tab in the background. */
function painted(): Promise<void> {
  return document.hidden ? Promise.resolve() : new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)))
}

// The server works on the first answer while the browser paints the frame and reads the program.
askFirstOf(view.value)
void painted().then(() => import('./start')).then(({ start }) => start(document.getElementById('app')!, document.querySelector('.frame')))
