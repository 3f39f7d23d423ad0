namespace Cistern.Operations;

/// <summary>Finds the name that was probably meant, for "did you mean" in refusals.</summary>
internal static class Nearest
{
    // Two edits repair most slips of the hand; with three, short names begin to match anything.
    private const int EditsMax = 2;

    // Longer texts are not misspelt names, and the table below grows with the square.
    private const int LengthMax = 64;

    /// <summary>A sentence part such as <c>; did you mean 'status'?</c>, or the fallback if nothing is near.</summary>
    public static string Hint(string wrong, IEnumerable<string> names, string fallback = "") =>
        Find(wrong, names) is { } near ? $"; did you mean '{near}'?" : fallback;

    public static string? Find(string wrong, IEnumerable<string> names)
    {
        if (wrong.Length is 0 or > LengthMax)
        {
            return null;
        }

        var (near, edits) = names
            .Select(name => (Name: name, Edits: Edits(wrong.ToLowerInvariant(), name)))
            .OrderBy(candidate => candidate.Edits).ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .FirstOrDefault((Name: "", Edits: int.MaxValue));
        return edits <= Math.Min(EditsMax, wrong.Length - 1) ? near : null;
    }

    // Levenshtein's distance, in which two neighbours that changed places are one edit, as the most common slip of the hand.
    private static int Edits(string left, string right)
    {
        var table = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            for (var j = 0; j <= right.Length; j++)
            {
                table[i, j] = i == 0 || j == 0 ? i + j : Fewest(left, right, table, i, j);
            }
        }

        return table[left.Length, right.Length];
    }

    private static int Fewest(string left, string right, int[,] table, int i, int j)
    {
        var replaced = table[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
        var edits = Math.Min(replaced, Math.Min(table[i - 1, j], table[i, j - 1]) + 1);
        var swapped = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
        return swapped ? Math.Min(edits, table[i - 2, j - 2] + 1) : edits;
    }
}
