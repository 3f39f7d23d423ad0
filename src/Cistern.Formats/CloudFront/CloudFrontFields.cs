using System.Collections.Frozen;
using System.Text;
using System.Text.RegularExpressions;

namespace Cistern.Formats.CloudFront;

/// <summary>Every field that CloudFront logs, in the order in which real-time lines hold them.</summary>
/// <remarks>
/// The two logs mean opposite things by one name: in real-time logs <c>cs-host</c> is the viewer's Host header and <c>x-host-header</c>
/// the distribution's domain; in standard logs <c>x-host-header</c> is the viewer's and <c>cs(Host)</c> the distribution's.
/// </remarks>
public static partial class CloudFrontFields
{
    private static readonly FrozenDictionary<string, int> RealTimeNumbers;
    private static readonly FrozenDictionary<string, CloudFrontField> StandardByName;
    private static readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> RealTimeLookup;
    private static readonly FrozenDictionary<string, CloudFrontField>.AlternateLookup<ReadOnlySpan<char>> StandardLookup;

    private const int NameCharsMax = 64;

    /// <summary>What to log if there is no reason for another choice: all but the fields of video players and of features that few use.</summary>
    /// <remarks>Lines of this list are recognised without any configuration (<see cref="KnownLists"/>), and more fields cost only their bytes.</remarks>
    public const string RecommendedList = "1-46";

