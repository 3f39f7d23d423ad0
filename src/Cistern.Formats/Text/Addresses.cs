using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Cistern.Formats.Text;

/// <summary>IP addresses as logs write them: four decimal numbers, or IPv6 without brackets and zone.</summary>
internal static class Addresses
{
    /// <summary>The longest text of an address, IPv4 within IPv6.</summary>
    public const int TextMax = 45;

    private static readonly SearchValues<byte> V6Characters = SearchValues.Create("0123456789abcdefABCDEF:."u8);

    private const int NetworkBytesV4 = 3; // /24
    private const int NetworkBytesV6 = 6; // /48

    public static bool IsAddress(ReadOnlySpan<byte> text) => IsV4(text) || IsV6(text);

    /// <summary>Writes the network of an address, <c>203.0.113.0</c> or <c>2001:db8:1::</c>; <paramref name="target"/> holds <see cref="TextMax"/>.</summary>
    public static bool TryTruncate(ReadOnlySpan<byte> text, Span<byte> target, out int written)
    {
        written = 0;
        if (!IsAddress(text) || !IPAddress.TryParse(text, out var address))
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        bytes[(address.AddressFamily == AddressFamily.InterNetwork ? NetworkBytesV4 : NetworkBytesV6)..].Clear();
        return new IPAddress(bytes[..length]).TryFormat(target, out written);
    }

    private static bool IsV4(ReadOnlySpan<byte> text)
    {
        if (text.Length is < 7 or > 15)
        {
            return false;
        }

        var parts = 1;
        var digits = 0;
        var value = 0;
        foreach (var character in text)
        {
            if (character == '.')
            {
                if (digits == 0)
                {
                    return false;
                }

                (parts, digits, value) = (parts + 1, 0, 0);
                continue;
            }

            value = (value * 10) + (character - '0');
            digits++;
            if (!char.IsAsciiDigit((char)character) || digits > 3 || value > 255)
            {
                return false;
            }
        }

        return parts == 4 && digits > 0;
    }

    // The framework's parser also takes zones and brackets, which no log writes and which must not pass for an address.
    private static bool IsV6(ReadOnlySpan<byte> text) =>
        text.Length is >= 2 and <= TextMax && text.Contains((byte)':') && !text.ContainsAnyExcept(V6Characters) && IPAddress.IsValidUtf8(text);
}
