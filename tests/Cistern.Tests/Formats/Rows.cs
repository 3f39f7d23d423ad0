using System.Globalization;
using System.Text;
using Cistern.Formats.CloudFront;
using Cistern.Formats.Columns;

namespace Cistern.Tests.Formats;

/// <summary>Rows of a batch as text, so that a test can name what it expects. What the source left out is left out.</summary>
internal static class Rows
{
    public static Dictionary<string, string> Of(ColumnBatch batch, int row)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var column in batch.Columns)
        {
            if (column is MapColumn map)
            {
                AddMap(values, map, row);
            }
            else if (TextOf(column, row) is { Length: > 0 } text)
            {
                values.Add(column.Spec.Name, text);
            }
        }

        return values;
    }

    /// <summary>All rows of a batch, one a line.</summary>
    public static string Dump(ColumnBatch batch)
    {
        var text = new StringBuilder();
        for (var row = 0; row < batch.RowCount; row++)
        {
            text.AppendJoin(' ', Of(batch, row).Select(pair => $"{pair.Key}={pair.Value}")).Append('\n');
        }

        return text.ToString();
    }

    private static void AddMap(Dictionary<string, string> values, MapColumn map, int row)
    {
        var (start, length) = map[row].GetOffsetAndLength(map.EntryCount);
        for (var entry = start; entry < start + length; entry++)
        {
            values.Add($"{map.Spec.Name}[{Encoding.UTF8.GetString(map.Keys[entry])}]", TextOf(map.Values, entry) ?? "");
        }
    }

    private static string? TextOf(Column column, int row) => column switch
    {
        TextColumn text when column.Spec.Name == "request_id" => RequestIdText(text[row]),
        TextColumn text => Encoding.UTF8.GetString(text[row]),
        ValueColumn<byte> values => values[row]?.ToString(CultureInfo.InvariantCulture),
        ValueColumn<int> values => values[row]?.ToString(CultureInfo.InvariantCulture),
        ValueColumn<long> values => values[row]?.ToString(CultureInfo.InvariantCulture),
        ValueColumn<double> values => values[row]?.ToString("R", CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException(column.GetType().Name),
    };

    private static string RequestIdText(ReadOnlySpan<byte> id)
    {
        Span<byte> text = stackalloc byte[512];
        return Encoding.ASCII.GetString(text[..RequestIds.Encode(id, text)]);
    }
}
