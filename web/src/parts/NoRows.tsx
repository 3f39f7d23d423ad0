import type { ComponentChildren } from 'preact'
import { query } from '../api/client'
import { useAsked } from '../api/use'
import { Link } from '../shell/Link'
import { useParam } from '../state/url'
import { Empty, Loading } from './States'

/** Why a screen has nothing to show, and what to do: nothing ever came, or nothing in this range and filter. */
export function NoRows({ title = 'Nothing in this range', children }: { title?: string; children?: ComponentChildren }) {
  const last = useAsked('ever', signal => query({ from: '1970-01-01', to: 'now', measures: ['rows'] }, signal))
  const filtered = useParam('q') !== null || useParam('host') !== null
  if (last.data === null) return <Loading height={110} />
  return Number(last.data.rows[0]?.[0] ?? 0) === 0
    ? (
      <Empty title="No request has arrived yet">
        <p>Point an Amazon Data Firehose stream at this server, or import log files. <Link screen="setup">Setup</Link> shows how, step by step.</p>
      </Empty>
    )
    : (
      <Empty title={title}>
        <p>{filtered ? <>No request passes the filter. <Link changes={{ q: null, host: null }}>Remove the filter</Link> or </> : 'Older requests are stored: '}<Link changes={{ from: '-30d', to: null }}>look at the last 30 days</Link>. {children}</p>
      </Empty>
    )
}
