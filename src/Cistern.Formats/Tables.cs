using Cistern.Formats.Columns;

namespace Cistern.Formats;

/// <summary>The tables that deliveries become. Both stores and every query use these names.</summary>
/// <remarks>
/// <c>received</c>, <c>delivery_id</c> and <c>stream</c> are the same for every row of a delivery, so decoders leave them out and the
/// store fills them in. A user sees <c>request_id</c> as the text that CloudFront wrote: the store joins the two columns that hold it.
/// </remarks>
public static class Tables
{
    /// <summary>The version of these tables: it grows by one with each release that adds columns, which say so with <c>Since</c>.</summary>
    public const int Version = 5;

    /// <summary>One row a request that CloudFront logged.</summary>
    public static readonly TableSchema Requests = new(
        "requests",
        new("time", ColumnType.Timestamp, "When the edge finished answering (real-time field 1 timestamp; standard logs timestamp(ms), else date and time)."),
        new("received", ColumnType.Timestamp, "When the delivery arrived here."),
        new("delivery_id", ColumnType.Text, "The Firehose request id of the delivery that brought the row."),
        new("stream", ColumnType.Text, "The ARN of the delivery stream that brought the row."),
        new("distribution", ColumnType.Text, "The distribution's domain name (real-time field 14 x-host-header; standard logs cs(Host))."),
        new("host", ColumnType.Text, "The viewer's Host header, lower case (real-time field 9 cs-host; standard logs x-host-header)."),
        new("client_ip", ColumnType.Text, "The viewer's address or its proxy's (field 2 c-ip)."),
        new("method", ColumnType.Text, "The HTTP method (field 7 cs-method)."),
        new("scheme", ColumnType.Text, "http, https, grpcs, ws or wss (field 8 cs-protocol)."),
        new("path", ColumnType.Text, "The path, percent-decoded once as the log encodes it, without the query (field 10 cs-uri-stem up to '?')."),
        new("query", ColumnType.Text, "The query without '?' (field 21 cs-uri-query, else what follows '?' in cs-uri-stem)."),
        new("status", ColumnType.Int32, "The HTTP status sent to the viewer; 0 if the viewer left before an answer (field 5 sc-status, 000)."),
        new("bytes_sent", ColumnType.Int64, "Bytes to the viewer with headers (field 6 sc-bytes)."),
        new("bytes_received", ColumnType.Int64, "Bytes of the request with headers (field 11 cs-bytes)."),
        new("time_taken", ColumnType.Double, "Seconds from the request's arrival to the last byte handed over (field 15 time-taken)."),
        new("time_to_first_byte", ColumnType.Double, "Seconds from the request's arrival to the first byte sent (field 4 time-to-first-byte)."),
        new("edge_location", ColumnType.Text, "The edge that answered: airport code, number, suffix (field 12 x-edge-location)."),
        new("result_type", ColumnType.Text, "How the answer was classified after its last byte: Hit, Miss, Error, … (field 26 x-edge-result-type)."),
        new("detailed_result_type", ColumnType.Text, "The classification with its cause (field 34 x-edge-detailed-result-type)."),
        new("request_id", ColumnType.Blob, "The request's id (field 13 x-edge-request-id) where it is canonical base64-url: its bytes."),
        new("request_id_text", ColumnType.Text, "The request's id where it is anything else."),
        new("user_agent", ColumnType.Text, "The user agent (field 18 cs-user-agent; standard logs cs(User-Agent))."),
        new("referer", ColumnType.Text, "The referring page (field 19 cs-referer; standard logs cs(Referer))."),
        new("country", ColumnType.Text, "The viewer's country, ISO 3166-1 alpha-2 (field 35 c-country)."),
        new("asn", ColumnType.Int64, "The viewer's autonomous system number (field 46 asn)."),
        new("content_type", ColumnType.Text, "The answer's Content-Type (field 29 sc-content-type)."),
        new("protocol", ColumnType.Text, "The HTTP version (field 16 cs-protocol-version)."),
        new("tls", ColumnType.Text, "The TLS version (field 24 ssl-protocol)."),
        new("weight", ColumnType.Double, "How many requests the row stands for: 100 divided by the sampling rate in percent; 1 without sampling."),
        new("s_ip", ColumnType.Text, "The edge server's address (field 3 s-ip)."),
        new("c_ip_version", ColumnType.Text, "IPv4 or IPv6 (field 17 c-ip-version)."),
        new("cs_cookie", ColumnType.Text, "The Cookie header, at most 800 bytes (field 20 cs-cookie); dropped unless the privacy settings keep it."),
        new("x_edge_response_result_type", ColumnType.Text, "The classification just before the answer (field 22)."),
        new("x_forwarded_for", ColumnType.Text, "The X-Forwarded-For header (field 23)."),
        new("ssl_cipher", ColumnType.Text, "The TLS cipher (field 25)."),
        new("fle_encrypted_fields", ColumnType.Int32, "Fields that field-level encryption encrypted (field 27)."),
        new("fle_status", ColumnType.Text, "What field-level encryption did (field 28)."),
        new("sc_content_len", ColumnType.Int64, "The answer's Content-Length in bytes (field 30)."),
        new("sc_range_start", ColumnType.Int64, "First byte of the range answered (field 31)."),
        new("sc_range_end", ColumnType.Int64, "Last byte of the range answered (field 32)."),
        new("c_port", ColumnType.Int32, "The viewer's port (field 33)."),
        new("cs_accept_encoding", ColumnType.Text, "The Accept-Encoding header (field 36)."),
        new("cs_accept", ColumnType.Text, "The Accept header (field 37)."),
        new("cache_behavior_path_pattern", ColumnType.Text, "The cache behaviour that matched; * is the default (field 38)."),
        new("cs_headers", ColumnType.Text, "Request headers, one 'name:value' a line, without cookies, at most 800 bytes (field 39)."),
        new("cs_header_names", ColumnType.Text, "Names of the request headers, one a line, at most 800 bytes (field 40)."),
        new("cs_headers_count", ColumnType.Int32, "Request headers, cookies included (field 41)."),
        new("primary_distribution_id", ColumnType.Text, "With continuous deployment the primary distribution's id (field 42)."),
        new("primary_distribution_dns_name", ColumnType.Text, "With continuous deployment the primary distribution's domain name (field 43)."),
        new("origin_fbl", ColumnType.Double, "Seconds to the origin's first byte (field 44)."),
        new("origin_lbl", ColumnType.Double, "Seconds to the origin's last byte (field 45)."),
        new("cmcd_encoded_bitrate", ColumnType.Int64, "CMCD br: encoded bitrate in kbit/s (field 47)."),
        new("cmcd_buffer_length", ColumnType.Int64, "CMCD bl: buffer length in ms (field 48)."),
        new("cmcd_buffer_starvation", ColumnType.Boolean, "CMCD bs: the buffer ran empty (field 49)."),
        new("cmcd_content_id", ColumnType.Text, "CMCD cid: content id (field 50)."),
        new("cmcd_object_duration", ColumnType.Int64, "CMCD d: object duration in ms (field 51)."),
        new("cmcd_deadline", ColumnType.Int64, "CMCD dl: deadline in ms (field 52)."),
        new("cmcd_measured_throughput", ColumnType.Int64, "CMCD mtp: measured throughput in kbit/s (field 53)."),
        new("cmcd_next_object_request", ColumnType.Text, "CMCD nor: next object (field 54)."),
        new("cmcd_next_range_request", ColumnType.Text, "CMCD nrr: next range (field 55)."),
        new("cmcd_object_type", ColumnType.Text, "CMCD ot: object type (field 56)."),
        new("cmcd_playback_rate", ColumnType.Double, "CMCD pr: playback rate, 1 is real time (field 57)."),
        new("cmcd_requested_maximum_throughput", ColumnType.Int64, "CMCD rtp: requested maximum throughput in kbit/s (field 58)."),
        new("cmcd_streaming_format", ColumnType.Text, "CMCD sf: streaming format (field 59)."),
        new("cmcd_session_id", ColumnType.Text, "CMCD sid: session id (field 60)."),
        new("cmcd_stream_type", ColumnType.Text, "CMCD st: stream type (field 61)."),
        new("cmcd_startup", ColumnType.Boolean, "CMCD su: needed at start-up (field 62)."),
        new("cmcd_top_bitrate", ColumnType.Int64, "CMCD tb: top bitrate in kbit/s (field 63)."),
        new("cmcd_version", ColumnType.Int32, "CMCD v: version (field 64)."),
        new("r_host", ColumnType.Text, "The origin asked, with origin groups (field 65)."),
        new("sr_reason", ColumnType.Text, "Why that origin: Failover:<status> or MediaQuality (field 66)."),
        new("x_edge_mqcs", ColumnType.Int32, "Media quality confidence score, 0 to 100 (field 67)."),
        new("distribution_tenant_id", ColumnType.Text, "The tenant of a multi-tenant distribution (field 68)."),
        new("connection_id", ColumnType.Text, "The TLS connection's id (field 69)."),
        new("viewer_request_log_data", ColumnType.Text, "Text that a function set at viewer request, at most 800 bytes (field 70)."),
        new("viewer_response_log_data", ColumnType.Text, "Text that a function set at viewer response, at most 800 bytes (field 71)."),
        new("fields", ColumnType.TextMap, "Values under names that Cistern does not know yet."),
        new("kind", ColumnType.Text, "What was asked for: page (what a person reads), machine (robots.txt, sitemaps, feeds, llms.txt, /.well-known/) or asset.", Since: 3),
        new("class", ColumnType.Text, "What kind of reader it is: training, search, user-fetch, agent, coding, data-provider, ads, preview, search-engine, undocumented, other-bot, tool, human-like or empty.", Since: 3),
        new("agent", ColumnType.Text, "The agent that the user agent names, or whom a proof names where it names nobody; empty if that is unknown.", Since: 3),
        new("operator", ColumnType.Text, "Who runs the agent; of a person who came from an AI product, who runs that.", Since: 3),
        new("proof", ColumnType.Text, "What is proven of the claim: signed, address, mismatch, unlisted, address-only, signed-unchecked or none.", Since: 3),
        new("ai_source", ColumnType.Text, "The AI product whose page or link a person came from; empty if it was none.", Since: 3),
        new("robots", ColumnType.Text, "What the site's robots.txt in force at the time said of a page that an agent asked for with GET: allowed, disallowed, grace (disallowed by a version younger than 24 hours) or exempt (disallowed, and the operator says that it may not apply); else empty.", Since: 4),
        new("arrival", ColumnType.Text, "How a browser-like client came to a page that it asked for with GET: entry (no referer, or another site's), inside (from the site's own) or prefetch (loaded in case that it is wanted); else empty.", Since: 4));

