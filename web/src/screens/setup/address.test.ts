import { expect, test } from 'vitest'
import { kindOf, unreachable } from './address'

test.each([
  ['https:', 'logs.example.com', '', null],
  ['https:', 'logs.example.com', '443', null],
  ['http:', 'logs.example.com', '', 'this page was opened over plain HTTP'],
  ['https:', 'logs.example.com', '8443', 'this page was opened over port 8443'],
  ['http:', '127.0.0.1', '8080', 'this page was opened over plain HTTP, port 8080 and a name that only your network knows (127.0.0.1)'],
  ['https:', '172.20.0.4', '', 'this page was opened over a name that only your network knows (172.20.0.4)'],
  ['https:', 'cistern', '', 'this page was opened over a name that only your network knows (cistern)'],
  ['https:', '[fd00::1]', '', 'this page was opened over a name that only your network knows ([fd00::1])'],
  ['https:', '[2001:db8::1]', '', null],
])('%s//%s:%s', (protocol, hostname, port, said) => expect(unreachable({ protocol, hostname, port })).toBe(said))

test('an address says what it is for', () => {
  expect(['/v1/logs/aws_data_firehose_cloudfront', '/ingester/kinesis/logs', '/ingester/kinesis/metrics', '/firehose'].map(kindOf)).toEqual(['requests', 'logs', 'metrics', 'any'])
})
