namespace Cistern.Demo.Origin;

/// <summary>A request that the site's web service answered.</summary>
/// <param name="Time">When it had answered, in milliseconds since 1970.</param>
/// <param name="Task">Which of the running tasks answered.</param>
internal readonly record struct WebRequest(long Time, int Task, WebRoute Route, int Status, double Milliseconds)
{
    public bool Failed => Status >= 500;
}

/// <param name="Name">The route as the service's own logs name it.</param>
/// <param name="Milliseconds">How long it typically takes.</param>
internal sealed record WebRoute(string Method, string Name, string Path, double Milliseconds)
{
    public static readonly WebRoute Health = new("GET", "/healthz", "/healthz", 1.5);

    /// <summary>What the edge asks for, and the shop, which is not behind it.</summary>
    public static readonly Weighted<WebRoute> All = new(
        [.. Pages(), .. Services()]);

    private static IEnumerable<(WebRoute, double)> Pages() =>
        new DemoSite().Pages.Select(page => (new WebRoute("GET", NameOf(page.Path), DemoSite.AsSent(page.Path), page.OriginMilliseconds), page.Weight));

    private static (WebRoute, double)[] Services() =>
    [
        (new("GET", "/api/search", "/api/search", 85), 60),
        (new("GET", "/api/versions", "/api/versions", 20), 25),
        (new("POST", "/api/feedback", "/api/feedback", 110), 4),
        (new("GET", "/shop/catalogue", "/shop/catalogue", 60), 30),
        (new("POST", "/shop/cart", "/shop/cart", 75), 22),
        (new("POST", "/shop/checkout", "/shop/checkout", 240), 9),
        (new("GET", "/docs/:page", "/docs/1.x/install", 18), 5),
    ];

    private static string NameOf(string path) =>
        path.StartsWith("/docs/", StringComparison.Ordinal) ? "/docs/:page" : path.StartsWith("/blog/", StringComparison.Ordinal) ? "/blog/:post" : path;
}
