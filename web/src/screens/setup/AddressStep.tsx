import type { ComponentChildren } from 'preact'
import { Copy } from '../../parts/Copy'
import { Icon } from '../../parts/Icon'
import { kindOf, type Kind, unreachable } from './address'
import { checkCommand, templateCommand } from './commands'
import type { Delivery } from './envelope'
import type { SetupFacts } from './ask'

/** What to enter in the console of Amazon Data Firehose. */
export function AddressStep({ endpoints, path, onPath, delivery }: { endpoints: SetupFacts['endpoints']; path: string; onPath: (path: string) => void; delivery: Delivery }) {
  const problem = unreachable(location)
  const kind = kindOf(path)
  const template = templateCommand(kind, location.origin, problem === null, delivery.list)
  const check = checkCommand(delivery.url, location.origin, problem === null)
  return (
    <>
      {endpoints.length > 1 && (
        <fieldset class="choices">
          <legend class="hidden-text">Address</legend>
          {endpoints.map(endpoint => (
            <label key={endpoint.path}>
              <input type="radio" name="endpoint" checked={endpoint.path === path} onChange={() => onPath(endpoint.path)} />
              <span><code>{endpoint.path}</code> <span class="note">{endpoint.for}</span></span>
            </label>
          ))}
        </fieldset>
      )}
      <div class="copy-line"><code>{delivery.url}</code><Copy text={delivery.url} class="primary" label="Copy the address" /></div>
      {problem !== null && (
        <p class="warned"><Icon name="warning" /><span>Firehose delivers over HTTPS on port 443 only, to a name with a certificate of a public authority; {problem}. Put the public name of this server in place of <code>{location.origin}</code>.</span></p>
      )}
      <h3>In one command</h3>
      <p>Prints a template for CloudFormation (<code>--form terraform</code> for Terraform): the streams, roles that may only what is needed, a private bucket for what cannot be delivered, alarms. The key goes into a secret, not into the template.</p>
      <div class="copy-line"><code>{template}</code><Copy text={template} label="Copy the command" /></div>
      <p>Before, and whenever nothing comes: everything that Firehose would do with this address, with a remedy for what fails.</p>
      <div class="copy-line"><code>{check}</code><Copy text={check} label="Copy the command" /></div>
      <h3>Or by hand, in the console of Amazon Data Firehose</h3>
      <dl class="entries">
        <Source kind={kind} />
        <Entry name="Destination" value="HTTP Endpoint" />
        <Entry name="HTTP endpoint URL" value={delivery.url} copy />
        <Entry name="Access key" value={delivery.secret ?? 'the secret of the key'} copy={delivery.secret !== null} />
        <Entry name="Content encoding" value="GZIP" />
        {kind === 'logs' && <Entry name="Decompression" value="off" note="it costs, and records are read as they come; message extraction too would leave out group, stream and time" />}
        {kind !== 'logs' && kind !== 'metrics' && <Entry name="Parameters" value="cloudfront-fields" note={<>with the value <code>{delivery.list}</code> of step 3: a line of the log does not say which fields it has{kind === 'any' && '; not for CloudWatch'}</>} copy />}
        <Entry name="Buffer hints" value="1 MiB, 60 s" note="whichever comes first; shorter is sooner on the screen" />
        <Entry name="Retry duration" value="7200 s" note="the most: an outage of two hours loses nothing" />
        <Entry name="S3 backup" value="failed data only" note="what could not be delivered in that time; cistern replay brings it in later" />
      </dl>
    </>
  )
}

function Source({ kind }: { kind: Kind }) {
  switch (kind) {
    case 'logs': return <Entry name="Source" value="Direct PUT" note="subscription filters of log groups, or an account's policy, name the Firehose stream as their destination" />
    case 'metrics': return <Entry name="Source" value="Direct PUT" note="a CloudWatch metric stream names it as its destination; JSON and OpenTelemetry 0.7 and 1.0 are read" />
    default: return <Entry name="Source" value="Amazon Kinesis Data Streams" note="the stream of the real-time log configuration; standard logs come by Direct PUT" />
  }
}

function Entry({ name, value, note, copy = false }: { name: string; value: string; note?: ComponentChildren; copy?: boolean }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd><span class="row"><b>{value}</b>{copy && <Copy text={value} />}</span>{note && <span class="note">{note}</span>}</dd>
    </div>
  )
}
