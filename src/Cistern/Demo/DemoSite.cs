using System.Text;

namespace Cistern.Demo;

internal enum ResourceKind
{
    Page = 1,
    Asset = 2,
    Machine = 3,
    Api = 4,
    Download = 5,

    /// <summary>An address that moved: 301.</summary>
    Moved = 6,
}

/// <summary>One address of the site, with all that is always the same in its log lines.</summary>
internal sealed record SiteResource
{
    public required int Index { get; init; }

    public required ResourceKind Kind { get; init; }

    public required string Path { get; init; }

    /// <summary>The path as it stands in a log line.</summary>
    public required byte[] EncodedPath { get; init; }

    public required byte[] ContentType { get; init; }

    /// <summary>Bytes of the body, compressed.</summary>
    public required int Bytes { get; init; }

    /// <summary>How long an edge keeps it; zero is never.</summary>
    public required long CacheMilliseconds { get; init; }

    /// <summary>How long the origin typically takes.</summary>
    public required double OriginMilliseconds { get; init; }

    /// <summary>The cache behaviour that matches.</summary>
    public required byte[] Pattern { get; init; }

    /// <summary>How often people look at it, against other pages.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>No page links to it in a way that crawlers follow.</summary>
    public bool IsUnlinked { get; init; }
}

/// <summary>The site of the demo: the documentation of an invented message queue called Tidewater.</summary>
internal sealed class DemoSite
{
    public const string Host = "docs.example.com";
    public const string Distribution = "d111111abcdef8.cloudfront.net";
    public const string DistributionId = "E2DEMOEXAMPLE7";

    private const long Minute = 60_000;

    // The address, and how many times more often than an ordinary page it is read.
    private static readonly (string Path, double Weight)[] _pages =
    [
        ("/", 14), ("/docs/", 8), ("/docs/install", 12), ("/docs/quickstart", 15), ("/docs/upgrade", 3), ("/docs/faq", 3), ("/docs/glossary", 1),
        ("/docs/concepts/topics", 6), ("/docs/concepts/partitions", 5), ("/docs/concepts/consumers", 5), ("/docs/concepts/ordering", 4),
        ("/docs/concepts/exactly-once", 7), ("/docs/concepts/retention", 3), ("/docs/concepts/back-pressure", 3), ("/docs/concepts/schemas", 2),
        ("/docs/guides/python", 8), ("/docs/guides/dotnet", 6), ("/docs/guides/java", 6), ("/docs/guides/go", 5), ("/docs/guides/rust", 3), ("/docs/guides/node", 6),
        ("/docs/guides/docker", 6), ("/docs/guides/kubernetes", 7), ("/docs/guides/terraform", 3), ("/docs/guides/monitoring", 4), ("/docs/guides/backup", 2),
        ("/docs/guides/migrate-from-kafka", 5), ("/docs/guides/migrate-from-rabbitmq", 4), ("/docs/guides/dead-letters", 4), ("/docs/guides/encryption", 2),
        ("/docs/guides/multi-region", 2), ("/docs/guides/testing", 3), ("/docs/guides/tuning", 4), ("/docs/guides/troubleshooting", 5),
        ("/docs/reference/cli", 7), ("/docs/reference/configuration", 8), ("/docs/reference/environment", 3), ("/docs/reference/errors", 6),
        ("/docs/reference/limits", 3), ("/docs/reference/metrics", 3), ("/docs/reference/protocol", 2), ("/docs/reference/http-api", 6),
        ("/docs/reference/admin-api", 3), ("/docs/reference/connectors", 3), ("/docs/reference/security", 2),
        ("/docs/reference/client/python", 4), ("/docs/reference/client/dotnet", 3), ("/docs/reference/client/java", 3), ("/docs/reference/client/go", 2),
        ("/blog/", 3), ("/blog/3-0-released", 5), ("/blog/how-we-test-with-simulation", 6), ("/blog/the-cost-of-fsync", 9), ("/blog/agents-read-our-docs", 4),
        ("/blog/two-years-of-tidewater", 1), ("/blog/größe-zählt", 1), ("/changelog", 4), ("/community", 2), ("/download", 5), ("/pricing", 4), ("/about", 1),
        ("/security", 1), ("/status", 2), ("/search", 2),
    ];

    private static readonly HashSet<string> _unlinked = ["/docs/glossary", "/docs/guides/multi-region", "/docs/reference/client/go", "/blog/two-years-of-tidewater"];

    private readonly Dictionary<string, SiteResource> _byPath;

