namespace Cistern.Enrich.Naming;

/// <summary>The model that Android's browsers name: there are telephones called Spider, XBot and Gemini.</summary>
internal static class DeviceName
{
    private static ReadOnlySpan<byte> System => "android"u8;

    /// <summary>Covers the model up: the segment behind <c>Android 13;</c>, and behind the language and the architecture if these are there.</summary>
    /// <param name="text">Lower case.</param>
    public static void Cover(Span<byte> text)
    {
        var place = text.IndexOf(System);
        if (place < 0 || !TryNextSegment(text, ref place))
        {
            return;
        }

        while (IsLanguage(SegmentAt(text, place)) || SegmentAt(text, place).SequenceEqual("arm_64"u8))
        {
            if (!TryNextSegment(text, ref place))
            {
                return;
            }
        }

        SegmentAt(text, place).Fill((byte)' ');
    }

    private static bool TryNextSegment(ReadOnlySpan<byte> text, ref int place)
    {
        var end = text[place..].IndexOfAny((byte)';', (byte)')');
        if (end < 0 || text[place + end] == ')')
        {
            return false;
        }

        place += end + 1;
        while (place < text.Length && text[place] == ' ')
        {
            place++;
        }

        return place < text.Length;
    }

    private static Span<byte> SegmentAt(Span<byte> text, int place)
    {
        var end = text[place..].IndexOfAny((byte)';', (byte)')');
        return end < 0 ? text[place..] : text.Slice(place, end);
    }

    // 'en-us', 'de_de'.
    private static bool IsLanguage(ReadOnlySpan<byte> segment) =>
        segment.Length == 5 && segment[2] is (byte)'-' or (byte)'_' && char.IsAsciiLetter((char)segment[0]) && char.IsAsciiLetter((char)segment[3]);
}
