using System.Collections.Frozen;
using System.Text;

namespace Cistern.Formats.CloudFront;

/// <summary>Every field that CloudFront logs, in the order in which real-time lines hold them.</summary>
/// <remarks>
/// The two logs mean opposite things by one name: in real-time logs <c>cs-host</c> is the viewer's Host header and <c>x-host-header</c>
/// the distribution's domain; in standard logs <c>x-host-header</c> is the viewer's and <c>cs(Host)</c> the distribution's.
/// </remarks>
public static class CloudFrontFields
{
    private static readonly FrozenDictionary<string, int> RealTimeNumbers;
    private static readonly FrozenDictionary<string, CloudFrontField> StandardByName;
    private static readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> RealTimeLookup;
    private static readonly FrozenDictionary<string, CloudFrontField>.AlternateLookup<ReadOnlySpan<char>> StandardLookup;

    private const int NameCharsMax = 64;

    // A field's number is its place here, from 1. AWS appends new ones.
    private static readonly CloudFrontField[] RealTimeFields =
    [
        Field("timestamp", FieldKind.Timestamp, "time"),
        Field("c-ip", FieldKind.ClientAddress, "client_ip"),
        Field("s-ip", FieldKind.Address),
        Field("time-to-first-byte", FieldKind.Decimal),
        Field("sc-status", FieldKind.Status, "status"),
        Field("sc-bytes", FieldKind.Int64, "bytes_sent"),
        Field("cs-method", FieldKind.Text, "method", FieldShape.Method),
        Field("cs-protocol", FieldKind.Text, "scheme", FieldShape.Scheme),
        Field("cs-host", FieldKind.Host, "host"),
        Field("cs-uri-stem", FieldKind.Stem, "path", FieldShape.Stem),
        Field("cs-bytes", FieldKind.Int64, "bytes_received"),
        Field("x-edge-location", FieldKind.Text, "edge_location", FieldShape.EdgeLocation),
        Field("x-edge-request-id", FieldKind.RequestId, "request_id"),
        Field("x-host-header", FieldKind.Text, "distribution"),
        Field("time-taken", FieldKind.Decimal),
        Field("cs-protocol-version", FieldKind.Text, "protocol", FieldShape.HttpVersion),
        Field("c-ip-version", FieldKind.Text, shape: FieldShape.IpVersion),
        Field("cs-user-agent", FieldKind.Encoded, "user_agent"),
        Field("cs-referer", FieldKind.Encoded, "referer"),
        Field("cs-cookie", FieldKind.Cookie),
        Field("cs-uri-query", FieldKind.Query, "query"),
        Field("x-edge-response-result-type", FieldKind.Text),
        Field("x-forwarded-for", FieldKind.ForwardedFor),
        Field("ssl-protocol", FieldKind.Text, "tls", FieldShape.Tls),
        Field("ssl-cipher", FieldKind.Text),
        Field("x-edge-result-type", FieldKind.Text, "result_type"),
        Field("fle-encrypted-fields", FieldKind.Int32),
        Field("fle-status", FieldKind.Text),
        Field("sc-content-type", FieldKind.Encoded, "content_type"),
        Field("sc-content-len", FieldKind.Int64),
        Field("sc-range-start", FieldKind.Int64),
        Field("sc-range-end", FieldKind.Int64),
        Field("c-port", FieldKind.Int32),
        Field("x-edge-detailed-result-type", FieldKind.Text, "detailed_result_type"),
        Field("c-country", FieldKind.Text, "country", FieldShape.Country),
        Field("cs-accept-encoding", FieldKind.Encoded),
        Field("cs-accept", FieldKind.Encoded),
        Field("cache-behavior-path-pattern", FieldKind.Encoded, shape: FieldShape.PathPattern),
        Field("cs-headers", FieldKind.Headers),
        Field("cs-header-names", FieldKind.HeaderNames),
        Field("cs-headers-count", FieldKind.Int32),
        Field("primary-distribution-id", FieldKind.Text),
        Field("primary-distribution-dns-name", FieldKind.Text),
        Field("origin-fbl", FieldKind.Decimal),
        Field("origin-lbl", FieldKind.Decimal),
        Field("asn", FieldKind.Int64),
        Field("cmcd-encoded-bitrate", FieldKind.Int64),
        Field("cmcd-buffer-length", FieldKind.Int64),
        Field("cmcd-buffer-starvation", FieldKind.Boolean),
        Field("cmcd-content-id", FieldKind.Encoded),
        Field("cmcd-object-duration", FieldKind.Int64),
        Field("cmcd-deadline", FieldKind.Int64),
        Field("cmcd-measured-throughput", FieldKind.Int64),
        Field("cmcd-next-object-request", FieldKind.Encoded),
        Field("cmcd-next-range-request", FieldKind.Text),
        Field("cmcd-object-type", FieldKind.Text),
        Field("cmcd-playback-rate", FieldKind.Decimal),
        Field("cmcd-requested-maximum-throughput", FieldKind.Int64),
        Field("cmcd-streaming-format", FieldKind.Text),
        Field("cmcd-session-id", FieldKind.Text),
        Field("cmcd-stream-type", FieldKind.Text),
        Field("cmcd-startup", FieldKind.Boolean),
        Field("cmcd-top-bitrate", FieldKind.Int64),
        Field("cmcd-version", FieldKind.Int32),
        Field("r-host", FieldKind.Text),
        Field("sr-reason", FieldKind.Text),
        Field("x-edge-mqcs", FieldKind.Int32),
        Field("distribution-tenant-id", FieldKind.Text, shape: FieldShape.Tenant),
        Field("connection-id", FieldKind.Text, shape: FieldShape.Connection),
        Field("viewer-request-log-data", FieldKind.Encoded),
        Field("viewer-response-log-data", FieldKind.Encoded),
    ];

