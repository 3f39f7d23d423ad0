using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace Cistern.Operations;

/// <summary>Makes a request look as its sender made it, when proxies that are trusted passed it on.</summary>
/// <remarks>
/// A proxy appends whom it heard to <c>X-Forwarded-For</c>. Read from the right, the first that is no proxy of ours is the sender; what stands left of it was written by
/// that sender, who may write anything. Scheme and host are taken along the same way. What cannot be read ends it at the last that could.
/// </remarks>
internal static class TrustedProxies
{
    public static void Use(IApplicationBuilder app, IReadOnlyList<IPNetwork> networks)
    {
        if (networks.Count == 0)
        {
            return;
        }

        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
            ForwardLimit = null,
        };

        // The framework trusts loopback unless told otherwise.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in networks)
        {
            options.KnownIPNetworks.Add(network);
        }

        app.UseForwardedHeaders(options);
    }
}
