using System.Globalization;
using System.Text.RegularExpressions;
using Cistern.Formats;
using Cistern.Store.ClickHouse;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Read;
using Cistern.Store.ClickHouse.Schema;

namespace Cistern.Store.Copying;

/// <summary>The tables of the target: made if there are none, and refused if they are of another release.</summary>
internal static partial class CopyTables
{
    private static readonly Dictionary<string, string> Settings = new(StringComparer.Ordinal) { ["default_format"] = "RowBinaryWithNamesAndTypes" };
    private static readonly Dictionary<string, string> None = [];

    /// <summary>Makes them ready. What is there is left as the nodes made it, retention too.</summary>
    /// <param name="retention">Of tables that are made now.</param>
    /// <returns>How long the target keeps rows; null for ever.</returns>
    /// <exception cref="ClickHouseException">It does not answer, or refuses.</exception>
    /// <exception cref="InvalidDataException">The tables are of another release.</exception>
    public static async Task<TimeSpan?> PrepareAsync(ClickHouseClient client, ClickHouseAddress address, TimeSpan retention, TimeProvider time, ILogger logger, CancellationToken cancel)
    {
        if ((await ColumnsAsync(client, address, cancel)).Count == 0)
        {
            await SchemaMaker.MakeAsync(client, address, retention, time, logger, cancel);
        }

        var columns = await ColumnsAsync(client, address, cancel);
        foreach (var table in Tables.All)
        {
            var missing = ClickHouseColumn.Of(table).Select(column => column.Name).FirstOrDefault(name => !columns.Contains((ClickHouseSchema.RowsOf(table), name)));
            if (missing is not null)
            {
                throw new InvalidDataException($"the table {ClickHouseSchema.RowsOf(table)} of {address} has no column {missing}: another release made it; start a node of this release on it once, which brings the tables up to date");
            }
        }

        return await RetentionAsync(client, address, cancel);
    }

    private static async Task<HashSet<(string Table, string Column)>> ColumnsAsync(ClickHouseClient client, ClickHouseAddress address, CancellationToken cancel) =>
        [.. (await SelectAsync(client, $"SELECT \"table\", name FROM system.columns WHERE database = {ClickHouseSchema.Literal(address.Database)}", cancel)).Select(row => ((string)row[0]!, (string)row[1]!))];

    private static async Task<TimeSpan?> RetentionAsync(ClickHouseClient client, ClickHouseAddress address, CancellationToken cancel)
    {
        var made = await SelectAsync(client, $"SELECT create_table_query FROM system.tables WHERE database = {ClickHouseSchema.Literal(address.Database)} AND name = {ClickHouseSchema.Literal(ClickHouseSchema.RowsOf(Tables.Requests))}", cancel);
        return made is [[string text]] && Kept().Match(text) is { Success: true } kept ? TimeSpan.FromSeconds(long.Parse(kept.Groups[1].ValueSpan, CultureInfo.InvariantCulture)) : null;
    }

    private static async Task<List<object?[]>> SelectAsync(ClickHouseClient client, string sql, CancellationToken cancel)
    {
        using var answer = await client.With("default").SelectAsync(sql, None, Settings, cancel);
        using var result = await ClickHouseResult.OpenAsync(answer, 100_000, 0, cancel);
        var rows = new List<object?[]>();
        while (result.Read())
        {
            rows.Add([.. Enumerable.Range(0, result.Columns.Count).Select(column => result[column])]);
        }

        return rows;
    }

    [GeneratedRegex(@"\bTTL toDateTime\(time\) \+ toIntervalSecond\((\d+)\)")]
    private static partial Regex Kept();
}
