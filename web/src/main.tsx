import { render } from 'preact'
import './styles/tokens.css'
import './styles/base.css'
import './styles/shell.css'
import './styles/parts.css'
import { App } from './shell/App'
import { apply } from './state/theme'

apply()
render(<App />, document.getElementById('app')!)
