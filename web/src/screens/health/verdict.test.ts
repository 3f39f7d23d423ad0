import { describe, expect, test } from 'vitest'
import type { Gap, Server, Status } from './model'
import type { Stream } from './streams'
import { type Facts, verdictOf } from './verdict'

const now = Date.parse('2026-11-27T18:00:00Z')
const from = now - 86_400_000
const none = { p50: null, p95: null, max: null }
const stream: Stream = {
  arn: 'arn:aws:firehose:us-east-1:111122223333:deliverystream/shop', name: 'shop', last: now - 5000, deliveries: 1200, rows: 90_000, rejected: 0, rejectRate: 0, repeats: 0,
  delay: { p50: 1, p95: 2, max: 70 }, line: { p50: 40, p95: 65, max: 90 }, gaps: 0,
}
const status: Status = {
  version: '1', now: '', started: '', ready: { canStore: true, canQuery: true, reason: null },
  store: {
    local: { hotRows: 1, hotBytes: 1, hotLimitBytes: 9, journalBytes: 1, spaceFloorBytes: 2e9 }, servers: [], segments: 1, segmentRows: 1, segmentBytes: 1, freeBytes: 100e9, oldestRow: null,
    repeatWindowSeconds: 3600, repeatWindowConfiguredSeconds: 3600, retentionSeconds: null, retentionBytes: null, tables: [],
  },
  queue: { inFlight: 0, waiting: 0, maxWaiting: 1000, inFlightBytes: 0, inFlightLimitBytes: 9 },
  process: { residentBytes: 1, heapBytes: 1, cpuSeconds: 1, processors: 2 },
  answers: { stored: 1, repeated: 0, refused: [], p50Seconds: null, p95Seconds: null },
}
const server: Server = { shard: 1, server: 'ch-2:8123', canRead: false, canWrite: false, trouble: 'ch-2:8123 does not answer: Connection refused' }
const gap: Gap = { stream: stream.arn, from: '2026-11-27T09:00:00Z', to: '2026-11-27T09:30:00Z', minutes: 30, expected: 60, basis: 'weeks' }
const facts: Facts = { now, from, streams: [stream], refused: 0, gaps: [], ages: new Map([[stream.arn, 65]]), status }
const store = (change: Partial<Status['store']>): Status => ({ ...status, store: { ...status.store, ...change } })

describe('verdictOf', () => {
  test('is good if everything is known and nothing is wrong', () => {
    expect(verdictOf(facts)).toEqual({ state: 'good', text: 'Healthy: 1,200 deliveries of 1 stream arrived whole and on time.', reasons: [] })
  })

  test.each([
    ['rejected', { streams: [{ ...stream, rows: 90, rejected: 10 }] }, '10 rejected, 10 % of what came, from 1 stream'],
    ['rejected', { streams: [{ ...stream, rejected: 2 }] }, '2 rejected, under 0.01 % of what came, from 1 stream'],
    ['charts', { streams: [{ ...stream, delay: { p50: 1, p95: 61, max: 400 } }] }, 'late: deliveries of shop took 61 s from Firehose to here (p95)'],
    ['streams', { ages: new Map([[stream.arn, 7500]]) }, 'late: lines of shop that arrive now are 2.08 h old (p95)'],
    ['refused', { refused: 3 }, '3 refused at the door'],
    ['gaps', { gaps: [gap, { ...gap, minutes: 15 }] }, '2 gaps, 45 min in all'],
    ['storage', { status: store({ freeBytes: 3e9 }) }, 'disk low: 3 GB left, deliveries are refused under 2 GB'],
    ['storage', { status: store({ repeatWindowSeconds: 900 }) }, 'repeats are recognised for 15 min instead of 60 min'],
    ['storage', { status: { ...status, ready: { canStore: false, canQuery: true, reason: 'the disk is full' } } }, 'nothing is stored at the moment: the disk is full'],
    ['storage', { status: { ...status, ready: { canStore: true, canQuery: false, reason: 'ch-3:8123 does not answer' } } }, 'nothing can be asked at the moment: ch-3:8123 does not answer'],
    ['storage', { status: store({ servers: [{ ...server, trouble: null }, server] }) }, 'ch-2:8123 does not answer: Connection refused'],
    ['queue', { status: { ...status, queue: { ...status.queue, waiting: 501 } } }, '501 deliveries wait, 1,000 may'],
    ['streams', { streams: [stream, { ...stream, arn: 'arn/mail', name: 'mail', deliveries: 0, rows: 0, last: from - 7_200_000, delay: none, everDeliveries: 400 }] }, 'mail has delivered nothing in this range, last 26 h ago'],
  ] satisfies [string, Partial<Facts>, string][])('points at %s for %#', (panel, change, text) => {
    expect(verdictOf({ ...facts, ...change })).toEqual({ state: 'look', text: 'Look at this:', reasons: [{ panel, text }] })
  })

  test('counts what there is to look at', () => {
    expect(verdictOf({ ...facts, refused: 1, gaps: [gap] }).text).toBe('Look at these 2:')
  })

  test('does not miss who sent once, long ago, or from a file', () => {
    const silent = { ...stream, deliveries: 0, last: from - 1000, everDeliveries: 400 }
    const others = [{ ...silent, everDeliveries: 2 }, { ...silent, last: now - 8 * 86_400_000 }, { ...silent, arn: 'arn:cistern:import:::file/a.gz' }]
    expect(verdictOf({ ...facts, streams: [stream, ...others] }).state).toBe('good')
  })

  test('takes an import for neither late nor old', () => {
    const file = { ...stream, arn: 'arn:cistern:import:::file/a.gz', delay: { p50: 900, p95: 900, max: 900 } }
    expect(verdictOf({ ...facts, streams: [file], ages: new Map([[file.arn, 1e7]]) }).state).toBe('good')
  })

  test('leaves the disk of a store elsewhere, and servers without a replica, to what the store says of itself', () => {
    expect(verdictOf({ ...facts, status: store({ local: null, freeBytes: 1 }) }).state).toBe('good')
    const down: Status = { ...status, ready: { canStore: false, canQuery: false, reason: server.trouble }, store: { ...status.store, local: null, servers: [server] } }
    expect(verdictOf({ ...facts, status: down }).reasons.map(reason => reason.text)).toEqual([`nothing is stored at the moment: ${server.trouble}`])
  })

  test('does not call a window shrunk of which nothing is known yet', () => {
    expect(verdictOf({ ...facts, status: store({ repeatWindowSeconds: 0 }) }).state).toBe('good')
  })

  test.each(['streams', 'refused', 'gaps', 'ages', 'status'] as const)('is not good as long as %s is not known', missing => {
    expect(verdictOf({ ...facts, [missing]: null }).state).toBe('unknown')
  })

  test('says what is wrong also if not everything is known', () => {
    expect(verdictOf({ ...facts, gaps: null, status: null, refused: 1 }).reasons).toHaveLength(1)
  })

  test('tells nothing ever from nothing in the range', () => {
    expect(verdictOf({ ...facts, streams: [] })).toMatchObject({ state: 'none', text: 'Nothing has been delivered yet.' })
    expect(verdictOf({ ...facts, streams: [{ ...stream, deliveries: 0, rows: 0, everDeliveries: 1 }] })).toMatchObject({ state: 'none', text: 'Nothing was delivered in this range.' })
  })
})
