using System.Globalization;

namespace Cistern.Dashboard;

/// <summary>The cookie that carries a session.</summary>
internal static class SessionCookie
{
    public const string Name = "cistern_session";

    // A browser sends one. A page under another name of the same domain can put more beside it, and must not be able to hide ours among many.
    private const int Most = 8;

    /// <summary>Whether a request carries one, in whatever form.</summary>
    public static bool IsIn(HttpRequest request) => Values(request).Any();

    /// <summary>The sessions whose cookies a request carries and that go on.</summary>
    /// <exception cref="IOException">One is not known here, and nobody else can be asked.</exception>
    public static async ValueTask<IReadOnlyList<KeptSecret>> FindAsync(HttpRequest request, Sessions sessions)
    {
        List<KeptSecret> found = [];
        foreach (var secret in Values(request).Where(SignInSecret.IsWellFormed).Take(Most))
        {
            if (await sessions.FindAsync(secret) is { } session)
            {
                found.Add(session);
            }
        }

        return found;
    }

    public static void Set(HttpContext context, NewSession session) =>
        Write(context, session.Secret, (long)(session.Expires - session.Created).TotalSeconds);

    public static void Clear(HttpContext context) => Write(context, "", 0);

    // Read here and not by the framework, which keeps only the last of several cookies of one name.
    private static IEnumerable<string> Values(HttpRequest request) =>
        from header in request.Headers.Cookie
        from pair in (header ?? "").Split(';', StringSplitOptions.TrimEntries)
        where pair.StartsWith(Name + "=", StringComparison.Ordinal)
        select pair[(Name.Length + 1)..];

    private static void Write(HttpContext context, string value, long seconds) =>
        context.Response.Headers.SetCookie = string.Create(
            CultureInfo.InvariantCulture,
            $"{Name}={value}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Strict{(OwnOrigin.IsSecure(context.Request) ? "; Secure" : "")}");
}
