using System.Numerics;
using System.Runtime.Intrinsics;

namespace Cistern.Formats.Text;

/// <summary>Undoes percent-encoding, once. An escape that is none (<c>%zz</c>, <c>%4</c> at the end) stays as it is.</summary>
/// <remarks>
/// Sixteen bytes are copied at a time; where they hold a '%' the copy is cut back to it and the escape decoded. The output never gets
/// ahead of the input, so a target as long as the source is enough for the wide stores too.
/// </remarks>
internal static class PercentDecoding
{
    private const byte Escape = (byte)'%';
    private const byte NoDigit = 0xFF;

    /// <summary>Decodes into <paramref name="target"/>, which is at least as long as the source.</summary>
    /// <param name="suspect">An escape gave a byte that is not ASCII, or NUL: the result may not be text.</param>
    public static int Decode(ReadOnlySpan<byte> source, Span<byte> target, out bool suspect)
    {
        suspect = false;
        var read = 0;
        var written = 0;
        while (read < source.Length)
        {
            var plain = CopyPlain(source[read..], target[written..]);
            read += plain;
            written += plain;
            if (read == source.Length)
            {
                break;
            }

            if (TryReadEscape(source[read..], out var value))
            {
                suspect |= value is 0 or >= 0x80;
                target[written++] = value;
                read += 3;
            }
            else
            {
                target[written++] = source[read++];
            }
        }

        return written;
    }

    /// <summary>Copies up to the next '%' and says how many bytes that are. May write rubbish behind them, within the target.</summary>
    private static int CopyPlain(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var place = 0;
        while (place + Vector128<byte>.Count <= source.Length)
        {
            var bytes = Vector128.Create(source[place..]);
            bytes.CopyTo(target[place..]);
            var escapes = Vector128.Equals(bytes, Vector128.Create(Escape)).ExtractMostSignificantBits();
            if (escapes != 0)
            {
                return place + BitOperations.TrailingZeroCount(escapes);
            }

            place += Vector128<byte>.Count;
        }

        while (place < source.Length && source[place] != Escape)
        {
            target[place] = source[place];
            place++;
        }

        return place;
    }

    private static bool TryReadEscape(ReadOnlySpan<byte> source, out byte value)
    {
        value = 0;
        if (source.Length < 3)
        {
            return false;
        }

        int high = Digit(source[1]);
        int low = Digit(source[2]);
        value = (byte)((high << 4) | (low & 0xF));
        return (high | low) < 0x10;
    }

    private static byte Digit(byte character) => character switch
    {
        >= (byte)'0' and <= (byte)'9' => (byte)(character - '0'),
        >= (byte)'A' and <= (byte)'F' => (byte)(character - 'A' + 10),
        >= (byte)'a' and <= (byte)'f' => (byte)(character - 'a' + 10),
        _ => NoDigit,
    };
}
