using System.Text;

namespace Cistern.Ingest;

/// <summary>The headers that matter, read before anything else of a request.</summary>
/// <remarks>The server hands out header values byte for byte as Latin-1, because Kestrel would refuse a value that is not UTF-8 without our answer.</remarks>
internal sealed record RequestHeaders
{
    private const string RequestIdName = "X-Amz-Firehose-Request-Id";
    private const string ProtocolVersionName = "X-Amz-Firehose-Protocol-Version";
    private const string SourceArnName = "X-Amz-Firehose-Source-Arn";
    private const string AccessKeyName = "X-Amz-Firehose-Access-Key";
    private const string CommonAttributesName = "X-Amz-Firehose-Common-Attributes";

    public required string RequestId { get; init; }

    public required string ProtocolVersion { get; init; }

    public required string SourceArn { get; init; }

    public required string CommonAttributes { get; init; }

    /// <summary><c>import</c> for what is remembered for ever.</summary>
    public required string RepeatScope { get; init; }

    public required string ContentType { get; init; }

    public required string ContentEncoding { get; init; }

    public bool IsGzip => ContentEncoding.Equals("gzip", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a Firehose sent it, or something that speaks its protocol.</summary>
    public bool IsFirehose => RequestId.Length > 0 || ProtocolVersion.Length > 0 || SourceArn.Length > 0;

    public static RequestHeaders Read(HttpRequest request) => new()
    {
        RequestId = Text(request, RequestIdName),
        ProtocolVersion = Text(request, ProtocolVersionName),
        SourceArn = Text(request, SourceArnName),
        CommonAttributes = Text(request, CommonAttributesName),
        RepeatScope = Text(request, "X-Cistern-Repeat-Scope"),
        ContentType = Text(request, "Content-Type"),
        ContentEncoding = Text(request, "Content-Encoding"),
    };

    public static string ReadRequestId(HttpRequest request) => Text(request, RequestIdName);

    /// <summary>The key that a request presents, wherever it does; empty if nowhere.</summary>
    public static string ReadKey(HttpRequest request)
    {
        const string bearer = "Bearer ";
        var key = Text(request, AccessKeyName);
        key = key.Length > 0 ? key : Text(request, "X-API-Key");
        var authorization = key.Length > 0 ? "" : Text(request, "Authorization");
        return authorization.StartsWith(bearer, StringComparison.OrdinalIgnoreCase) ? authorization[bearer.Length..].Trim() : key;
    }

    private static string Text(HttpRequest request, string name)
    {
        var value = request.Headers[name].ToString();
        return Ascii.IsValid(value) ? value : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(value));
    }
}
