import './styles/tokens.css'
import './styles/base.css'
import './styles/shell.css'
import './styles/parts.css'
import './styles/frame.css'

/** After the next paint; at once where nothing is painted, as in a tab in the background. */
function painted(): Promise<void> {
  return document.hidden ? Promise.resolve() : new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)))
}

// Whatever is imported here would run before the frame is painted. The server works on the first answer while the browser reads the program.
void painted()
  .then(() => import('./first'))
  .then(({ askFirst, loadFirst }) => {
    askFirst()
    return Promise.all([import('./start'), loadFirst()])
  })
  .then(([{ start }]) => start(document.getElementById('app')!, document.querySelector('.frame')))
