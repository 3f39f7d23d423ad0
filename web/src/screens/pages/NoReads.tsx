import { type Answer, query } from '../../api/client'
import type { Scope } from '../../api/scope'
import { useAsked } from '../../api/use'
import { Empty, Loading } from '../../parts/States'
import { Link } from '../../shell/Link'
import { useParam } from '../../state/url'

/** Why there is nothing, and what to do. */
export function NoReads({ scope }: { scope: Scope }) {
  const find = useParam('find')
  const ever = useAsked('ever', signal => query({ from: '1970-01-01', to: 'now', measures: ['rows'] }, signal))
  if (ever.data === null) return <Loading />
  if (find !== null) return <Empty title="No page has this in its address"><p>Capital letters count. <Link changes={{ find: null }}>Show all pages</Link></p></Empty>
  if (isEmpty(ever.data)) return <Empty title="No request has arrived yet"><p>Pages are listed as soon as log lines come in. <Link screen="setup">Setup</Link> shows how, step by step.</p></Empty>
  return (
    <Empty title="No page was read in this range">
      <p>{scope.where !== '' && <><Link changes={{ q: null, host: null }}>Remove the filter</Link> or </>}<Link changes={{ from: '-30d', to: null }}>look at the last 30 days</Link>.</p>
    </Empty>
  )
}

function isEmpty(answer: Answer): boolean {
  return Number(answer.rows[0]?.[0] ?? 0) === 0
}