    // A field's number is its place here, from 1. AWS appends new ones. The text says what the field is good for.
    private static readonly CloudFrontField[] RealTimeFields =
    [
        Field("timestamp", FieldKind.Timestamp, "needed: when the request ended; without it no line can be stored", "time"),
        Field("c-ip", FieldKind.ClientAddress, "tells visitors apart, finds who scrapes or attacks", "client_ip"),
        Field("s-ip", FieldKind.Address, "names the edge server when one of them misbehaves"),
        Field("time-to-first-byte", FieldKind.Decimal, "how long viewers wait for anything at all"),
        Field("sc-status", FieldKind.Status, "needed for error rates and for finding broken pages", "status"),
        Field("sc-bytes", FieldKind.Int64, "traffic and its cost, by path, country or agent", "bytes_sent"),
        Field("cs-method", FieldKind.Text, "tells reading from writing, and finds odd requests", "method", FieldShape.Method),
        Field("cs-protocol", FieldKind.Text, "finds viewers that still come without TLS", "scheme", FieldShape.Scheme),
        Field("cs-host", FieldKind.Host, "tells the sites of one distribution apart", "host"),
        Field("cs-uri-stem", FieldKind.Stem, "needed: which page or file was asked for", "path", FieldShape.Stem),
        Field("cs-bytes", FieldKind.Int64, "finds large uploads and oversized requests", "bytes_received"),
        Field("x-edge-location", FieldKind.Text, "which part of CloudFront answered, when a region is slow", "edge_location", FieldShape.EdgeLocation),
        Field("x-edge-request-id", FieldKind.RequestId, "needed to recognise a line that comes twice, and to ask AWS about a request", "request_id"),
        Field("x-host-header", FieldKind.Text, "tells distributions apart that share a stream", "distribution"),
        Field("time-taken", FieldKind.Decimal, "how long answers take in all; the base of p95 figures"),
        Field("cs-protocol-version", FieldKind.Text, "how many viewers use HTTP/2 and HTTP/3", "protocol", FieldShape.HttpVersion),
        Field("c-ip-version", FieldKind.Text, "the share of IPv6", shape: FieldShape.IpVersion),
        Field("cs-user-agent", FieldKind.Encoded, "browsers, apps, crawlers and AI agents", "user_agent"),
        Field("cs-referer", FieldKind.Encoded, "where visitors come from", "referer"),
        Field("cs-cookie", FieldKind.Cookie, "finds a user's requests; personal, and dropped unless privacy:cookies keeps it"),
        Field("cs-uri-query", FieldKind.Query, "campaigns and searches; finds parameters that spoil caching", "query"),
        Field("x-edge-response-result-type", FieldKind.Text, "tells an answer that failed on its way from one that was wrong before"),
        Field("x-forwarded-for", FieldKind.ForwardedFor, "the viewer behind a proxy; personal"),
        Field("ssl-protocol", FieldKind.Text, "who would be shut out by a newer minimum of TLS", "tls", FieldShape.Tls),
        Field("ssl-cipher", FieldKind.Text, "which ciphers are still needed"),
        Field("x-edge-result-type", FieldKind.Text, "needed for the cache hit ratio and for errors by cause", "result_type"),
        Field("fle-encrypted-fields", FieldKind.Int32, "checks that field-level encryption works, where it is used"),
        Field("fle-status", FieldKind.Text, "why field-level encryption refused a request"),
        Field("sc-content-type", FieldKind.Encoded, "tells pages from images and scripts", "content_type"),
        Field("sc-content-len", FieldKind.Int64, "finds answers that broke off, beside the bytes sent"),
        Field("sc-range-start", FieldKind.Int64, "which part of a download or a video was asked for"),
        Field("sc-range-end", FieldKind.Int64, "which part of a download or a video was asked for"),
        Field("c-port", FieldKind.Int32, "tells viewers apart behind one address"),
        Field("x-edge-detailed-result-type", FieldKind.Text, "the exact cause of an error, and hits of Origin Shield", "detailed_result_type"),
        Field("c-country", FieldKind.Text, "visitors and speed by country", "country", FieldShape.Country),
        Field("cs-accept-encoding", FieldKind.Encoded, "why something was cached several times or sent uncompressed"),
        Field("cs-accept", FieldKind.Encoded, "tells pages from calls of an API; which image formats viewers take"),
        Field("cache-behavior-path-pattern", FieldKind.Encoded, "hit ratio and errors for each cache behaviour", shape: FieldShape.PathPattern),
        Field("cs-headers", FieldKind.Headers, "all headers of odd requests; up to 800 bytes a line, and may be personal"),
        Field("cs-header-names", FieldKind.HeaderNames, "recognises programs that pose as browsers"),
        Field("cs-headers-count", FieldKind.Int32, "recognises programs that pose as browsers, in a few bytes"),
        Field("primary-distribution-id", FieldKind.Text, "compares a staging distribution with its primary"),
        Field("primary-distribution-dns-name", FieldKind.Text, "compares a staging distribution with its primary"),
        Field("origin-fbl", FieldKind.Decimal, "how long your origin takes to begin its answer"),
        Field("origin-lbl", FieldKind.Decimal, "how long your origin takes to end its answer"),
        Field("asn", FieldKind.Int64, "the network a viewer comes from: finds hosting providers and bots"),
        Field("cmcd-encoded-bitrate", FieldKind.Int64, "video: the quality that viewers get"),
        Field("cmcd-buffer-length", FieldKind.Int64, "video: how close players are to stalling"),
        Field("cmcd-buffer-starvation", FieldKind.Boolean, "video: how often playback stalled"),
        Field("cmcd-content-id", FieldKind.Encoded, "video: figures for each title"),
        Field("cmcd-object-duration", FieldKind.Int64, "video: seconds of play in what was delivered"),
        Field("cmcd-deadline", FieldKind.Int64, "video: whether segments come in time"),
        Field("cmcd-measured-throughput", FieldKind.Int64, "video: how fast viewers' networks are"),
        Field("cmcd-next-object-request", FieldKind.Encoded, "video: what could be fetched ahead"),
        Field("cmcd-next-range-request", FieldKind.Text, "video: what could be fetched ahead"),
        Field("cmcd-object-type", FieldKind.Text, "video: tells picture, sound and manifests apart"),
        Field("cmcd-playback-rate", FieldKind.Decimal, "video: who plays faster or slower, or has paused"),
        Field("cmcd-requested-maximum-throughput", FieldKind.Int64, "video: how much players ask to be throttled"),
        Field("cmcd-streaming-format", FieldKind.Text, "video: HLS, DASH or another"),
        Field("cmcd-session-id", FieldKind.Text, "video: follows one viewing from start to end"),
        Field("cmcd-stream-type", FieldKind.Text, "video: live or on demand"),
        Field("cmcd-startup", FieldKind.Boolean, "video: how quickly playback starts"),
        Field("cmcd-top-bitrate", FieldKind.Int64, "video: the best quality that was on offer"),
        Field("cmcd-version", FieldKind.Int32, "video: which version of CMCD players speak"),
        Field("r-host", FieldKind.Text, "which origin of a group answered; only with origin groups"),
        Field("sr-reason", FieldKind.Text, "why it failed over to another origin; only with origin groups"),
        Field("x-edge-mqcs", FieldKind.Int32, "the quality score by which an origin was chosen; only with media quality-aware resiliency"),
        Field("distribution-tenant-id", FieldKind.Text, "figures for each tenant; only with multi-tenant distributions", shape: FieldShape.Tenant),
        Field("connection-id", FieldKind.Text, "joins requests with CloudFront's connection logs; only with mutual TLS", shape: FieldShape.Connection),
        Field("viewer-request-log-data", FieldKind.Encoded, "what your own function wrote when the request came, such as an experiment"),
        Field("viewer-response-log-data", FieldKind.Encoded, "what your own function wrote when the answer went out"),
    ];

