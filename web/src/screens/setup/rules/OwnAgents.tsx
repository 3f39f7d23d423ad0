import { useState } from 'preact/hooks'
import type { AgentRule } from '../../../api/rules'
import { NameAgent } from '../../../parts/agents/NameAgent'
import { ScrollBox } from '../../../parts/ScrollBox'
import { Visible } from '../../../parts/Visible'
import { Add, Box, Remove } from './Box'

/** Agents that the operator of this server named. */
export function OwnAgents({ agents }: { agents: readonly AgentRule[] }) {
  const [adding, setAdding] = useState(false)
  const [removing, setRemoving] = useState<string | null>(null)
  const close = () => setAdding(false)
  return (
    <Box title="Agents of your own" actions={<Add label="Add an agent" onClick={() => setAdding(true)} />}>
      {agents.length === 0 && <p class="note">None. Agents that the program knows need no rule; give a name to your monitors and to what you find among the unnamed bots.</p>}
      {agents.length > 0 && (
        <ScrollBox name="Agents of your own">
          <table class="table cards">
            <thead><tr><th scope="col">Token</th><th scope="col">Agent</th><th scope="col">Operator</th><th scope="col">Class</th><th scope="col">robots.txt</th><th scope="col"><span class="hidden-text">Remove</span></th></tr></thead>
            <tbody>
              {agents.map(agent => (
                <tr key={agent.token}>
                  <th scope="row"><Visible text={agent.token} /></th>
                  <td data-label="Agent"><Visible text={agent.name} /></td>
                  <td data-label="Operator"><Visible text={agent.operator} /></td>
                  <td data-label="Class">{agent.class}</td>
                  <td data-label="robots.txt">{agent.robots}</td>
                  <td><button type="button" class="small danger" aria-label={`Remove ${agent.token}`} onClick={() => setRemoving(agent.token)}>Remove</button></td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
      {adding && <NameAgent userAgent="" suggestion="" onDone={close} onClose={close} />}
      {removing !== null && <Remove what={removing} path={`agents/${encodeURIComponent(removing)}`} onClose={() => setRemoving(null)}>What the program itself knows of this token counts again. Stored rows keep what they have until history is classified again.</Remove>}
    </Box>
  )
}
