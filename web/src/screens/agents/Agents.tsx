import { useParam } from '../../state/url'
import { AllAgents } from './AllAgents'
import { OneAgent } from './OneAgent'
import './agents.css'

/** Who reads: all agents, or the one that the address names. */
export function Agents() {
  const agent = useParam('agent')
  return agent === null ? <AllAgents /> : <OneAgent key={agent} name={agent} />
}
