namespace Cistern.Ingest;

/// <summary>Where a request connects from. Headers that claim another address were believed before if a trusted proxy sent them (<see cref="Operations.TrustedProxies"/>).</summary>
internal static class SourceAddress
{
    public static string Of(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        return (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString() ?? "";
    }
}
