using System.Globalization;

namespace Cistern.Tests.WholeProgram;

/// <summary>What a CloudFront line must have become in the store: worked out here from the reference, without our own decoders.</summary>
internal static class ExpectedRow
{
    /// <summary>The 71 real-time fields in canonical order.</summary>
    public static readonly string[] RealTimeOrder =
    [
        "timestamp", "c-ip", "s-ip", "time-to-first-byte", "sc-status", "sc-bytes", "cs-method", "cs-protocol", "cs-host", "cs-uri-stem", "cs-bytes", "x-edge-location",
        "x-edge-request-id", "x-host-header", "time-taken", "cs-protocol-version", "c-ip-version", "cs-user-agent", "cs-referer", "cs-cookie", "cs-uri-query",
        "x-edge-response-result-type", "x-forwarded-for", "ssl-protocol", "ssl-cipher", "x-edge-result-type", "fle-encrypted-fields", "fle-status", "sc-content-type",
        "sc-content-len", "sc-range-start", "sc-range-end", "c-port", "x-edge-detailed-result-type", "c-country", "cs-accept-encoding", "cs-accept",
        "cache-behavior-path-pattern", "cs-headers", "cs-header-names", "cs-headers-count", "primary-distribution-id", "primary-distribution-dns-name", "origin-fbl",
        "origin-lbl", "asn", "cmcd-encoded-bitrate", "cmcd-buffer-length", "cmcd-buffer-starvation", "cmcd-content-id", "cmcd-object-duration", "cmcd-deadline",
        "cmcd-measured-throughput", "cmcd-next-object-request", "cmcd-next-range-request", "cmcd-object-type", "cmcd-playback-rate",
        "cmcd-requested-maximum-throughput", "cmcd-streaming-format", "cmcd-session-id", "cmcd-stream-type", "cmcd-startup", "cmcd-top-bitrate", "cmcd-version", "r-host",
        "sr-reason", "x-edge-mqcs", "distribution-tenant-id", "connection-id", "viewer-request-log-data", "viewer-response-log-data",
    ];

    private static readonly Dictionary<string, string> s_columns = new()
    {
        ["c-ip"] = "client_ip", ["time-to-first-byte"] = "time_to_first_byte", ["sc-status"] = "status", ["sc-bytes"] = "bytes_sent", ["cs-method"] = "method",
        ["cs-protocol"] = "scheme", ["cs-bytes"] = "bytes_received", ["x-edge-location"] = "edge_location", ["x-edge-request-id"] = "request_id",
        ["time-taken"] = "time_taken", ["cs-protocol-version"] = "protocol", ["cs-user-agent"] = "user_agent", ["cs-referer"] = "referer",
        ["ssl-protocol"] = "tls", ["x-edge-result-type"] = "result_type", ["sc-content-type"] = "content_type", ["x-edge-detailed-result-type"] = "detailed_result_type",
        ["c-country"] = "country", ["cs(User-Agent)"] = "user_agent", ["cs(Referer)"] = "referer", ["cs-uri-query"] = "query",
    };

    private static readonly HashSet<string> s_numbers =
    [
        "status", "bytes_sent", "bytes_received", "time_taken", "time_to_first_byte", "asn", "fle_encrypted_fields", "sc_content_len", "sc_range_start", "sc_range_end",
        "c_port", "cs_headers_count", "origin_fbl", "origin_lbl", "cmcd_encoded_bitrate", "cmcd_buffer_length", "cmcd_object_duration", "cmcd_deadline",
        "cmcd_measured_throughput", "cmcd_playback_rate", "cmcd_requested_maximum_throughput", "cmcd_top_bitrate", "cmcd_version", "x_edge_mqcs",
    ];

    /// <summary>Columns and the values that they must have: text, double, bool, or null for NULL.</summary>
    public static Dictionary<string, object?> Of(IReadOnlyList<(string Name, string Value)> fields)
    {
        var realTime = fields.Any(field => field.Name == "timestamp");
        Dictionary<string, object?> row = [];
        foreach (var (name, value) in fields)
        {
            Add(row, name, value, realTime);
        }

        return row;
    }

    private static void Add(Dictionary<string, object?> row, string name, string value, bool realTime)
    {
        var text = value == "-" ? "" : value;
        switch (name)
        {
            case "timestamp" or "date" or "time" or "timestamp(ms)":
                row["time"] = TimeOf(row.GetValueOrDefault("time") as string, name, value);
                break;
            case "cs-host" when realTime:
            case "x-host-header" when !realTime:
                row["host"] = Decode(text).ToLowerInvariant();
                break;
            case "x-host-header" or "cs(Host)":
                row["distribution"] = Decode(text);
                break;
            case "cs-uri-stem":
                row["path"] = Decode(realTime ? text.Split('?')[0] : text);
                break;
            case "cs-cookie" or "cs(Cookie)":
                row["cs_cookie"] = ""; // Dropped unless the privacy settings keep it.
                break;
            case "cs-headers" or "cs-header-names":
                row[name.Replace('-', '_')] = string.Join('\n', text.Split("%0A", StringSplitOptions.RemoveEmptyEntries).Select(Decode));
                break;
            default:
                AddPlain(row, s_columns.GetValueOrDefault(name, name.Replace('-', '_')), text);
                break;
        }
    }

    private static void AddPlain(Dictionary<string, object?> row, string column, string text) => row[column] = column switch
    {
        "cmcd_buffer_starvation" or "cmcd_startup" => text.Length == 0 ? null : text is "1" or "true",
        _ when s_numbers.Contains(column) => text.Length == 0 ? null : double.Parse(text, CultureInfo.InvariantCulture),
        "request_id" => text,
        _ => Decode(text),
    };

    // Standard logs have date and time, or also milliseconds, which win; their order in the line is not ours to choose.
    private static string TimeOf(string? known, string name, string value) => name switch
    {
        "timestamp" => Iso(decimal.Parse(value, CultureInfo.InvariantCulture) * 1000),
        "timestamp(ms)" => Iso(decimal.Parse(value, CultureInfo.InvariantCulture)),
        "date" => $"{value}T",
        _ => $"{known}{value}.000Z",
    };

    private static string Iso(decimal milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Decode(string text) => Uri.UnescapeDataString(text);
}
