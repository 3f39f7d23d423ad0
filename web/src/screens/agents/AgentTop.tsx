import { query } from '../../api/client'
import { questionOf, type Scope } from '../../api/scope'
import { useAsked } from '../../api/use'
import { both } from '../../filter/terms'
import { Panel } from '../../parts/Panel'
import { text, TopList } from '../../parts/TopList'
import { reader } from './groups'

const brief = 8

interface AgentTopProps {
  readonly scope: Scope
  readonly title: string
  readonly field: string
  /** Narrows the rows that are counted. */
  readonly within?: string
  readonly rowName?: (value: string) => string
  readonly empty?: string
  readonly class?: string
  readonly total: number
  readonly comparable: boolean
  readonly wait: boolean
}

/** What an agent asks for most, or comes from most: each row is a filter. */
export function AgentTop({ scope, title, field, within = '', rowName, empty, total, comparable, wait, ...rest }: AgentTopProps) {
  const asked = useAsked(wait ? null : `top ${field} ${within} ${scope.key}`, signal =>
    query({ ...questionOf(scope), where: both(scope.where, within), measures: ['requests'], by: [field], order: '-requests', limit: brief, compare: scope.compare }, signal))
  return (
    <Panel title={title} asked={asked} height={brief * 29} class={rest.class ?? ''}>
      {data => (
        <TopList field={field} total={total} {...(rowName && { rowName })} {...(empty && { empty })}
          rows={data.rows.map(row => {
            const value = reader(data, row)
            return {
              value: text(value(field)), count: Number(value('requests')),
              change: !comparable || value('requests_change') === null ? null : Number(value('requests_change')), isNew: comparable && value('requests_before') === 0,
            }
          }).filter(row => row.count > 0)} />
      )}
    </Panel>
  )
}
