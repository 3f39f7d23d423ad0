using System.Buffers.Text;
using System.Text;

namespace Cistern.Formats.Text;

/// <summary>Undoes the escapes of JSON strings. Half of a surrogate pair and NUL, which no text column may hold, become U+FFFD.</summary>
internal static class JsonEscapes
{
    private const int UnicodeLength = 6; // \u and four digits

    /// <summary>How long the escape at the beginning of a text is; 0 if it is none.</summary>
    public static int LengthOf(ReadOnlySpan<byte> text)
    {
        if (text.Length < 2)
        {
            return 0;
        }

        return text[1] == 'u' ? (TryReadUnit(text, out _) ? UnicodeLength : 0) : Simple(text[1]) == 0 ? 0 : 2;
    }

    /// <summary>Writes the text of a string; <paramref name="target"/> is at least as long as what is between its quotes.</summary>
    public static int Unescape(ReadOnlySpan<byte> raw, Span<byte> target)
    {
        var written = 0;
        while (true)
        {
            var plain = raw.IndexOf((byte)'\\');
            plain = plain < 0 ? raw.Length : plain;
            raw[..plain].CopyTo(target[written..]);
            written += plain;
            raw = raw[plain..];
            if (raw.IsEmpty)
            {
                return written;
            }

            written += UnescapeRun(ref raw, target[written..]);
        }
    }

    // Escapes come in swarms (JSON within JSON), so short stretches between them are copied byte by byte.
    private static int UnescapeRun(ref ReadOnlySpan<byte> raw, Span<byte> target)
    {
        const int stretchMax = 8;
        var (read, written, plain) = (0, 0, 0);
        while (read < raw.Length && plain < stretchMax)
        {
            if (raw[read] != '\\')
            {
                target[written++] = raw[read++];
                plain++;
                continue;
            }

            plain = 0;
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

        raw = raw[read..];
        return written;
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
