import type { Answer } from '../../api/client'
import { columnOf } from '../../api/answers'
import { countryName } from '../../format/countries'
import { levelMeasures, levelOf, levelSeries } from '../../parts/levels'
import { statusMeasures, statusSeries } from '../../parts/status'
import type { ChartSeries } from '../../parts/TimeChart'
import { titles } from './titles'

/*
 * What the screen has to know of a signal: one table each. Another signal of raw rows is one more of them; nothing else here names a field.
 */

export type Shape = 'time' | 'status' | 'level' | 'tail' | 'message' | 'seconds' | 'bytes' | 'country' | 'text' | 'number'

export interface FacetField {
  readonly field: string
  readonly name: string
  /** Whether it is open for who never chose. A closed one is not asked for. */
  readonly open: boolean
}

export interface Group {
  readonly name: string
  readonly fields: readonly string[]
}

/** "Rows around" can be narrowed to those with the same value, and the same of what makes it unique. */
export interface AroundScope {
  readonly field: string
  readonly name: string
  readonly within: readonly string[]
}

export interface LogSignal {
  readonly name: string
  /** What the switch calls it, one row of it, and many. */
  readonly title: string
  readonly one: string
  readonly many: string
  /** Rows that the store has, and what they stand for, which is more where a log is a sample. */
  readonly count: string
  readonly total: string
  /** Columns for who chose none, and those of a phone. */
  readonly columns: readonly string[]
  readonly narrowColumns: readonly string[]
  /** Takes the width that the others leave. */
  readonly wideColumn: string
  /** Widths in pixels; others are wide by their type. */
  readonly widths: Readonly<Record<string, number>>
  readonly narrowWidths: Readonly<Record<string, number>>
  readonly shapes: Readonly<Record<string, Shape>>
  readonly facets: readonly FacetField[]
  readonly groups: readonly Group[]
  /** The id that the source gave to a row, and what tells rows apart where it gave none. Together with the time they name a row in a link. */
  readonly id: string
  readonly marks: readonly string[]
  readonly scopes: readonly AroundScope[]
  /** Whether rows around one stand as a file has them, the oldest first. */
  readonly asFile: boolean
  /** The chosen host narrows it. */
  readonly hosts: boolean
  /** The map of fields that nobody knew before; empty if it has none. */
  readonly map: string
  /** The long text of a row, which has a place of its own in the drawer and can be wrapped in the table; empty if it has none. */
  readonly text: string
  /** What the drawer is headed by. */
  readonly heading: readonly string[]
  /** What a filter may look like. */
  readonly example: string
  /** Fields whose text the source percent-encoded, a query string, lines of name:value. */
  readonly encoded: readonly string[]
  readonly queries: readonly string[]
  readonly headers: readonly string[]
  readonly measures: readonly string[]
  /** What the chart shows. */
  readonly chart: string
  readonly series: (answer: Answer) => ChartSeries[]
}

const requests: LogSignal = {
  name: 'requests',
  title: titles.requests,
  one: 'request',
  many: 'requests',
  count: 'rows',
  total: 'requests',
  columns: ['time', 'status', 'method', 'host', 'path', 'result_type', 'time_taken', 'country'],
  narrowColumns: ['time', 'status', 'path'],
  wideColumn: 'path',
  widths: {
    time: 190, status: 68, method: 72, host: 146, path: 180, query: 220, result_type: 98, time_taken: 104, bytes_sent: 100, country: 76, client_ip: 130, scheme: 76,
    user_agent: 320, referer: 260, request_id: 240, edge_location: 110, protocol: 90, c_ip_version: 80, cs_headers: 300, content_type: 170, status_class: 84,
  },
  narrowWidths: { time: 84, status: 62, path: 180 },
  shapes: {
    time: 'time', received: 'time', status: 'status', country: 'country', bytes_sent: 'bytes', bytes_received: 'bytes', sc_content_len: 'bytes',
    time_taken: 'seconds', time_to_first_byte: 'seconds', origin_fbl: 'seconds', origin_lbl: 'seconds', asn: 'text', c_port: 'text',
  },
  facets: [
    { field: 'status_class', name: 'Status class', open: true },
    { field: 'method', name: 'Method', open: true },
    { field: 'host', name: 'Host', open: true },
    { field: 'path_folder', name: 'Folder', open: true },
    { field: 'country', name: 'Country', open: true },
    { field: 'result_type', name: 'Result type', open: true },
    { field: 'edge_location', name: 'Edge location', open: false },
    { field: 'content_type', name: 'Content type', open: false },
    { field: 'protocol', name: 'Protocol', open: false },
    { field: 'asn', name: 'Autonomous system', open: false },
    { field: 'path_extension', name: 'File extension', open: false },
    { field: 'referer_host', name: 'Referring host', open: false },
  ],
  groups: [
    { name: 'Request', fields: ['time', 'method', 'scheme', 'host', 'path', 'query', 'protocol', 'referer', 'user_agent', 'request_id', 'bytes_received', 'cs_headers', 'cs_header_names', 'cs_headers_count', 'cs_accept', 'cs_accept_encoding', 'cs_cookie'] },
    { name: 'Answer', fields: ['status', 'content_type', 'bytes_sent', 'sc_content_len', 'sc_range_start', 'sc_range_end', 'time_taken', 'time_to_first_byte'] },
    { name: 'Edge and cache', fields: ['edge_location', 'result_type', 'detailed_result_type', 'x_edge_response_result_type', 'cache_behavior_path_pattern', 'distribution', 'distribution_tenant_id', 'primary_distribution_id', 'primary_distribution_dns_name', 's_ip', 'fle_status', 'fle_encrypted_fields', 'viewer_request_log_data', 'viewer_response_log_data'] },
    { name: 'Client', fields: ['client_ip', 'c_port', 'c_ip_version', 'country', 'asn', 'x_forwarded_for'] },
    { name: 'TLS', fields: ['tls', 'ssl_cipher', 'connection_id'] },
    { name: 'Origin', fields: ['r_host', 'sr_reason', 'origin_fbl', 'origin_lbl'] },
    { name: 'Media', fields: ['x_edge_mqcs', 'cmcd_*'] },
    { name: 'Delivery', fields: ['received', 'delivery_id', 'stream', 'weight'] },
  ],
  id: 'request_id',
  marks: ['delivery_id', 'client_ip', 'host', 'method', 'path', 'query', 'status'],
  scopes: [{ field: 'client_ip', name: 'Same client', within: [] }, { field: 'host', name: 'Same host', within: [] }],
  asFile: false,
  hosts: true,
  map: '',
  text: '',
  heading: ['method', 'path'],
  example: 'Filter: status:5xx  path:/docs/*  -country:US  "words"   ( / )',
  encoded: ['user_agent', 'referer'],
  queries: ['query'],
  headers: ['cs_headers'],
  measures: ['rows', 'requests', ...statusMeasures],
  chart: 'Matching requests by status',
  series: answer => statusSeries(name => columnOf(answer, name)),
}

