import './agents.css'

export function Agents() {
  return <div class="agents" />
}
