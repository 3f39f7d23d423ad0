namespace Cistern.Dashboard;

/// <summary>Whether a request comes from a page of this server: a browser sends the cookie with those of other pages too.</summary>
/// <remarks>
/// SameSite=Strict keeps other sites out. This also keeps out what a browser counts as the same site: another port or scheme of the host, and other names under
/// its domain. A page cannot set the two headers that are read here.
/// </remarks>
internal static class OwnOrigin
{
    /// <summary>Why the request may not use a session, or null.</summary>
    public static string? Refusal(HttpRequest request)
    {
        // 'none' is what a person typed or has among the bookmarks; older browsers and programs send nothing.
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site is not ("" or "same-origin" or "none"))
        {
            return $"a page of another origin asked (Sec-Fetch-Site: {site}); open the dashboard itself, or use a key";
        }

        var origin = request.Headers.Origin.ToString();
        if (origin.Length == 0)
        {
            return HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)
                ? null
                : $"the header Origin is missing, which every browser sends with {request.Method}; a program uses a key";
        }

        return IsOwn(origin, request.Host)
            ? null
            : $"the request comes from {origin} and went to {request.Host}; a proxy in front must pass the Host header on as it came";
    }

    /// <summary>Whether the page that asks was loaded by https, which the server cannot see by itself if something in front ends TLS.</summary>
    public static bool IsSecure(HttpRequest request) =>
        request.IsHttps || request.Headers.Origin.ToString().StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    // A port that the origin's scheme implies may be left out in either. The scheme itself is not compared: behind a proxy that ends TLS it differs.
    private static bool IsOwn(string origin, HostString host) =>
        host.HasValue
        && Uri.TryCreate(origin, UriKind.Absolute, out var page)
        && page.Scheme is "http" or "https"
        && page.Host.Equals(host.Host, StringComparison.OrdinalIgnoreCase)
        && page.Port == (host.Port ?? (page.Scheme == "https" ? 443 : 80));
}