const logs: LogSignal = {
  name: 'logs',
  title: titles.logs,
  one: 'event',
  many: 'events',
  count: 'events',
  total: 'events',
  columns: ['time', 'level', 'log_group', 'log_stream', 'message'],
  narrowColumns: ['time', 'level', 'message'],
  wideColumn: 'message',
  widths: { time: 190, level: 78, log_group: 124, log_stream: 96, message: 320, account: 120, region: 116, event_id: 420, filters: 150, policy_level: 200 },
  narrowWidths: { time: 68, level: 66, message: 190 },
  shapes: { time: 'time', received: 'time', level: 'level', log_group: 'tail', log_stream: 'tail', message: 'message' },
  facets: [
    { field: 'level', name: 'Level', open: true },
    { field: 'log_group', name: 'Log group', open: true },
    { field: 'log_stream', name: 'Log stream', open: true },
    { field: 'account', name: 'Account', open: false },
    { field: 'region', name: 'Region', open: false },
    { field: 'policy_level', name: 'Policy', open: false },
    { field: 'filters', name: 'Subscription filter', open: false },
  ],
  groups: [
    { name: 'Event', fields: ['time', 'level', 'event_id'] },
    { name: 'Source', fields: ['log_group', 'log_stream', 'account', 'region'] },
    { name: 'Fields', fields: ['fields.*'] },
    { name: 'Delivery', fields: ['received', 'filters', 'policy_level', 'delivery_id', 'stream'] },
  ],
  id: 'event_id',
  marks: ['delivery_id', 'log_group', 'log_stream', 'message'],
  scopes: [
    { field: 'log_stream', name: 'Same log stream', within: ['account', 'region', 'log_group'] },
    { field: 'log_group', name: 'Same log group', within: ['account', 'region'] },
  ],
  asFile: true,
  hosts: false,
  map: 'fields',
  text: 'message',
  heading: ['message'],
  example: 'Filter: level:error  log_group:/aws/lambda/*  userId:5  duration>100  "words"   ( / )',
  encoded: [],
  queries: [],
  headers: [],
  measures: ['events', ...levelMeasures],
  chart: 'Matching events by level',
  series: levelSeries,
}

export const signals: readonly LogSignal[] = [requests, logs]

export function signalOf(name: string | null): LogSignal {
  return signals.find(one => one.name === name) ?? requests
}

// As many characters as a facet is wide.
const tailMost = 20

/** The end of a path that is too long: it tells more than its beginning. Whole names, if one fits. */
export function endOf(path: string, most: number): string {
  if (path.length <= most) return path
  const cut = path.slice(1 - most)
  const name = cut.indexOf('/')
  return `…${name < 0 || name === cut.length - 1 ? cut : cut.slice(name)}`
}

/** How a value of a facet is written. */
export function facetName(signal: LogSignal, field: string, text: string): string {
  switch (signal.shapes[field]) {
    case 'country': return countryName(text)
    case 'level': return levelOf(text).name
    case 'tail': return endOf(text, tailMost)
    default: return text
  }
}

/** A name that is none of the signal's columns is one of the keys of its map. */
export function keyIn(signal: LogSignal, name: string): string {
  const isColumn = name === signal.text || signal.groups.some(group => group.fields.includes(name))
  return signal.map === '' || isColumn || name.startsWith(`${signal.map}.`) ? name : `${signal.map}.${name}`
}

/** Whether the table can have it as a column: lists of columns are separated by commas. */
export function isColumn(name: string): boolean {
  return !name.includes(',') && name.trim() === name
}

/** Columns that every list asks for besides those it shows: what names a row. */
export function withIdentity(signal: LogSignal, columns: readonly string[]): string[] {
  return [...new Set([...columns, 'time', signal.id, ...signal.marks])]
}
