import type { Kind } from './address'

/** What stands for a public name in commands while this page was opened at an address that Firehose cannot reach. */
const placeholder = 'https://YOUR-HOST'

const signals: Readonly<Record<Kind, string>> = { requests: 'realtime', logs: 'logs', metrics: 'metrics', any: 'realtime,logs,metrics' }

/** The command that prints the AWS side of this pipeline as a template. */
export function templateCommand(kind: Kind, origin: string, reachable: boolean, list: string): string {
  const fields = kind === 'requests' || kind === 'any' ? ` --fields ${list}` : ''
  return `cistern aws template --form cloudformation --signal ${signals[kind]} --url ${reachable ? origin : placeholder}${fields} > cistern.yaml`
}

/** The command that tries everything which Firehose does with this address. The key stays out of the shell's history: it comes from the environment. */
export function checkCommand(url: string, origin: string, reachable: boolean): string {
  return `cistern check ${reachable ? url : placeholder + url.slice(origin.length)} --key "$CISTERN_KEY"`
}
