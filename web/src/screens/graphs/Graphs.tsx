import { useEffect, useState } from 'preact/hooks'
import { useAsked } from '../../api/use'
import { Icon } from '../../parts/Icon'
import { useParam, useView } from '../../state/url'
import { askList, graphScopeOf, listKey } from './ask'
import { Graph } from './Graph'
import { readLines } from './line'
import { List } from './List'
import { Nothing } from './Nothing'
import './graphs.css'

/** Metrics of CloudWatch: which there are, and those that were chosen as a graph. */
export function Graphs() {
  const scope = graphScopeOf(useView().params)
  const find = useParam('find') ?? ''
  const lines = readLines(useParam('m'))
  const asked = useAsked(listKey(scope, find), signal => askList(scope, find, signal))
  const nothing = asked.data !== null && !asked.stale && asked.data.entries.length === 0 && find === '' && lines.length === 0
  if (nothing) return <section class="panel"><Nothing /></section>
  return (
    <div class="graphs">
      <List asked={asked} scope={scope} find={find} lines={lines} />
      <Graph lines={lines} scope={scope} wait={asked.data === null && asked.error === null} />
      {lines.length > 0 && <ToGraph count={lines.length} />}
    </div>
  )
}

/** On a narrow screen the graph stands below the list: a way there, as long as it is out of sight. */
function ToGraph({ count }: { count: number }) {
  const [hidden, setHidden] = useState(false)
  useEffect(() => {
    const watch = new IntersectionObserver(([seen]) => setHidden(seen!.isIntersecting), { rootMargin: '-160px' })
    watch.observe(document.getElementById('graph')!)
    return () => watch.disconnect()
  }, [])
  if (hidden) return null
  return <button type="button" class="primary to-graph" onClick={() => document.getElementById('graph')?.scrollIntoView()}><Icon name="chart" size={16} />Graph ({count})</button>
}