    public DemoSite()
    {
        var resources = new List<SiteResource>();
        foreach (var (path, weight) in _pages)
        {
            resources.Add(Make(resources.Count, ResourceKind.Page, path, "text/html; charset=utf-8", Sized(path, 5_000, 38_000), 10 * Minute, 140, "*", weight));
        }

        AddOthers(resources);
        Resources = resources;
        Pages = [.. resources.Where(resource => resource.Kind == ResourceKind.Page)];
        Assets = [.. resources.Where(resource => resource.Kind == ResourceKind.Asset)];
        _byPath = resources.ToDictionary(resource => resource.Path, StringComparer.Ordinal);
        PageWeights = new Weighted<SiteResource>(Pages.Select(page => (page, page.Weight)));
    }

    public IReadOnlyList<SiteResource> Resources { get; }

    public IReadOnlyList<SiteResource> Pages { get; }

    /// <summary>What a browser fetches with its first page.</summary>
    public IReadOnlyList<SiteResource> Assets { get; }

    public Weighted<SiteResource> PageWeights { get; }

    public SiteResource this[string path] => _byPath[path];

    private static void AddOthers(List<SiteResource> resources)
    {
        void Add(ResourceKind kind, string path, string type, int bytes, long cacheMinutes, double origin, string pattern) =>
            resources.Add(Make(resources.Count, kind, path, type, bytes, cacheMinutes * Minute, origin, pattern, 1));

        foreach (var (path, type, bytes) in new[]
        {
            ("/assets/main.4f3a91c2.css", "text/css", 18_240), ("/assets/app.9b1d07e5.js", "text/javascript", 61_300), ("/assets/search.77c0aa19.js", "text/javascript", 24_800),
            ("/assets/inter-latin.woff2", "font/woff2", 48_256), ("/assets/mono-latin.woff2", "font/woff2", 36_020), ("/assets/logo.svg", "image/svg+xml", 2_310),
            ("/assets/hero.avif", "image/avif", 84_500), ("/favicon.ico", "image/x-icon", 4_286),
        })
        {
            Add(ResourceKind.Asset, path, type, bytes, 24 * 60, 30, "/assets/*");
        }

        Add(ResourceKind.Machine, "/robots.txt", "text/plain; charset=utf-8", 312, 60, 25, "*");
        Add(ResourceKind.Machine, "/llms.txt", "text/plain; charset=utf-8", 5_140, 60, 25, "*");
        Add(ResourceKind.Machine, "/llms-full.txt", "text/plain; charset=utf-8", 412_000, 60, 60, "*");
        Add(ResourceKind.Machine, "/sitemap.xml", "application/xml", 3_920, 60, 40, "*");
        Add(ResourceKind.Machine, "/feed.xml", "application/rss+xml; charset=utf-8", 11_800, 15, 90, "*");
        Add(ResourceKind.Api, "/api/search", "application/json", 1_850, 0, 85, "/api/*");
        Add(ResourceKind.Api, "/api/versions", "application/json", 640, 1, 20, "/api/*");
        Add(ResourceKind.Api, "/api/feedback", "application/json", 48, 0, 110, "/api/*");
        Add(ResourceKind.Api, "/healthz", "text/plain; charset=utf-8", 2, 0, 12, "*");
        Add(ResourceKind.Download, "/files/tidewater-handbook.pdf", "application/pdf", 4_812_330, 24 * 60, 70, "/files/*");
        Add(ResourceKind.Download, "/files/tidewater-3.0.2-linux-amd64.tar.gz", "application/gzip", 18_330_112, 24 * 60, 70, "/files/*");
        Add(ResourceKind.Moved, "/docs/getting-started", "text/html", 0, 60, 15, "*");
        Add(ResourceKind.Moved, "/docs/reference/config", "text/html", 0, 60, 15, "*");
    }

    private static SiteResource Make(int index, ResourceKind kind, string path, string type, int bytes, long cache, double origin, string pattern, double weight) => new()
    {
        Index = index,
        Kind = kind,
        Path = path,
        EncodedPath = LogEncoding.Encode(AsSent(path)),
        ContentType = LogEncoding.Encode(type),
        Bytes = bytes,
        CacheMilliseconds = cache,
        OriginMilliseconds = origin,
        Pattern = LogEncoding.Encode(pattern),
        Weight = weight,
        IsUnlinked = _unlinked.Contains(path),
    };

    /// <summary>The path as a client sends it: bytes beyond ASCII are escaped, and the log will escape that again.</summary>
    public static string AsSent(string path) => Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal);

    // The same size for the same path in every run.
    private static int Sized(string path, int min, int max)
    {
        uint hash = 0;
        foreach (var value in Encoding.UTF8.GetBytes(path))
        {
            hash = System.Numerics.BitOperations.Crc32C(hash, value);
        }

        return min + (int)(hash % (uint)(max - min));
    }
}
