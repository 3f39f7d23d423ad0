using Cistern.Dashboard;
using Cistern.Ingest;
using Cistern.Ingest.Keys;
using Cistern.Query.Api;

namespace Cistern.Operations;

/// <summary>
/// Lets requests under <c>/api</c> pass that carry a key with the scope that the address needs, or the cookie of a browser that is signed in,
/// and answers what is left over there as problem details.
/// </summary>
/// <remarks>It stands before the routes, so that no address of the API can be left without it; the one that signs in is named here.</remarks>
internal sealed class ReadGate(AccessKeys keys, Sessions sessions)
{
    public const string Prefix = "/api";

    public Task PassAsync(HttpContext context, RequestDelegate next) =>
        context.Request.Path.StartsWithSegments(Prefix) ? CheckAsync(context, next) : next(context);

    private async Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (!context.Request.Path.Equals(SessionAddress.Path) && await RefuseAsync(context) is { } refusal)
        {
            await Answer.Refused(refusal).WriteAsync(context);
        }
        else if (context.GetEndpoint() is null)
        {
            await Answer.Refused(new ProblemDetails(
                StatusCodes.Status404NotFound, "not-found", "Not found", "there is nothing at this address; /openapi.json lists the addresses of the API")).WriteAsync(context);
        }
        else
        {
            await next(context);
            await DescribeEmptyRefusalAsync(context);
        }
    }

    // Null if the request may pass; what it may do is then among its features. A key goes before a cookie: whoever sends one means it.
    private async ValueTask<ProblemDetails?> RefuseAsync(HttpContext context)
    {
        var presented = RequestHeaders.ReadKey(context.Request);
        var (access, refusal) = presented.Length == 0 && SessionCookie.IsIn(context.Request) ? await OfSessionAsync(context) : await OfKeyAsync(context, presented);
        var needed = context.GetEndpoint()?.Metadata.GetMetadata<NeededScope>()?.Scope ?? KeyScopes.Read;
        if (access is not null && !access.Allows(needed))
        {
            return new ProblemDetails(StatusCodes.Status403Forbidden, "scope-missing", "No access",
                $"the key '{access.Name}' may not do this: its scope is {string.Join(", ", ScopeNames.Of(access.Scopes))}; use one with the scope {ScopeNames.Of(needed)[0]}");
        }

        context.Features.Set(access);
        return refusal;
    }

    private async ValueTask<(Access? Access, ProblemDetails? Refusal)> OfKeyAsync(HttpContext context, string presented)
    {
        var check = presented.Length == 0 ? new KeyCheck(KeyVerdict.Missing, null) : await keys.CheckAsync(presented, source: null);
        if (check.Verdict == KeyVerdict.Unsure)
        {
            return (null, new ProblemDetails(StatusCodes.Status503ServiceUnavailable, "unavailable", "Access cannot be judged now", KeyRefusals.Of(check).Detail!, RetryAfterSeconds: 2));
        }

        return check is { Verdict: KeyVerdict.Accepted, Key.Key: var key }
            ? (new Access(key.Name, key.Scopes, () => keys.Check(presented, source: null).Verdict == KeyVerdict.Accepted), null)
            : (null, NoAccess(context, presented.Length == 0
                ? "sign in to the dashboard (cistern signin --data DIR prints a link), or send a key with the scope read as X-API-Key or Authorization: Bearer"
                : KeyRefusals.Of(check).Detail!));
    }

    private async ValueTask<(Access? Access, ProblemDetails? Refusal)> OfSessionAsync(HttpContext context)
    {
        if (OwnOrigin.Refusal(context.Request) is { } reason)
        {
            return (null, SessionAddress.CrossOrigin(reason));
        }

        try
        {
            return await SessionCookie.FindAsync(context.Request, sessions) is [var session, ..]
                ? (new Access("", KeyScopes.Read | KeyScopes.Admin, () => sessions.Holds(session)), null)
                : (null, NoAccess(context, "this browser is signed in no longer; a new link to sign in with is printed on the server by: cistern signin --data DIR"));
        }
        catch (IOException error)
        {
            return (null, SessionAddress.Unsure(error));
        }
    }

    private static ProblemDetails NoAccess(HttpContext context, string detail)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return new ProblemDetails(StatusCodes.Status401Unauthorized, "no-access", "No access", detail);
    }

    // Routing answers a wrong method or content type with a bare status.
    private static async Task DescribeEmptyRefusalAsync(HttpContext context)
    {
        if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null } response)
        {
            var (name, detail) = response.StatusCode == StatusCodes.Status405MethodNotAllowed
                ? ("method-not-allowed", $"{context.Request.Method} is not for this address; use {response.Headers.Allow}")
                : ("request-refused", "the request does not fit this address; /openapi.json describes what it takes");
            await Answer.Refused(new ProblemDetails(response.StatusCode, name, "Refused", detail)).WriteAsync(context);
        }
    }
}
