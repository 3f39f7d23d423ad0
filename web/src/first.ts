import { begin } from './api/early'
import { askKnown, askStreams, knownKey, scopeOf as healthScopeOf, streamsKey } from './screens/health/ask'
import { askFirst as askFirstRows, rowsAskOf, rowsKey } from './screens/logs/ask'
import { columnsOf } from './screens/logs/columns'
import { isNarrow } from './screens/logs/media'
import { signalOf } from './screens/logs/signals'
import { askTotals as askAgentTotals, scopeOfAgents, totalsKey as agentTotalsKey } from './screens/agents/ask'
import { scopeOf } from './api/scope'
import { askQualifiers, qualifiersKey } from './api/status'
import { askTotals, totalsKey } from './screens/overview/ask'
import { askTotals as askTraffic, totalsKey as trafficKey } from './screens/traffic/ask'
import { askFigures, figuresKey, ofParams } from './screens/report/ask'
import { firstOf } from './screens/pages/ask'
import { askTotals as askVisits, totalsKey as visitsKey } from './screens/referrals/ask'
import { askFacts, factsKey } from './screens/setup/ask'
import { askList, graphScopeOf, listKey } from './screens/graphs/ask'
import { load } from './screens/load'
import { type Screen, view } from './state/url'

export { answered } from './api/early'

/** What each screen shows first. */
const firsts: Partial<Record<Screen, (params: URLSearchParams) => void>> = {
  overview: params => {
    const scope = scopeOf(params)
    begin(totalsKey(scope), () => askTotals(scope))
  },
  traffic: params => {
    const scope = scopeOf(params)
    begin(trafficKey(scope), () => askTraffic(scope))
  },
  agents: params => {
    const scope = scopeOfAgents(params)
    begin(agentTotalsKey(scope), () => askAgentTotals(scope, params.get('agent')))
  },
  pages: params => {
    const first = firstOf(params, scopeOf(params))
    begin(first.key, first.ask)
  },
  referrals: params => {
    const scope = scopeOf(params)
    begin(visitsKey(scope), () => askVisits(scope))
  },
  logs: params => {
    const signal = signalOf(params.get('signal'))
    const asked = rowsAskOf(params, columnsOf(params.get('cols'), [], isNarrow() ? signal.narrowColumns : signal.columns, signal.map), signal)
    begin(rowsKey(signal, asked), () => askFirstRows(signal, asked))
  },
  graphs: params => {
    const [scope, find] = [graphScopeOf(params), params.get('find') ?? '']
    begin(listKey(scope, find), () => askList(scope, find))
  },
  health: params => {
    const scope = healthScopeOf(params)
    begin(streamsKey(scope), () => askStreams(scope))
    begin(knownKey, () => askKnown())
  },
  report: params => {
    const of = ofParams(params)
    begin(figuresKey(of), () => askFigures(of))
  },
  setup: () => begin(factsKey, () => askFacts()),
}

/** Asks it, and what qualifies it, before the program is there. */
export function askFirst(): void {
  const { screen, params } = view.value
  const first = screen === null ? undefined : firsts[screen]
  if (first === undefined) return
  begin(qualifiersKey, () => askQualifiers())
  first(params)
}

/** Fetches the code of the screen beside that of the program. If it fails the program says so. */
export function loadFirst(): Promise<void> {
  return load(view.value.screen).catch(() => undefined)
}
