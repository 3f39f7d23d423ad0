import { Copy } from '../../parts/Copy'

const command = `cistern import ./cloudfront-logs --url ${location.origin} --key "$CISTERN_KEY"`

/** What comes without a real-time log. */
export function OtherWays() {
  return (
    <div class="ways">
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