    // What standard logs name or mean otherwise; the rest of their names are those of real-time logs.
    private static readonly CloudFrontField[] StandardOnly =
    [
        Field("date", FieldKind.Date, "", "time"),
        Field("time", FieldKind.TimeOfDay, "", "time"),
        Field("timestamp(ms)", FieldKind.Milliseconds, "", "time"),
        Field("cs(Host)", FieldKind.Text, "", "distribution"),
        Field("x-host-header", FieldKind.Host, "", "host"),
        Field("cs(Referer)", FieldKind.Encoded, "", "referer"),
        Field("cs(User-Agent)", FieldKind.Encoded, "", "user_agent"),
        Field("cs(Cookie)", FieldKind.Cookie, "", "cs_cookie"),
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

    /// <summary>All fields of real-time logs in canonical order, for whoever chooses among them.</summary>
    public static IReadOnlyList<CloudFrontFieldInfo> Describe()
    {
        var recommended = NamesOf(RecommendedList).ToHashSet();
        return [.. RealTimeFields.Select((field, place) =>
        {
            var column = Tables.Requests.Columns[field.Place];
            return new CloudFrontFieldInfo(place + 1, field.Name, column.Name, WithoutSource(column.Description), field.Use, recommended.Contains(field.Name));
        })];
    }

    /// <summary>The same for standard logs, version 2: what AWS logs if nothing is said, and what real-time logs have besides. The order is free.</summary>
    public static IReadOnlyList<string> RecommendedStandardNames { get; } =
        [.. KnownLists.StandardNames.Split(' '), "timestamp(ms)", "c-country", "cache-behavior-path-pattern", "origin-fbl", "origin-lbl", "asn"];

    internal static ReadOnlySpan<CloudFrontField> RealTime => RealTimeFields;

    /// <summary>What is wrong with a field list (<c>1-46,70</c> or names), or null. For whoever checks settings.</summary>
    public static string? CheckList(string list) => FieldList.Parse(list).Refusal;

    /// <summary>The names that a field list stands for, in the order in which lines hold them; empty if the list cannot be used.</summary>
    public static IReadOnlyList<string> NamesOf(string list) => [.. FieldList.Parse(list).Fields.Select(field => field.Name)];

    /// <summary>A list of real-time fields as short as it can be written, such as <c>1-46,70</c>; null if it is one of standard logs or cannot be used.</summary>
    public static string? NumbersOf(string list)
    {
        var plan = FieldList.Parse(list);
        if (plan.Refusal is not null || plan.Kind != LogKind.RealTime)
        {
            return null;
        }

        // Numbers that follow each other have the same distance to their places.
        var runs = plan.Fields.ToArray().Select((field, place) => (Number: RealTimeNumbers[field.Name], Place: place)).GroupBy(pair => pair.Number - pair.Place, pair => pair.Number);
        return string.Join(',', runs.Select(run => run.First() == run.Last() ? $"{run.First()}" : $"{run.First()}-{run.Last()}"));
    }

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

    // The schema says of which fields a column is made; beside the field itself that says nothing.
    private static string WithoutSource(string description) => Source().Replace(description, "").Replace("….", "…", StringComparison.Ordinal);

    [GeneratedRegex(@" \((real-time )?field \d+(?:[^()]|\([^()]*\))*\)")]
    private static partial Regex Source();

    private static CloudFrontField Field(string name, FieldKind kind, string use, string? column = null, FieldShape shape = FieldShape.Any) =>
        new(name, kind, Tables.Requests.PlaceOf(column ?? name.Replace('-', '_')), shape) { Use = use };
}
