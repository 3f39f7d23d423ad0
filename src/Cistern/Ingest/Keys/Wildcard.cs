namespace Cistern.Ingest.Keys;

/// <summary>Patterns in which <c>*</c> stands for any characters, also none.</summary>
internal static class Wildcard
{
    /// <remarks>On a mismatch only the last <c>*</c> takes one character more, so that no pattern costs more than the product of the lengths.</remarks>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        int at = 0, place = 0, star = -1, resume = 0;
        while (place < text.Length)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                (star, resume) = (at++, place);
            }
            else if (at < pattern.Length && pattern[at] == text[place])
            {
                at++;
                place++;
            }
            else if (star >= 0)
            {
                (at, place) = (star + 1, ++resume);
            }
            else
            {
                return false;
            }
        }

        return pattern[at..].TrimStart('*').IsEmpty;
    }
}
