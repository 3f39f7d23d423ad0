using System.Globalization;
using System.Text.Json;
using Cistern.Tests.Query;

namespace Cistern.Tests.EndToEnd;

/// <summary>Rows of <c>requests</c> as a test writes them out, beside those that the server gives.</summary>
/// <remarks>
/// A line is a column and its value; columns that are not named hold nothing (the empty text, NULL or the empty map). A further row stands after an empty line:
/// <c>as above, but</c> and what differs, <c>(nothing)</c> for what is no longer there. <c>⏎</c> stands for a newline.
/// </remarks>
internal static class ExpectedRows
{
    private const string Again = "as above, but";
    private const string Nothing = "(nothing)";

    // What the delivery gives to its rows; tests of deliveries are about it.
    private static readonly string[] OfDelivery = ["received", "delivery_id", "stream"];

    // What the rules add, which change with their files; tests of the rules are about it.
    private static readonly IReadOnlyList<string> OfRules = Cistern.Enrich.Enricher.Columns;

    /// <summary>Checks that the server holds these rows and no others, in every column, and that <c>/api/rows</c> and <c>/api/sql</c> say the same.</summary>
    public static async Task CheckAsync(RealServer server, string table)
    {
        var stored = (await server.SqlAsync("SELECT * FROM requests")).Expect(200);
        var page = (await server.GetAsync($"/api/rows?signal=requests&from=2000-01-01T00:00:00Z&to=now&columns={string.Join(',', stored.Columns)}")).Expect(200);

        var expected = Read(table);
        Assert.Equal(expected, Texts(stored));
        Assert.Equal(expected, Texts(page));
    }

    private static List<string> Read(string table)
    {
        List<string> rows = [];
        SortedDictionary<string, string> row = new(StringComparer.Ordinal);
        foreach (var line in table.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line == Again)
            {
                rows.Add(Text(row));
                continue;
            }

            var end = line.IndexOf(' ', StringComparison.Ordinal);
            Set(row, line[..end], line[end..].TrimStart());
        }

        rows.Add(Text(row));
        return Sorted(rows);
    }

    private static void Set(SortedDictionary<string, string> row, string column, string value)
    {
        if (value == Nothing)
        {
            row.Remove(column);
        }
        else
        {
            row[column] = value;
        }
    }

    private static List<string> Texts(Reply reply)
    {
        var columns = reply.Columns;
        return Sorted([.. reply.Json.GetProperty("rows").EnumerateArray().Select(row => Text(Values(columns, row)))]);
    }

    private static SortedDictionary<string, string> Values(string[] columns, JsonElement row)
    {
        SortedDictionary<string, string> values = new(StringComparer.Ordinal);
        foreach (var (column, value) in columns.Zip(row.EnumerateArray()))
        {
            var text = value.ValueKind == JsonValueKind.String ? value.GetString()!.Replace('\n', '⏎') : Shortest(value.GetRawText());
            if (!OfDelivery.Contains(column) && !OfRules.Contains(column) && text is not ("" or "null" or "{}"))
            {
                values[column] = text;
            }
        }

        return values;
    }

    // A double that is whole may be written with or without its fraction.
    private static string Shortest(string json) =>
        double.TryParse(json, CultureInfo.InvariantCulture, out var number) ? number.ToString("R", CultureInfo.InvariantCulture) : json;

    private static string Text(SortedDictionary<string, string> row) => string.Join('\n', row.Select(value => $"{value.Key} {value.Value}"));

    private static List<string> Sorted(List<string> rows)
    {
        rows.Sort(StringComparer.Ordinal);
        return rows;
    }
}
