namespace Cistern.Ingest;

/// <summary>Where a request connects from. Headers that claim another address are not believed.</summary>
internal static class SourceAddress
{
    public static string Of(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        return (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString() ?? "";
    }
}
