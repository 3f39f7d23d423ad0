import { Link } from '../../shell/Link'
import { Visible } from '../Visible'

/** The name of an agent, which leads to its own page. */
export function AgentLink({ name, empty = '(no name)' }: { name: string; empty?: string }) {
  if (name === '') return <em class="nothing">{empty}</em>
  return <Link screen="agents" changes={{ agent: name }} class="agent-link"><Visible text={name} /></Link>
}
