using System.Buffers;
using Cistern.Formats.Text;

namespace Cistern.Enrich.Referrals;

/// <summary>The host of a referring page, as products are found by it: without port, user, trailing dot and <c>www.</c>; the case is kept.</summary>
internal static class RefererHost
{
    // The longest name that DNS allows is 253 bytes; user and port may stand beside it.
    private const int AuthorityMax = 512;

    private static readonly SearchValues<byte> AuthorityEnds = SearchValues.Create("/?#\\"u8);
    private static readonly SearchValues<byte> HostBytes = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._"u8);

    /// <summary>Finds the host; empty if the text is no address of the web. An address that is encoded as a whole is decoded once.</summary>
    /// <param name="scratch">Of at least <see cref="ScratchBytes"/>; the host may lie in it.</param>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> referer, Span<byte> scratch)
    {
        if (referer.IndexOf("://"u8) < 0 && referer.Contains((byte)'%'))
        {
            referer = referer[..Math.Min(referer.Length, ScratchBytes)];
            referer = scratch[..PercentDecoding.Decode(referer, scratch, out _)];
        }

        var scheme = referer.IndexOf("://"u8);
        if (!IsWeb(referer[..Math.Max(scheme, 0)]))
        {
            return default;
        }

        var authority = referer[(scheme + "://".Length)..];
        authority = authority.IndexOfAny(AuthorityEnds) is var end and >= 0 ? authority[..end] : authority;
        return authority.Length > AuthorityMax ? default : Normalise(authority);
    }

    public const int ScratchBytes = 1024;

    /// <summary>The same of a Host header.</summary>
    public static ReadOnlySpan<byte> Normalise(ReadOnlySpan<byte> authority)
    {
        var host = authority[(authority.LastIndexOf((byte)'@') + 1)..];
        host = host.IndexOf((byte)':') is var port and >= 0 ? host[..port] : host;
        host = host.EndsWith("."u8) ? host[..^1] : host;
        host = host.Length > 4 && System.Text.Ascii.EqualsIgnoreCase(host[..4], "www."u8) ? host[4..] : host;
        return host.ContainsAnyExcept(HostBytes) ? default : host;
    }

    private static bool IsWeb(ReadOnlySpan<byte> scheme) => System.Text.Ascii.EqualsIgnoreCase(scheme, "https"u8) || System.Text.Ascii.EqualsIgnoreCase(scheme, "http"u8);
}
