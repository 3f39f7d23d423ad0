namespace Cistern.Query.Live;

/// <summary>Whether a request that was let in long ago would still be: its key may be revoked meanwhile, its session ended.</summary>
internal sealed record StreamAccess(Func<HttpContext, bool> StillAllowed);
