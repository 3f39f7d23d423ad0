/** Why Firehose cannot reach the address that this page was opened at, or null. It takes HTTPS on port 443 with a certificate of a public authority only. */
export function unreachable({ protocol, hostname, port }: { readonly protocol: string; readonly hostname: string; readonly port: string }): string | null {
  const wrong = [
    protocol !== 'https:' && 'plain HTTP',
    port !== '' && port !== '443' && `port ${port}`,
    isPrivate(hostname) && `a name that only your network knows (${hostname})`,
  ].filter(text => text !== false)
  return wrong.length === 0 ? null : `this page was opened over ${wrong.join(', ').replace(/, ([^,]*)$/, ' and $1')}`
}

function isPrivate(hostname: string): boolean {
  return /^(localhost|.*\.(localhost|local|internal)|127\..*|10\..*|192\.168\..*|172\.(1[6-9]|2\d|3[01])\..*|\[(::1|f[cd].*|fe80.*)\])$/.test(hostname) || !/[.:]/.test(hostname)
}

/** What an address of deliveries is for. */
export type Kind = 'requests' | 'logs' | 'metrics' | 'any'

export function kindOf(path: string): Kind {
  if (path.endsWith('/kinesis/logs')) return 'logs'
  if (path.endsWith('/kinesis/metrics')) return 'metrics'
  return path === '/firehose' ? 'any' : 'requests'
}
