using System.Text;

namespace Cistern.Enrich.Referrals;

/// <summary>How a browser came to a page: the column <c>arrival</c>.</summary>
internal static class Arrivals
{
    private static ReadOnlySpan<byte> PurposeName => "sec-purpose:"u8;

    /// <param name="headers">As the column <c>cs_headers</c> holds them.</param>
    /// <param name="isFromOwn">The referring page is the site's own.</param>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> headers, bool isFromOwn) =>
        SaysPrefetch(headers) ? "prefetch"u8 : isFromOwn ? "inside"u8 : "entry"u8;

    // A browser that loads a page in case it is wanted says so (Fetch standard, Sec-Purpose: prefetch).
    private static bool SaysPrefetch(ReadOnlySpan<byte> headers)
    {
        // Few rows have it, and most end here.
        if (headers.IndexOf("urpose:"u8) < 0)
        {
            return false;
        }

        foreach (var range in headers.Split((byte)'\n'))
        {
            var line = headers[range];
            if (line.Length > PurposeName.Length && Ascii.EqualsIgnoreCase(line[..PurposeName.Length], PurposeName) && line[PurposeName.Length..].IndexOf("prefetch"u8) >= 0)
            {
                return true;
            }
        }

        return false;
    }
}
