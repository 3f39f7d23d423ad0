using System.Text;

namespace Cistern.Enrich.Kinds;

/// <summary>One percent-encoding for paths that can be written in several: bytes that are no ASCII are encoded, what needs none is decoded, escapes have capitals.</summary>
internal static class RobotsPath
{
    /// <summary>Bytes that a path of so many bytes takes at most.</summary>
    public static int LengthMax(int bytes) => bytes * 3;

    public static byte[] Encode(string path)
    {
        var bytes = Encoding.UTF8.GetBytes(path);
        var encoded = new byte[LengthMax(bytes.Length)];
        return encoded[..Encode(bytes, encoded)];
    }

    /// <returns>How many bytes were written.</returns>
    public static int Encode(ReadOnlySpan<byte> path, Span<byte> into)
    {
        var written = 0;
        for (var place = 0; place < path.Length; place++)
        {
            var value = path[place];
            if (value == '%' && place + 2 < path.Length && TryReadHex(path[place + 1], path[place + 2], out var escaped))
            {
                // Unreserved characters (RFC 3986, 2.3) mean the same either way; others, '%2F' for one, do not.
                written += IsUnreserved(escaped) ? Write(into[written..], escaped) : WriteEscape(into[written..], escaped);
                place += 2;
            }
            else
            {
                written += value is > 0x20 and < 0x7F ? Write(into[written..], value) : WriteEscape(into[written..], value);
            }
        }

        return written;
    }

    private static bool IsUnreserved(byte value) => char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~';

    private static bool TryReadHex(byte high, byte low, out byte value)
    {
        var isHex = char.IsAsciiHexDigit((char)high) && char.IsAsciiHexDigit((char)low);
        value = isHex ? (byte)((DigitOf(high) << 4) | DigitOf(low)) : (byte)0;
        return isHex;
    }

    private static int DigitOf(byte hex) => hex <= '9' ? hex - '0' : (hex | 0x20) - 'a' + 10;

    private static int Write(Span<byte> into, byte value)
    {
        into[0] = value;
        return 1;
    }

    private static int WriteEscape(Span<byte> into, byte value)
    {
        var digits = "0123456789ABCDEF"u8;
        (into[0], into[1], into[2]) = ((byte)'%', digits[value >> 4], digits[value & 15]);
        return 3;
    }
}
