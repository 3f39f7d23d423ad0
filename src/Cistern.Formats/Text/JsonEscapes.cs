using System.Buffers.Text;
using System.Numerics;
using System.Runtime.Intrinsics;
using System.Text;

namespace Cistern.Formats.Text;

/// <summary>Undoes the escapes of JSON strings. Half of a surrogate pair and NUL, which no text column may hold, become U+FFFD.</summary>
internal static class JsonEscapes
{
    private const int UnicodeLength = 6; // \u and four digits

    /// <summary>How long the escape at the beginning of a text is; 0 if it is none.</summary>
    public static int LengthOf(ReadOnlySpan<byte> text)
    {
        if (text.Length < 2 || text[0] != '\\')
        {
            return 0;
        }

        return text[1] == 'u' ? (TryReadUnit(text, out _) ? UnicodeLength : 0) : Simple(text[1]) == 0 ? 0 : 2;
    }

    /// <summary>Writes the text of a string; <paramref name="target"/> is at least as long as what is between its quotes.</summary>
    /// <remarks>Sixteen bytes are copied at a time, and cut back to an escape among them. The output never gets ahead of the input, so the wide stores stay within the target.</remarks>
    public static int Unescape(ReadOnlySpan<byte> raw, Span<byte> target)
    {
        var (read, written) = (0, 0);
        while (read < raw.Length)
        {
            if (raw[read] != '\\')
            {
                var plain = CopyPlain(raw[read..], target[written..]);
                read += plain;
                written += plain;
                continue;
            }

            var simple = read + 1 < raw.Length ? Simple(raw[read + 1]) : (byte)0;
            if (simple != 0)
            {
                target[written++] = simple;
                read += 2;
                continue;
            }

            read += ReadRune(raw[read..], out var rune);
            written += rune.EncodeToUtf8(target[written..]);
        }

        return written;
    }

    /// <summary>Copies up to the next escape, or sixteen bytes; one at least. May write rubbish behind them, within the target.</summary>
    private static int CopyPlain(ReadOnlySpan<byte> raw, Span<byte> target)
    {
        if (raw.Length < Vector128<byte>.Count)
        {
            target[0] = raw[0];
            return 1;
        }

        var bytes = Vector128.Create(raw);
        bytes.CopyTo(target);
        var escapes = Vector128.Equals(bytes, Vector128.Create((byte)'\\')).ExtractMostSignificantBits();
        return escapes == 0 ? Vector128<byte>.Count : BitOperations.TrailingZeroCount(escapes);
    }

    private static int ReadRune(ReadOnlySpan<byte> text, out Rune rune)
    {
        if (!TryReadUnit(text, out var unit))
        {
            rune = new Rune('\\'); // Not reached, because who scanned the string has checked its escapes.
            return 1;
        }

        if (char.IsHighSurrogate(unit) && TryReadUnit(text[UnicodeLength..], out var low) && Rune.TryCreate(unit, low, out rune))
        {
            return 2 * UnicodeLength;
        }

        rune = unit != 0 && Rune.TryCreate(unit, out var plain) ? plain : Rune.ReplacementChar;
        return UnicodeLength;
    }

    private static bool TryReadUnit(ReadOnlySpan<byte> text, out char unit)
    {
        unit = default;
        if (text.Length < UnicodeLength || text[0] != '\\' || text[1] != 'u'
            || !Utf8Parser.TryParse(text[2..UnicodeLength], out ushort value, out var read, 'x') || read != UnicodeLength - 2)
        {
            return false;
        }

        unit = (char)value;
        return true;
    }

    private static byte Simple(byte character) => character switch
    {
        (byte)'"' => (byte)'"',
        (byte)'\\' => (byte)'\\',
        (byte)'/' => (byte)'/',
        (byte)'n' => (byte)'\n',
        (byte)'t' => (byte)'\t',
        (byte)'r' => (byte)'\r',
        (byte)'b' => (byte)'\b',
        (byte)'f' => (byte)'\f',
        _ => 0,
    };
}
