import type { Answer } from '../../api/client'
import { columnOf } from '../../api/answers'
import { countryName } from '../../format/countries'
import { statusMeasures, statusSeries } from '../../parts/status'
import type { ChartSeries } from '../../parts/TimeChart'

/*
 * What the screen has to know of a signal: one table each. Another signal of raw rows is one more of them; nothing else here names a field.
 */

export type Shape = 'time' | 'status' | 'seconds' | 'bytes' | 'country' | 'text' | 'number'

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

export interface LogSignal {
  readonly name: string
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
  /** "Rows around" can be narrowed to those with the same value. */
  readonly scopes: readonly { readonly field: string; readonly name: string }[]
  /** Fields whose text the source percent-encoded, a query string, lines of name:value. */
  readonly encoded: readonly string[]
  readonly queries: readonly string[]
  readonly headers: readonly string[]
  readonly measures: readonly string[]
  readonly series: (answer: Answer) => ChartSeries[]
}

const requests: LogSignal = {
  name: 'requests',
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
  scopes: [{ field: 'client_ip', name: 'Same client' }, { field: 'host', name: 'Same host' }],
  encoded: ['user_agent', 'referer'],
  queries: ['query'],
  headers: ['cs_headers'],
  measures: ['rows', 'requests', ...statusMeasures],
  series: answer => statusSeries(name => columnOf(answer, name)),
}

export const signals: readonly LogSignal[] = [requests]

export function signalOf(name: string | null): LogSignal {
  return signals.find(one => one.name === name) ?? requests
}

/** How a value of a facet is written. */
export function facetName(signal: LogSignal, field: string, text: string): string {
  return signal.shapes[field] === 'country' ? countryName(text) : text
}

/** Columns that every list asks for besides those it shows: what names a row. */
export function withIdentity(signal: LogSignal, columns: readonly string[]): string[] {
  return [...new Set([...columns, 'time', signal.id, ...signal.marks])]
}
