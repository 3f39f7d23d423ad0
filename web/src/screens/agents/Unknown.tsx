import { useState } from 'preact/hooks'
import { type Answer, query } from '../../api/client'
import { questionOf, type Scope } from '../../api/scope'
import { useAsked } from '../../api/use'
import { both, testOf } from '../../filter/terms'
import { unnamedTest } from '../../parts/agents/classes'
import { NameAgent } from '../../parts/agents/NameAgent'
import { Panel } from '../../parts/Panel'
import { SaveSorted, type SortColumn, SortTable } from '../../parts/SortTable'
import { Visible } from '../../parts/Visible'
import { count, moment } from './columns'
import { reads } from './figures'
import { reader } from './groups'
import { useOrder } from './useOrder'

const most = 100

interface Bot {
  readonly name: string
  readonly contact: string
  readonly requests: number
  readonly reads: number
  readonly last: string
  /** The user agent that it sent most often. */
  readonly sample: string
  readonly test: string
}

/** Automation that no rule names, by what it calls itself. */
export function Unknown({ scope, wait }: { scope: Scope; wait: boolean }) {
  const where = both(scope.where, unnamedTest)
  const asked = useAsked(wait ? null : `unnamed ${scope.key}`, async signal => {
    const question = { ...questionOf(scope), where, order: '-requests' }
    const [bots, samples] = await Promise.all([
      query({ ...question, measures: ['requests', 'reads', 'last_seen'], by: ['bot_name', 'bot_contact'], limit: most }, signal),
      query({ ...question, measures: ['requests'], by: ['bot_name', 'user_agent'], limit: 10 * most }, signal),
    ])
    return botsOf(bots, samplesOf(samples))
  })
  const [naming, setNaming] = useState<Bot | null>(null)
  const columns = columnsOf(scope.tz)
  const [order, setOrder] = useOrder('usort', columns.map(column => column.key), '-requests')
  const bots = asked.data ?? []
  return (
    <Panel title="Unknown automation" asked={asked} height={150} actions={<SaveSorted name="unknown automation" columns={columns} rows={bots} order={order} />}>
      {() => (
        <div class="agents-part">
          {bots.length > 0
            ? <SortTable name="Unknown automation" columns={columns} tail={{ title: 'Name it', cell: bot => <NameButton bot={bot} onName={setNaming} /> }} rows={bots} rowKey={bot => bot.test} order={order} onOrder={setOrder} />
            : <p class="agents-none">Every bot and tool of this range has a name.</p>}
          {bots.length === most && <p class="note">The {most} with the most requests. A filter shows others.</p>}
          {naming !== null && (
            <NameAgent userAgent={naming.sample} suggestion={naming.name} onDone={() => setNaming(null)} onClose={() => setNaming(null)} />
          )}
        </div>
      )}
    </Panel>
  )
}

/** Whoever sends no user agent cannot be named by it. */
function NameButton({ bot, onName }: { bot: Bot; onName: (bot: Bot) => void }) {
  return bot.sample === '' ? null : <button type="button" class="small" onClick={() => onName(bot)}>Name this<span class="hidden-text">: {bot.name}</span></button>
}

function columnsOf(zone: string): SortColumn<Bot>[] {
  return [
    { key: 'name', title: 'Calls itself', value: bot => bot.name, cell: bot => <Visible text={bot.name} empty="(no user agent)" /> },
    count('requests', 'Requests', undefined, bot => bot.requests, ''),
    count('reads', 'Page reads', undefined, bot => bot.reads, reads),
    moment('last', 'Last seen', undefined, bot => bot.last, zone),
    { key: 'contact', title: 'Contact', value: bot => bot.contact, cell: bot => <span class="agents-long" title={bot.contact}><Visible text={bot.contact} empty="–" /></span> },
    { key: 'sample', title: 'User agent', about: 'The one that it sent most often', value: bot => bot.sample, cell: bot => <span class="agents-long mono" title={bot.sample}><Visible text={bot.sample} /></span> },
  ]
}

function botsOf(answer: Answer, samples: ReadonlyMap<string, string>): Bot[] {
  return answer.rows.map(row => {
    const value = reader(answer, row)
    const [name, contact] = [String(value('bot_name') ?? ''), String(value('bot_contact') ?? '')]
    return {
      name, contact, requests: Number(value('requests')), reads: Number(value('reads')), last: String(value('last_seen')), sample: samples.get(name) ?? '',
      test: [unnamedTest, testOf('bot_name', name), testOf('bot_contact', contact)].join(' '),
    }
  })
}

/** The answer begins with the most frequent, so the first of a name is the one to show. */
function samplesOf(answer: Answer): Map<string, string> {
  const samples = new Map<string, string>()
  for (const row of answer.rows) {
    const [name, agent] = [String(row[0] ?? ''), String(row[1] ?? '')]
    if (!samples.has(name)) samples.set(name, agent)
  }
  return samples
}