    /// <summary>One row a log event of CloudWatch Logs.</summary>
    public static readonly TableSchema Logs = new(
        "logs",
        new("time", ColumnType.Timestamp, "When it was logged (logEvents[].timestamp); of a message without one, when the delivery arrived."),
        new("received", ColumnType.Timestamp, "When the delivery arrived here."),
        new("delivery_id", ColumnType.Text, "The Firehose request id of the delivery that brought the row."),
        new("stream", ColumnType.Text, "The ARN of the delivery stream that brought the row."),
        new("account", ColumnType.Text, "The account of the log group (extractedFields @aws.account, else owner)."),
        new("region", ColumnType.Text, "The region of the log group (extractedFields @aws.region, else the region in the delivery stream's ARN)."),
        new("log_group", ColumnType.Text, "The log group (logGroup)."),
        new("log_stream", ColumnType.Text, "The log stream (logStream)."),
        new("event_id", ColumnType.Text, "The event's id, 56 digits, unique in its log stream (logEvents[].id)."),
        new("level", ColumnType.Text, "fatal, error, warn, info, debug or trace, as the message says; empty if it says none."),
        new("message", ColumnType.Text, "The text, without line ends at its end (logEvents[].message)."),
        new("fields", ColumnType.TextMap, "The members of a message that is a JSON object, nested ones joined by dots, and what a filter pattern extracted (extractedFields)."),
        new("filters", ColumnType.Text, "The subscription filters that matched, separated by commas (subscriptionFilters)."),
        new("policy_level", ColumnType.Text, "ACCOUNT_LEVEL_POLICY if an account's policy sent it, else empty (policyLevel)."));

