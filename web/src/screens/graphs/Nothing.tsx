import { useAsked } from '../../api/use'
import { ago } from '../../format/times'
import { Copy } from '../../parts/Copy'
import { Empty, Failed, Loading } from '../../parts/States'
import { Link } from '../../shell/Link'
import { useParam } from '../../state/url'
import { askEver } from './ask'

/** Why there is no metric, and what to do: none ever came, or none in this range and filter. */
export function Nothing() {
  const ever = useAsked('metrics ever', signal => askEver(signal))
  const filtered = useParam('q') !== null
  if (ever.error !== null) return <Failed error={ever.error} />
  if (ever.data === null) return <Loading height={160} />
  if (ever.data.last === null) return <HowTo />
  return (
    <Empty title="No metric in this range">
      <p>
        {filtered ? <>No series passes the filter. <Link changes={{ q: null }}>Remove the filter</Link> or </> : <>The last point came {ago(ever.data.last, Date.now())}: </>}
        <Link changes={{ from: '-30d', to: null }}>look at the last 30 days</Link>.
      </p>
    </Empty>
  )
}

function HowTo() {
  const address = `${location.origin}/ingester/kinesis/metrics`
  return (
    <Empty title="No metric has arrived yet">
      <p>CloudWatch sends metrics through a metric stream, once a minute.</p>
      <ol class="graph-steps">
        <li>Make a Firehose stream with source <i>Direct PUT</i> and the HTTP endpoint <code>{address}</code> <Copy text={() => address} label="Copy address" />. Its access key comes from <Link screen="setup">Setup</Link>.</li>
        <li>In CloudWatch, create a metric stream that writes to it. Output format: JSON, OpenTelemetry 0.7 or OpenTelemetry 1.0; all three are read.</li>
        <li>Add statistics such as p99 to the metric stream if you want percentiles: they are sent only where they are asked for.</li>
      </ol>
    </Empty>
  )
}
