import './styles/tokens.css'
import './styles/base.css'
import './styles/shell.css'
import './styles/parts.css'
import './styles/frame.css'

/** After the next paint; at once where nothing is painted, as in a tab in the background. */
function painted(): Promise<void> {
  return document.hidden ? Promise.resolve() : new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)))
}

/** The browser draws the program with its first numbers at once instead of twice; but the frame can do nothing, so nobody looks at it for long. */
const frameMs = 400

// The first question goes out before anything is painted: the server works on it while the browser paints the frame and reads the program.
void import('./first')
  .then(({ askFirst, answered, loadFirst }) => {
    askFirst()
    return Promise.all([import('./start'), loadFirst(), painted(), answered(frameMs)])
  })
  .then(([{ start }]) => start(document.getElementById('app')!, document.querySelector('.frame')))