    /// <summary>One row a metric and period of a CloudWatch metric stream. The statistics are of that period alone, never running totals.</summary>
    public static readonly TableSchema Metrics = new(
        "metrics",
        new("time", ColumnType.Timestamp, "The start of the period, which is a minute (JSON timestamp; OpenTelemetry start_time_unix_nano)."),
        new("received", ColumnType.Timestamp, "When the delivery arrived here."),
        new("delivery_id", ColumnType.Text, "The Firehose request id of the delivery that brought the row."),
        new("stream", ColumnType.Text, "The ARN of the delivery stream that brought the row."),
        new("metric_stream", ColumnType.Text, "The metric stream's name (metric_stream_name; the end of aws.exporter.arn)."),
        new("account", ColumnType.Text, "The account that the metric is of (account_id; cloud.account.id)."),
        new("region", ColumnType.Text, "The region (region; cloud.region)."),
        new("namespace", ColumnType.Text, "The namespace, for instance AWS/EC2."),
        new("metric", ColumnType.Text, "The metric's name."),
        new("unit", ColumnType.Text, "The unit as CloudWatch names it: Seconds, Bytes, Percent, Count, Bytes/Second, None, …"),
        new("dimensions", ColumnType.TextMap, "The dimensions, in the order of their names' bytes."),
        new("min", ColumnType.Double, "The smallest sample (value.min; quantile 0)."),
        new("max", ColumnType.Double, "The largest sample (value.max; quantile 1)."),
        new("sum", ColumnType.Double, "The sum of the samples."),
        new("count", ColumnType.Double, "How many samples."),
        new("quantiles", ColumnType.DoubleMap, "Additional statistics by name, in the order of the names' bytes: p50, p99.9, TM(25%:75%), IQM, …"));

