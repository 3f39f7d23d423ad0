import { useEffect, useRef, useState } from 'preact/hooks'
import { useRules } from '../../../api/rules'
import { Icon } from '../../../parts/Icon'
import { Reclassify } from '../../../parts/agents/Reclassify'
import { Failed, Loading } from '../../../parts/States'
import { Visible } from '../../../parts/Visible'
import { Box } from './Box'
import { Lists } from './Lists'
import { OwnAgents } from './OwnAgents'
import { Robots } from './Robots'
import { Sites } from './Sites'
import './rules.css'

/** Who is known as whom, and by what. It is below everything else, and asks when somebody comes near. */
export function Rules({ tz }: { tz: string }) {
  const element = useRef<HTMLElement>(null)
  const [near, setNear] = useState(false)
  useEffect(() => {
    const watch = new IntersectionObserver(entries => entries.some(entry => entry.isIntersecting) && setNear(true), { rootMargin: '300px' })
    watch.observe(element.current!)
    return () => watch.disconnect()
  }, [])
  const { data: rules, error } = useRules(near)
  return (
    <section class="rules" ref={element} aria-label="Who reads">
      <h2 class="rules-title">Who reads</h2>
      {rules === null && <div class="rules-coming">{error !== null ? <Failed error={error} /> : near && <Loading rows={6} height={600} />}</div>}
      {rules !== null && (
        <>
          {rules.problems.length > 0 && (
            <div class="failed" role="alert">
              <Icon name="warning" />
              <div>
                <p><b>The rule files cannot be used as they are.</b> The rules from before stay in force as a whole until this is mended:</p>
                <ul>{rules.problems.map((problem, place) => <li key={place}><Visible text={`${problem.file}${problem.line > 0 ? `, line ${problem.line}` : ''}: ${problem.text}`} /></li>)}</ul>
              </div>
            </div>
          )}
          <Box title="Rules in force">
            <p>Version <code>{rules.version}</code>: {rules.agents.length} agents, {rules.lists.filter(list => list.whole).length} of {rules.lists.length} address lists whole. Rows are classified as they come, by the rules of that moment.</p>
            <Reclassify history={rules.history} />
            {error !== null && <p class="panel-late" role="status">Not up to date: {error.message}</p>}
          </Box>
          <OwnAgents agents={rules.agents.filter(agent => agent.own)} />
          <Lists lists={rules.lists} tz={tz} />
          <Robots versions={rules.robots} sites={rules.sites} tz={tz} />
          <Sites sites={rules.sites} />
        </>
      )}
    </section>
  )
}
