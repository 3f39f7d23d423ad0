import { describe, expect, test, vi } from 'vitest'
import { base64Of, bodyOf, curlOf, type Delivery, lineValues, newId, quoted, streamFor } from './envelope'

const delivery: Delivery = {
  url: "https://logs.example.com/v1/logs/it's", secret: 'aa_secret', stream: 'arn:aws:firehose:us-east-1:111122223333:deliverystream/shop',
  fields: ['timestamp', 'c-ip', 'cs-uri-stem', 'x-edge-request-id', 'asn'], list: '1,2,10,13,46',
}

function linesOf(body: string): string {
  const { records } = JSON.parse(body) as { records: { data: string }[] }
  return new TextDecoder().decode(Uint8Array.from(atob(records[0]!.data), character => character.charCodeAt(0)))
}

// Without the settings of whoever runs the tests: bash reads them if its input is a socket, as it is here.
// The program itself knows no Node.js, so its types are not there.
const node: string = 'node:child_process'
const { execFileSync } = (await import(node)) as { execFileSync: (file: string, words: readonly string[], options: { encoding: 'utf8' }) => string }
const bash = (text: string) => execFileSync('bash', ['--norc', '-c', text], { encoding: 'utf8' })
vi.setConfig({ testTimeout: 60_000 })

describe('lineValues', () => {
  test('leaves out what the test has no value for', () => {
    expect(lineValues(['timestamp', 'sc-status', 'asn'], '1760000000.123', 'id')).toEqual(['1760000000.123', '200', '-'])
  })
})

describe('bodyOf', () => {
  test('is an envelope with one line', () => {
    const body = bodyOf(delivery, 'an-id', 1_760_000_000_123)
    expect(JSON.parse(body)).toMatchObject({ requestId: 'an-id', timestamp: 1_760_000_000_123 })
    expect(linesOf(body)).toBe('1760000000.123\t203.0.113.7\t/cistern-test\tan-id\t-\n')
  })
})

describe('base64Of', () => {
  test('is of UTF-8', () => expect(base64Of('a€𝄞')).toBe('YeKCrPCdhJ4='))
})

describe('quoted', () => {
  test.each(["it's", '$HOME `id` "x" \\ !', '', '*', 'a b', 'ä€', "'", '-n', '{"commonAttributes":{}}', '#x', '~'])('bash reads %j as itself', text => {
    expect(bash(`printf %s ${quoted(text)}`)).toBe(text)
  })
})

describe('curlOf', () => {
  // Stands in for curl: prints its arguments, each ended by NUL.
  const run = (text: string) => bash(`curl() { printf '%s\\0' "$@"; }\n${text}`).split('\0').slice(0, -1)

  test('gives curl the address, the headers and the body of a delivery', () => {
    const words = run(curlOf(delivery))
    const body = words[words.indexOf('--data-binary') + 1]!
    const { requestId, timestamp } = JSON.parse(body) as { requestId: string; timestamp: number }
    const headers = words.filter((_, place) => words[place - 1] === '-H')
    expect(words).toContain(delivery.url)
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/i)
    expect(Math.abs(timestamp - Date.now())).toBeLessThan(600_000)
    expect(linesOf(body)).toBe(`${timestamp / 1000}.000\t203.0.113.7\t/cistern-test\t${requestId}\t-\n`)
    expect(headers).toEqual([
      'Content-Type: application/json', 'X-Amz-Firehose-Protocol-Version: 1.0', `X-Amz-Firehose-Request-Id: ${requestId}`, `X-Amz-Firehose-Source-Arn: ${delivery.stream}`,
      'X-Amz-Firehose-Access-Key: aa_secret', 'X-Amz-Firehose-Common-Attributes: {"commonAttributes":{"cloudfront-fields":"1,2,10,13,46"}}',
    ])
  })

  test('takes the key from the environment if the page does not know it', () => {
    const text = curlOf({ ...delivery, secret: null })
    expect(text).not.toContain('CISTERN_KEY=')
    expect(run(`CISTERN_KEY=aa_other\n${text}`)).toContain('X-Amz-Firehose-Access-Key: aa_other')
  })

  test('is another delivery each time', () => expect(run(curlOf(delivery))).not.toEqual(run(curlOf(delivery))))
})

describe('streamFor', () => {
  test.each([
    ['', 'arn:aws:firehose:us-east-1:000000000000:deliverystream/cistern-test'],
    ['*', 'arn:aws:firehose:us-east-1:000000000000:deliverystream/cistern-test'],
    ['arn:aws:firehose:eu-west-1:*:deliverystream/shop-*', 'arn:aws:firehose:eu-west-1:000000000000:deliverystream/shop-test'],
    ['*/shop', 'arn:aws:firehose:us-east-1:000000000000:deliverystream/shop'],
    ['arn:aws:firehose:us-east-1:111122223333:deliverystream/shop', 'arn:aws:firehose:us-east-1:111122223333:deliverystream/shop'],
    ['*shop*', 'testshoptest'],
  ])('fits %j', (pattern, stream) => {
    expect(streamFor(pattern)).toBe(stream)
    expect(stream).toMatch(new RegExp(`^${pattern.replace(/[/.]/g, '\\$&').replaceAll('*', '.*')}`))
  })
})

describe('newId', () => {
  test('is a UUID of version 4', () => expect(newId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/))
})