    /// <summary>One row a line or record that could not be decoded, byte for byte.</summary>
    public static readonly TableSchema Rejects = new(
        "rejects",
        new("time", ColumnType.Timestamp, "When the delivery arrived here."),
        new("received", ColumnType.Timestamp, "When the delivery arrived here."),
        new("delivery_id", ColumnType.Text, "The Firehose request id of the delivery that brought it."),
        new("stream", ColumnType.Text, "The ARN of the delivery stream that brought it."),
        new("record_index", ColumnType.Int32, "The record's place in its delivery, from 0."),
        new("item_index", ColumnType.Int32, "The line's place in its record, from 0; NULL if the whole record is meant."),
        new("signal", ColumnType.Text, "What it was taken for: requests, logs, metrics, or unknown."),
        new("reason", ColumnType.Text, "Why it could not be decoded, and what to do about it."),
        new("data", ColumnType.Blob, "The bytes: the line or the record, or the base64 text of a record that is not base64."),
        new("route", ColumnType.Text, "The address that it was posted to."),
        new("attributes", ColumnType.TextMap, "The delivery's common attributes, which a replay needs."));

    /// <summary>One row a delivery that was stored.</summary>
    public static readonly TableSchema Deliveries = new(
        "deliveries",
        new("time", ColumnType.Timestamp, "When the delivery arrived here."),
        new("received", ColumnType.Timestamp, "When the delivery arrived here."),
        new("delivery_id", ColumnType.Text, "The Firehose request id."),
        new("stream", ColumnType.Text, "The ARN of the delivery stream."),
        new("signal", ColumnType.Text, "What it brought: requests, logs, metrics, several of them joined by '+', or empty."),
        new("route", ColumnType.Text, "The address that it was posted to."),
        new("key", ColumnType.Text, "The name of the access key."),
        new("source_address", ColumnType.Text, "The address that sent it."),
        new("attributes", ColumnType.TextMap, "The common attributes."),
        new("records", ColumnType.Int64, "Records in the delivery."),
        new("rows", ColumnType.Int64, "Rows stored."),
        new("rejected", ColumnType.Int64, "Lines and records set aside in rejects."),
        new("repeats", ColumnType.Int64, "Rows that were stored before and were not stored again."),
        new("bytes", ColumnType.Int64, "Bytes of the body as it came."),
        new("sent_at", ColumnType.Timestamp, "When Firehose made the batch (the body's timestamp)."),
        new("duration", ColumnType.Double, "Seconds from the request's arrival to the hand-over to the journal."),
        new("position", ColumnType.Int64, "The place in the order in which deliveries became visible: who sees one sees all with smaller ones. NULL if it was stored before there were positions.", Since: 2));

    /// <summary>One row a minute and cause: what leaves no row elsewhere. Best effort.</summary>
    public static readonly TableSchema Events = new(
        "events",
        new("time", ColumnType.Timestamp, "The minute."),
        new("received", ColumnType.Timestamp, "When the count was written."),
        new("stream", ColumnType.Text, "The ARN of the delivery stream, if it is known."),
        new("key", ColumnType.Text, "The name of the access key, if it is known."),
        new("kind", ColumnType.Text, "repeat, refused, control or entry."),
        new("reason", ColumnType.Text, "Why, as a stable name."),
        new("count", ColumnType.Int64, "How many in that minute."));

    /// <summary>The tables that hold what deliveries bring, in the order in which the rows of one delivery are numbered: append only.</summary>
    public static IReadOnlyList<TableSchema> Signals { get; } = [Requests, Logs, Metrics];

    /// <summary>Every table, in the order in which a reader would list them.</summary>
    public static IReadOnlyList<TableSchema> All { get; } = [.. Signals, Rejects, Deliveries, Events];
}
