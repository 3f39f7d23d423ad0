namespace Cistern.Query;

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

    // Levenshtein's distance, one row of the table at a time.
    private static int Edits(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[right.Length];
    }
}
