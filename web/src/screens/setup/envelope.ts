/*
 * A test record as Firehose would send it, twice: as a request of this browser, and as a text for bash. The line has the chosen fields in
 * canonical order. Its addresses and names are of the ranges that are reserved for examples.
 */

export const testPath = '/cistern-test'

/** What the test says of each field; any other is left out, as CloudFront writes it. */
const values: Readonly<Record<string, string>> = {
  'c-ip': '203.0.113.7', 's-ip': '198.51.100.20', 'time-to-first-byte': '0.012', 'sc-status': '200', 'sc-bytes': '512', 'cs-method': 'GET', 'cs-protocol': 'https', 'cs-host': 'test.example.com',
  'cs-uri-stem': testPath, 'cs-bytes': '128', 'x-edge-location': 'FRA56-P1', 'x-host-header': 'd111111abcdef8.cloudfront.net', 'time-taken': '0.034', 'cs-protocol-version': 'HTTP/2.0',
  'c-ip-version': 'IPv4', 'cs-user-agent': 'cistern-test', 'x-edge-response-result-type': 'Hit', 'x-edge-result-type': 'Hit', 'x-edge-detailed-result-type': 'Hit', 'sc-content-type': 'text/plain', 'c-country': 'DE',
}

/** The values of a line; `time` stands for the timestamp in seconds, `id` for what must be different each time. */
export function lineValues(fields: readonly string[], time: string, id: string): string[] {
  return fields.map(name => name === 'timestamp' ? time : name === 'x-edge-request-id' ? id : values[name] ?? '-')
}

export interface Delivery {
  readonly url: string
  /** The access key, or null if this page does not know it. */
  readonly secret: string | null
  /** The ARN to send as. */
  readonly stream: string
  /** The names of the fields, in canonical order. */
  readonly fields: readonly string[]
  /** The value of `cloudfront-fields`. */
  readonly list: string
}

export function headersOf({ secret, stream, list }: Delivery, id: string): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'X-Amz-Firehose-Protocol-Version': '1.0',
    'X-Amz-Firehose-Request-Id': id,
    'X-Amz-Firehose-Source-Arn': stream,
    'X-Amz-Firehose-Access-Key': secret ?? '',
    'X-Amz-Firehose-Common-Attributes': JSON.stringify({ commonAttributes: { 'cloudfront-fields': list } }),
  }
}

/** The body of a delivery with one record of one line. */
export function bodyOf({ fields }: Delivery, id: string, now: number): string {
  const line = lineValues(fields, (now / 1000).toFixed(3), id).join('\t')
  return JSON.stringify({ requestId: id, timestamp: now, records: [{ data: base64Of(`${line}\n`) }] })
}

/** UTF-8 in base64. */
export function base64Of(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}

/** The same as a text for bash. Its time and ids are made when it runs, so that each run is a new delivery with a new row. */
export function curlOf(delivery: Delivery): string {
  const own: Readonly<Record<string, string>> = { '\0time': '"$now.000"', '\0id': '"$id"' }
  const line = lineValues(delivery.fields, '\0time', '\0id').map(value => own[value] ?? quoted(value)).join(' ')
  const headers = Object.entries(headersOf(delivery, '\0id')).map(([name, value]) => {
    if (name === 'X-Amz-Firehose-Request-Id') return `  -H "${name}: $id"`
    return name === 'X-Amz-Firehose-Access-Key' ? `  -H "${name}: $CISTERN_KEY"` : `  -H ${quoted(`${name}: ${value}`)}`
  })
  return [
    ...(delivery.secret === null ? [] : [`CISTERN_KEY=${quoted(delivery.secret)}`]),
    'id=$(cat /proc/sys/kernel/random/uuid 2>/dev/null || uuidgen)',
    'now=$(date +%s)',
    `data=$(printf '%s\\n' ${line} | paste -s - | base64 | tr -d '\\n')`,
    [
      `curl -sS -w '\\nHTTP %{http_code}\\n' ${quoted(delivery.url)}`,
      ...headers,
      `  --data-binary '{"requestId":"'"$id"'","timestamp":'"$now"'000,"records":[{"data":"'"$data"'"}]}'`,
    ].join(' \\\n'),
  ].join('\n') + '\n'
}

/** A text that bash reads as itself. */
export function quoted(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

const anyStream = 'arn:aws:firehose:us-east-1:000000000000:deliverystream/cistern-test'

/** An ARN that a key's pattern lets through, looking as much like one as the pattern allows. */
export function streamFor(pattern: string): string {
  if (pattern === '' || /^\*+$/.test(pattern)) return anyStream
  const whole = pattern.startsWith('*/') ? anyStream.slice(0, anyStream.indexOf('/')) + pattern.slice(1) : pattern
  const parts = whole.split(':')
  const filled = parts.length === 6 ? parts.map((part, place) => part === '*' ? anyStream.split(':')[place]! : part).join(':') : whole
  return filled.replaceAll('*', 'test')
}

/** A version 4 UUID. `crypto.randomUUID` is there over HTTPS and on loopback only. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