    // What standard logs name or mean otherwise; the rest of their names are those of real-time logs.
    private static readonly CloudFrontField[] StandardOnly =
    [
        Field("date", FieldKind.Date, "time"),
        Field("time", FieldKind.TimeOfDay, "time"),
        Field("timestamp(ms)", FieldKind.Milliseconds, "time"),
        Field("cs(Host)", FieldKind.Text, "distribution"),
        Field("x-host-header", FieldKind.Host, "host"),
        Field("cs(Referer)", FieldKind.Encoded, "referer"),
        Field("cs(User-Agent)", FieldKind.Encoded, "user_agent"),
        Field("cs(Cookie)", FieldKind.Cookie, "cs_cookie"),
    ];

    static CloudFrontFields()
    {
        RealTimeNumbers = RealTimeFields.Index().ToFrozenDictionary(pair => pair.Item.Name, pair => pair.Index + 1, StringComparer.OrdinalIgnoreCase);
        string[] realTimeOnly = ["timestamp", "x-host-header", "cs-host", "cs-user-agent", "cs-referer", "cs-cookie"];
        StandardByName = RealTimeFields.ExceptBy(realTimeOnly, field => field.Name).Concat(StandardOnly)
            .ToFrozenDictionary(field => field.Name, StringComparer.OrdinalIgnoreCase);
        RealTimeLookup = RealTimeNumbers.GetAlternateLookup<ReadOnlySpan<char>>();
        StandardLookup = StandardByName.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Names of all fields of real-time logs in canonical order; the first is number 1.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. RealTimeFields.Select(field => field.Name)];

    internal static ReadOnlySpan<CloudFrontField> RealTime => RealTimeFields;

    /// <summary>What is wrong with a field list (<c>1-46,70</c> or names), or null. For whoever checks settings.</summary>
    public static string? CheckList(string list) => FieldList.Parse(list).Refusal;

    /// <summary>The names that a field list stands for, in the order in which lines hold them; empty if the list cannot be used.</summary>
    public static IReadOnlyList<string> NamesOf(string list) => [.. FieldList.Parse(list).Fields.Select(field => field.Name)];

    internal static bool TryGetNumber(string name, out int number) => RealTimeNumbers.TryGetValue(name, out number);

    internal static bool TryGetStandard(string name, out CloudFrontField field) => StandardByName.TryGetValue(name, out field!);

    /// <summary>The field of that name in that log, or null.</summary>
    internal static CloudFrontField? Find(LogKind kind, ReadOnlySpan<byte> name)
    {
        Span<char> characters = stackalloc char[NameCharsMax];
        if (name.Length > NameCharsMax || !Encoding.UTF8.TryGetChars(name, characters, out var length))
        {
            return null;
        }

        var text = characters[..length];
        return kind switch
        {
            LogKind.RealTime => RealTimeLookup.TryGetValue(text, out var number) ? RealTimeFields[number - 1] : null,
            LogKind.Standard => StandardLookup.TryGetValue(text, out var field) ? field : null,
        };
    }

    private static CloudFrontField Field(string name, FieldKind kind, string? column = null, FieldShape shape = FieldShape.Any) =>
        new(name, kind, Tables.Requests.PlaceOf(column ?? name.Replace('-', '_')), shape);
}
