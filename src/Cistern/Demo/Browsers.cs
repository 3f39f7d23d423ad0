namespace Cistern.Demo;

/// <summary>Browsers that people use in late 2026, by share.</summary>
internal static class Browsers
{
    private const string Document = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";
    private const string Encodings = "gzip, deflate, br, zstd";
    private const string Windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) ";
    private const string Mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) ";
    private const string Linux = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) ";
    private const string Android = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) ";
    private const string MacSafari = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) ";
    private const string Iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ";

    public static readonly Weighted<ClientProfile> Desktop = Make(
        (Windows + "Chrome/142.0.0.0 Safari/537.36", 30),
        (Mac + "Chrome/142.0.0.0 Safari/537.36", 22),
        (Linux + "Chrome/142.0.0.0 Safari/537.36", 8),
        (Windows + "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", 9),
        (Mac + "Chrome/141.0.0.0 Safari/537.36 Atlas/1.0", 1),
        (MacSafari + "Version/26.1 Safari/605.1.15", 11),
        (MacSafari + "Version/18.6 Safari/605.1.15", 3),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0", 6),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", 5),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0", 3),
        (Windows + "Chrome/128.0.0.0 Safari/537.36", 2));

    public static readonly Weighted<ClientProfile> Mobile = Make(
        (Iphone + "Version/26.1 Mobile/15E148 Safari/604.1", 34),
        (Iphone + "Version/18.7 Mobile/15E148 Safari/604.1", 12),
        (Iphone + "CriOS/142.0.7444.77 Mobile/15E148 Safari/604.1", 5),
        (Android + "Chrome/142.0.0.0 Mobile Safari/537.36", 36),
        ("Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36", 7),
        ("Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0", 4));

    /// <summary>Where people come from; an empty address is a bookmark or a typed one, often an app.</summary>
    public static readonly Weighted<Referral> Referrals = new(
    [
        (new Referral("", ""), 34),
        (new Referral("https://www.google.com/", ""), 33),
        (new Referral("https://www.bing.com/", ""), 4),
        (new Referral("https://duckduckgo.com/", ""), 4),
        (new Referral("https://github.com/tidewater-example/tidewater", ""), 7),
        (new Referral("https://news.ycombinator.com/", ""), 3),
        (new Referral("https://stackoverflow.com/", ""), 2),
        (new Referral("https://www.reddit.com/", ""), 2),
        (new Referral("https://chatgpt.com/", "utm_source=chatgpt.com"), 6),
        (new Referral("", "utm_source=chatgpt.com"), 1),
        (new Referral("https://www.perplexity.ai/", ""), 2),
        (new Referral("https://claude.ai/", ""), 1.5),
        (new Referral("https://gemini.google.com/", ""), 1.2),
        (new Referral("https://copilot.microsoft.com/", ""), 0.8),
    ]);

    private static Weighted<ClientProfile> Make(params (string UserAgent, double Weight)[] browsers) =>
        new(browsers.Select(browser => (new ClientProfile(browser.UserAgent, Document, Encodings, ProtocolOf(browser.UserAgent), browser: true), browser.Weight)));

    private static string ProtocolOf(string userAgent) => userAgent.Contains("Chrome/", StringComparison.Ordinal) ? "HTTP/3.0" : "HTTP/2.0";
}

/// <param name="Address">The referer.</param>
/// <param name="Query">What the referring product puts on the link.</param>
internal sealed record Referral(string Address, string Query)
{
    public byte[] EncodedAddress { get; } = Address.Length == 0 ? [] : LogEncoding.Encode(Address);

    public byte[] EncodedQuery { get; } = Query.Length == 0 ? [] : LogEncoding.Encode(Query);
}
