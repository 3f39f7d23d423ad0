using System.Text;

namespace Cistern.Demo;

/// <summary>A kind of client: what it says of itself in every request, encoded once as the log writes it.</summary>
internal sealed class ClientProfile
{
    // CloudFront cuts both header fields at this length.
    private const int HeaderBytesMax = 800;

    private readonly byte[] _headersBefore;
    private readonly byte[] _headersAfter;
    private readonly byte[] _names;
    private readonly byte[] _namesWithReferer;
    private readonly int _count;

    /// <param name="userAgent">As it is sent; empty sends none.</param>
    /// <param name="browser">Sends what browsers send: fetch metadata, client hints, languages.</param>
    /// <param name="more">Further headers.</param>
    public ClientProfile(string userAgent, string accept = "*/*", string acceptEncoding = "gzip, deflate", string protocol = "HTTP/1.1", bool browser = false, (string Name, string Value)[]? more = null)
    {
        UserAgent = LogEncoding.Encode(userAgent);
        Accept = LogEncoding.Encode(accept);
        AcceptEncoding = LogEncoding.Encode(acceptEncoding);
        Protocol = Encoding.ASCII.GetBytes(protocol);
        IsBrowser = browser;

        var before = new List<(string Name, string Value)> { ("host", DemoSite.Host) };
        AddIfSet(before, "user-agent", userAgent);
        AddIfSet(before, "accept", accept);
        AddIfSet(before, "accept-encoding", acceptEncoding);
        (string Name, string Value)[] after = [.. browser ? BrowserHeaders(userAgent) : [], .. more ?? []];
        _headersBefore = Lines(before.Select(header => $"{header.Name}:{header.Value}"));
        _headersAfter = Lines(after.Select(header => $"{header.Name}:{header.Value}"));
        _names = Cut(Lines([.. before.Select(header => header.Name), .. after.Select(header => header.Name)]));
        _namesWithReferer = Cut(Lines([.. before.Select(header => header.Name), "referer", .. after.Select(header => header.Name)]));
        _count = before.Count + after.Length;
        RequestBytes = _headersBefore.Length + _headersAfter.Length;
    }

    public byte[] UserAgent { get; }

    public byte[] Accept { get; }

    public byte[] AcceptEncoding { get; }

    public byte[] Protocol { get; }

    public bool IsBrowser { get; }

    /// <summary>About what a request without path and referer weighs.</summary>
    public int RequestBytes { get; }

    public bool IsHttp3 => Protocol is [.., (byte)'3', _, _];

    public int HeaderCount(bool withReferer) => _count + (withReferer ? 1 : 0);

    public ReadOnlySpan<byte> HeaderNames(bool withReferer) => withReferer ? _namesWithReferer : _names;

    /// <summary>Writes the field <c>cs-headers</c> and returns its length.</summary>
    /// <param name="referer">The encoded referer; empty if there is none.</param>
    public int WriteHeaders(Span<byte> target, ReadOnlySpan<byte> referer)
    {
        var length = Append(target, 0, _headersBefore);
        if (!referer.IsEmpty)
        {
            length = Append(target, length, "referer:"u8);
            length = Append(target, length, referer);
            length = Append(target, length, "%0A"u8);
        }

        length = Append(target, length, _headersAfter);
        return LogEncoding.Cut(target[..length], HeaderBytesMax).Length;
    }

    private static int Append(Span<byte> target, int length, ReadOnlySpan<byte> part)
    {
        part.CopyTo(target[length..]);
        return length + part.Length;
    }

    private static void AddIfSet(List<(string, string)> headers, string name, string value)
    {
        if (value.Length > 0)
        {
            headers.Add((name, value));
        }
    }

    private static (string, string)[] BrowserHeaders(string userAgent) =>
    [
        ("accept-language", "en-US,en;q=0.9"),
        ("sec-fetch-dest", "document"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-site", "none"),
        .. userAgent.Contains("Chrome/", StringComparison.Ordinal)
            ? new[] { ("sec-ch-ua-mobile", userAgent.Contains("Mobile", StringComparison.Ordinal) ? "?1" : "?0"), ("sec-ch-ua-platform", Platform(userAgent)) }
            : [],
        ("upgrade-insecure-requests", "1"),
    ];

    private static string Platform(string userAgent) =>
        userAgent.Contains("Android", StringComparison.Ordinal) ? "\"Android\""
        : userAgent.Contains("Windows", StringComparison.Ordinal) ? "\"Windows\""
        : userAgent.Contains("Mac OS", StringComparison.Ordinal) ? "\"macOS\""
        : "\"Linux\"";

    // An item ends with an encoded newline.
    private static byte[] Lines(IEnumerable<string> items)
    {
        var text = string.Concat(items.Select(item => item + "\n"));
        return text.Length == 0 ? [] : LogEncoding.Encode(text);
    }

    private static byte[] Cut(byte[] encoded) => LogEncoding.Cut(encoded, HeaderBytesMax).ToArray();
}
