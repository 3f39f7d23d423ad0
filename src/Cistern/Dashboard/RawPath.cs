using Microsoft.AspNetCore.Http.Features;

namespace Cistern.Dashboard;

/// <summary>Names in paths. The server leaves %2F in a path as it is, so that they are read from what was sent.</summary>
internal static class RawPath
{
    public static string LastPart(HttpContext context) => Uri.UnescapeDataString(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0].Split('/')[^1]);
}
