using Cistern.Ingest;
using Cistern.Ingest.Keys;

namespace Cistern.Operations;

/// <summary>Lets requests under <c>/api</c> pass that carry a key with the scope read, and answers what is left over there as problem details.</summary>
/// <remarks>It stands before the routes, so that no address of the API can be left without it.</remarks>
internal sealed class ReadGate(AccessKeys keys)
{
    public const string Prefix = "/api";

    public Task PassAsync(HttpContext context, RequestDelegate next) =>
        context.Request.Path.StartsWithSegments(Prefix) ? CheckAsync(context, next) : next(context);

    /// <summary>Whether a request that passed would still pass; long streams ask it again and again.</summary>
    public bool StillAllows(HttpContext context) =>
        RequestHeaders.ReadKey(context.Request) is { Length: > 0 } presented
        && keys.Check(presented, source: null) is { Verdict: KeyVerdict.Accepted } check
        && check.Key!.Key.Allows(KeyScopes.Read);

    private async Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        var presented = RequestHeaders.ReadKey(context.Request);
        var check = presented.Length == 0 ? new KeyCheck(KeyVerdict.Missing, null) : keys.Check(presented, source: null);
        if (check.Verdict != KeyVerdict.Accepted)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await Problems.SendAsync(context, StatusCodes.Status401Unauthorized, "No access", KeyRefusals.Of(check).Detail!);
        }
        else if (!check.Key!.Key.Allows(KeyScopes.Read))
        {
            await Problems.SendAsync(context, StatusCodes.Status403Forbidden, "No access",
                $"the key '{check.Key.Key.Name}' may not read: its scope is {string.Join(", ", ScopeNames.Of(check.Key.Key.Scopes))}; use one with the scope read");
        }
        else if (context.GetEndpoint() is null)
        {
            await Problems.SendAsync(context, StatusCodes.Status404NotFound, "Not found", "there is nothing at this address; /openapi.json lists the addresses of the API");
        }
        else
        {
            await next(context);
            await DescribeEmptyRefusalAsync(context);
        }
    }

    // Routing answers a wrong method or content type with a bare status.
    private static async Task DescribeEmptyRefusalAsync(HttpContext context)
    {
        if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null } response)
        {
            await Problems.SendAsync(context, response.StatusCode, "Refused", response.StatusCode == StatusCodes.Status405MethodNotAllowed
                ? $"{context.Request.Method} is not for this address; use {response.Headers.Allow}"
                : "the request does not fit this address; /openapi.json describes what it takes");
        }
    }
}
