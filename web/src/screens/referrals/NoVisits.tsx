import { query } from '../../api/client'
import { useAsked } from '../../api/use'
import { Empty, Loading } from '../../parts/States'
import { Link } from '../../shell/Link'

/** Why there is nothing, and what to do. */
export function NoVisits({ filtered }: { filtered: boolean }) {
  const ever = useAsked('ever', signal => query({ from: '1970-01-01', to: 'now', measures: ['rows'] }, signal))
  if (ever.data === null) return <section class="panel"><Loading height={160} /></section>
  return (
    <section class="panel">
      {Number(ever.data.rows[0]?.[0] ?? 0) === 0
        ? <Empty title="No request has arrived yet"><p>Visits are counted as soon as log lines come in. <Link screen="setup">Setup</Link> shows how, step by step.</p></Empty>
        : (
          <Empty title="Nobody came from an AI product in this range">
            <p>{filtered && <><Link changes={{ q: null, host: null }}>Remove the filter</Link> or </>}<Link changes={{ from: '-30d', to: null }}>look at the last 30 days</Link>. The log must have the field <code>cs-referer</code>: <Link screen="health">Health</Link> shows what arrives.</p>
          </Empty>
        )}
    </section>
  )
}
