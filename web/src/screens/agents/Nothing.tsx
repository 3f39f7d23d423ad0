import { columnOf } from '../../api/answers'
import { query } from '../../api/client'
import { questionOf, type Scope } from '../../api/scope'
import { useAsked } from '../../api/use'
import { exact } from '../../format/numbers'
import { Empty, Failed, Loading } from '../../parts/States'
import { Link } from '../../shell/Link'

/** No reader of the kind that the screen shows: why, and what to do about it. */
export function Nothing({ scope, all }: { scope: Scope; all: boolean }) {
  const asked = useAsked(`classes ${scope.key}`, signal => query({ ...questionOf(scope), measures: ['requests'], by: ['class'], limit: 20 }, signal))
  return (
    <section class="panel agents-nothing">
      {asked.error !== null && asked.data === null ? <Failed error={asked.error} />
        : asked.data === null ? <Loading height={110} />
        : <Reason scope={scope} all={all} requests={new Map(asked.data.rows.map((row, place) => [String(row[0] ?? ''), columnOf(asked.data!, 'requests')[place] ?? 0]))} />}
    </section>
  )
}

function Reason({ scope, all, requests }: { scope: Scope; all: boolean; requests: ReadonlyMap<string, number> }) {
  const total = [...requests.values()].reduce((sum, one) => sum + one, 0)
  const automation = total - (requests.get('') ?? 0) - (requests.get('human-like') ?? 0)
  if (total === 0) {
    return (
      <Empty title="No request in this range">
        <p>{scope.where !== '' && <><Link changes={{ q: null, host: null }}>Remove the filter</Link> or </>}<Link changes={{ from: '-30d', to: null }}>look at the last 30 days</Link>. If none has ever arrived, <Link screen="setup">Setup</Link> shows how.</p>
      </Empty>
    )
  }
  if (requests.get('') === total) {
    return (
      <Empty title="These requests are not classified yet">
        <p>All {exact(total)} were stored before Cistern knew who reads. <Link screen="setup">Setup</Link> › classify again names their agents.</p>
      </Empty>
    )
  }
  return (
    <Empty title={all ? 'No automation in this range' : 'No AI agent in this range'}>
      <p>
        {!all && automation > 0 ? <>Other automation made {exact(automation)} requests: <Link changes={{ all: '1' }}>show all automation</Link>. </> : <>Browsers made all {exact(total)} requests. </>}
        {scope.where === '' ? <Link changes={{ from: '-30d', to: null }}>Look at the last 30 days</Link>
          : <><Link changes={{ q: null, host: null }}>Remove the filter</Link>, or <Link changes={{ from: '-30d', to: null }}>look at the last 30 days</Link></>}.
      </p>
    </Empty>
  )
}
