import { Copy } from '../../parts/Copy'
import { Empty } from '../../parts/States'
import { Link } from '../../shell/Link'
import type { LogSignal } from './signals'

/** Nothing of a signal ever came: what to do, so that something does. */
export function NothingYet({ signal }: { signal: LogSignal }) {
  if (signal.name === 'logs') return <NoLogs />
  return (
    <Empty title="No row has arrived yet">
      <p>Point an Amazon Data Firehose stream at this server, or import log files. <Link screen="setup">Setup</Link> shows how, step by step.</p>
    </Empty>
  )
}

const command = `aws logs put-subscription-filter \\
  --log-group-name /aws/lambda/NAME --filter-name cistern --filter-pattern "" \\
  --destination-arn arn:aws:firehose:REGION:ACCOUNT:deliverystream/STREAM \\
  --role-arn arn:aws:iam::ACCOUNT:role/ROLE`

function NoLogs() {
  const address = `${location.origin}/ingester/kinesis/logs`
  return (
    <Empty title="No event of CloudWatch Logs has arrived yet">
      <ol class="log-steps">
        <li><Link screen="setup">Setup</Link> makes a key for the stream.</li>
        <li>Make a stream of Amazon Data Firehose with the source Direct PUT and an HTTP endpoint as its destination, at this address:<div class="copy-line"><code>{address}</code><Copy text={address} /></div></li>
        <li>Subscribe the log groups to it, each with a filter or all of an account with a policy. Leave the decompression of Firehose off: it costs, and the records are read as they come.<div class="copy-line"><code>{command}</code><Copy text={command} /></div></li>
      </ol>
    </Empty>
  )
}
