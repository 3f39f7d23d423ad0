using System.Globalization;
using System.Text;

namespace Cistern.Store;

/// <summary>Ascending row numbers as text: runs as in <c>0-99 120</c>.</summary>
internal static class RowRuns
{
    public static string Write(ReadOnlySpan<int> rows)
    {
        var text = new StringBuilder();
        for (var start = 0; start < rows.Length;)
        {
            var end = start;
            while (end + 1 < rows.Length && rows[end + 1] == rows[end] + 1)
            {
                end++;
            }

            text.Append(text.Length == 0 ? "" : " ").Append(CultureInfo.InvariantCulture, $"{rows[start]}");
            if (end > start)
            {
                text.Append(CultureInfo.InvariantCulture, $"-{rows[end]}");
            }

            start = end + 1;
        }

        return text.ToString();
    }

    /// <summary>The rows below <paramref name="rowCount"/> that the text does not name.</summary>
    /// <exception cref="FormatException">The text is not runs.</exception>
    public static int[] Others(string runs, int rowCount)
    {
        var others = new List<int>(rowCount);
        var next = 0;
        foreach (var run in runs.AsSpan().Split(' '))
        {
            var text = runs.AsSpan()[run];
            var dash = text.IndexOf('-');
            var first = int.Parse(dash < 0 ? text : text[..dash], NumberStyles.None, CultureInfo.InvariantCulture);
            var last = dash < 0 ? first : int.Parse(text[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture);
            others.AddRange(Enumerable.Range(next, Math.Max(0, Math.Min(first, rowCount) - next)));
            next = last + 1;
        }

        others.AddRange(Enumerable.Range(next, Math.Max(0, rowCount - next)));
        return [.. others];
    }
}
