using System.Text;

namespace Cistern.Formats.CloudFront;

/// <summary>The fields <c>cs-headers</c> and <c>cs-header-names</c>, once decoded: one item a line.</summary>
/// <remarks>
/// CloudFront ends each item with an encoded newline, and an item's own '%' is encoded twice. So no item brings a newline of its own, and
/// decoding the whole value gives the same lines as splitting it first and decoding each item.
/// </remarks>
internal static class HeaderLines
{
    /// <summary>Takes the last line's end away, and cookies where asked; returns the new length.</summary>
    public static int Trim(Span<byte> lines, bool withoutCookies)
    {
        var length = withoutCookies ? RemoveCookies(lines) : lines.Length;
        while (length > 0 && lines[length - 1] == '\n')
        {
            length--;
        }

        return length;
    }

    private static int RemoveCookies(Span<byte> lines)
    {
        var kept = 0;
        var start = 0;
        while (start < lines.Length)
        {
            var end = lines[start..].IndexOf((byte)'\n');
            var length = end < 0 ? lines.Length - start : end + 1;
            if (!IsCookie(lines.Slice(start, length)))
            {
                if (kept < start)
                {
                    lines.Slice(start, length).CopyTo(lines[kept..]);
                }

                kept += length;
            }

            start += length;
        }

        return kept;
    }

    private static bool IsCookie(ReadOnlySpan<byte> line) =>
        line.Length >= 6 && (line[0] | 0x20) == 'c' && Ascii.EqualsIgnoreCase(line[..6], "cookie"u8) && (line.Length == 6 || line[6] is (byte)':' or (byte)' ' or (byte)'\n');
}
