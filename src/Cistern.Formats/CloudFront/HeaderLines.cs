namespace Cistern.Formats.CloudFront;

/// <summary>The fields <c>cs-headers</c> and <c>cs-header-names</c>: items ended by an encoded newline, split before they are decoded.</summary>
internal sealed class HeaderLines
{
    private readonly TextScratch _item = new();
    private byte[] _lines = new byte[1024];

    /// <summary>The items, decoded, one a line; valid until the next call.</summary>
    public ReadOnlySpan<byte> Read(ReadOnlySpan<byte> value, bool withoutCookies, ValueEncoding encoding)
    {
        var length = 0;
        while (!value.IsEmpty)
        {
            var item = _item.Read(TakeItem(ref value), encoding);
            if (!item.IsEmpty && !(withoutCookies && IsCookie(item)))
            {
                length = Append(item, length);
            }
        }

        return _lines.AsSpan(0, length);
    }

    private static ReadOnlySpan<byte> TakeItem(ref ReadOnlySpan<byte> rest)
    {
        for (var start = 0; start < rest.Length; start++)
        {
            var escape = rest[start..].IndexOf("%0"u8);
            if (escape < 0)
            {
                break;
            }

            start += escape;
            if (start + 2 < rest.Length && (rest[start + 2] | 0x20) == 'a')
            {
                var item = rest[..start];
                rest = rest[(start + 3)..];
                return item;
            }
        }

        var last = rest;
        rest = default;
        return last;
    }

    private static bool IsCookie(ReadOnlySpan<byte> item) =>
        item.Length >= 6 && System.Text.Ascii.EqualsIgnoreCase(item[..6], "cookie"u8) && (item.Length == 6 || item[6] is (byte)':' or (byte)' ');

    private int Append(ReadOnlySpan<byte> item, int length)
    {
        if (_lines.Length < length + item.Length + 1)
        {
            Array.Resize(ref _lines, Math.Max(_lines.Length * 2, length + item.Length + 1));
        }

        if (length > 0)
        {
            _lines[length++] = (byte)'\n';
        }

        item.CopyTo(_lines.AsSpan(length));
        return length + item.Length;
    }
}
