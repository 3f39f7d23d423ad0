import { Copy } from '../../parts/Copy'

const logs = `${location.origin}/ingester/kinesis/logs`
const metrics = `${location.origin}/ingester/kinesis/metrics`
const command = `cistern import ./cloudfront-logs --url ${location.origin} --key "$CISTERN_KEY"`

/** What comes without a real-time log. */
export function OtherWays() {
  return (
    <div class="ways">
      <section class="panel">
        <header class="panel-head"><h2>CloudWatch Logs</h2></header>
        <div class="panel-body">
          <p>Subscription filters send log groups to a Firehose stream, source Direct PUT, whose HTTP endpoint is this address; the key is that of step 1. Leave decompression and message extraction of Firehose off.</p>
          <div class="copy-line"><code>{logs}</code><Copy text={logs} /></div>
        </div>
      </section>
      <section class="panel">
        <header class="panel-head"><h2>CloudWatch metrics</h2></header>
        <div class="panel-body">
          <p>A metric stream sends to a Firehose stream, source Direct PUT, whose HTTP endpoint is this address. JSON and OpenTelemetry 0.7 and 1.0 are read.</p>
          <div class="copy-line"><code>{metrics}</code><Copy text={metrics} /></div>
        </div>
      </section>
      <section class="panel">
        <header class="panel-head"><h2>Log files</h2></header>
        <div class="panel-body">
          <p>Files of CloudFront's logs, plain or gzip, standard or real-time, and folders of them. It needs a key that may admin; what was imported before is not stored again.</p>
          <div class="copy-line"><code>{command}</code><Copy text={command} /></div>
        </div>
      </section>
      <section class="panel">
        <header class="panel-head"><h2>Standard logs</h2></header>
        <div class="panel-body">
          <p>Standard logging (v2) delivers to Firehose without a Kinesis stream, minutes later: choose a Firehose stream in us-east-1 with source Direct PUT and the tag <code>LogDeliveryEnabled=true</code> (without the tag nothing comes, and nothing says so), and JSON as output format. The lines name their fields, so <code>cloudfront-fields</code> is not needed.</p>
        </div>
      </section>
    </div>
  )
}
