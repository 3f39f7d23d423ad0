using System.Text;

namespace Cistern.Enrich.Signatures;

/// <summary>The request's headers as the column <c>cs_headers</c> holds them: <c>name:value</c>, one a line, the last one perhaps cut.</summary>
internal static class HeaderText
{
    /// <summary>Whether a header of a signature is named, in headers or in names of headers; looked at for every row.</summary>
    public static bool NamesSignature(ReadOnlySpan<byte> lines)
    {
        // The first letter may be a capital.
        while (lines.IndexOf("ignature"u8) is var found and >= 0)
        {
            if (found > 0 && (lines[found - 1] | 0x20) == 's' && (found == 1 || lines[found - 2] == '\n'))
            {
                return true;
            }

            lines = lines[(found + 1)..];
        }

        return false;
    }

    /// <summary>The value of a header as RFC 9421 (2.1) takes it: trimmed, several lines of one name joined. Null if it is not there.</summary>
    public static string? Find(ReadOnlySpan<byte> lines, ReadOnlySpan<byte> name)
    {
        string? value = null;
        foreach (var range in lines.Split((byte)'\n'))
        {
            var line = lines[range];
            var colon = line.IndexOf((byte)':');
            if (colon == name.Length && Ascii.EqualsIgnoreCase(line[..colon], name))
            {
                var part = Encoding.UTF8.GetString(line[(colon + 1)..]).Trim(' ', '\t', '\r');
                value = value is null ? part : $"{value}, {part}";
            }
        }

        return value;
    }
}
