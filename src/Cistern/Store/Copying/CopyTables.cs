using System.Globalization;
using System.Text.RegularExpressions;
using Cistern.Formats;
using Cistern.Operations.Settings;
using Cistern.Store.ClickHouse;
using Cistern.Store.ClickHouse.Cluster;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Insert;
using Cistern.Store.ClickHouse.Schema;

namespace Cistern.Store.Copying;

/// <summary>The tables of the target: made if there are none, and refused if they are of another release.</summary>
internal static partial class CopyTables
{
    /// <summary>Makes them ready. What is there is left as the nodes made it, retention too.</summary>
    /// <param name="settings">Of the source: how long tables keep rows that are made now.</param>
    /// <returns>How long the target keeps rows; null for ever.</returns>
    /// <exception cref="ClickHouseException">It does not answer, or refuses.</exception>
    /// <exception cref="InvalidDataException">The tables are of another release.</exception>
    public static async Task<TimeSpan?> PrepareAsync(ClickHouseCluster cluster, ClickHouseAddress address, StoreSettings settings, ILogger logger, CancellationToken cancel)
    {
        var columns = await ColumnsAsync(cluster, address, cancel);
        if (!columns.Any(column => column.Table == ClickHouseSchema.RowsOf(Tables.Requests)))
        {
            await SchemaMaker.MakeAsync(cluster, new ClickHouseSchema(address, settings.RetentionAge, identityWindow: settings.IdentityWindow), logger, cancel);
            columns = await ColumnsAsync(cluster, address, cancel);
        }

        foreach (var table in Tables.All)
        {
            var missing = ClickHouseColumn.Of(table).Select(column => column.Name).FirstOrDefault(name => !columns.Contains((ClickHouseSchema.RowsOf(table), name)));
            if (missing is not null)
            {
                throw new InvalidDataException($"the table {ClickHouseSchema.RowsOf(table)} of {address} has no column {missing}: another release made it; start a node of this release on it once, which brings the tables up to date");
            }
        }

        return await RetentionAsync(cluster, address, cancel);
    }

    private static async Task<HashSet<(string Table, string Column)>> ColumnsAsync(ClickHouseCluster cluster, ClickHouseAddress address, CancellationToken cancel) =>
        [.. (await SelectAsync(cluster, $"SELECT \"table\", name FROM system.columns WHERE database = {ClickHouseSchema.Literal(address.Database)}", cancel)).Select(row => ((string)row[0]!, (string)row[1]!))];

    private static async Task<TimeSpan?> RetentionAsync(ClickHouseCluster cluster, ClickHouseAddress address, CancellationToken cancel)
    {
        var made = await SelectAsync(cluster, $"SELECT create_table_query FROM system.tables WHERE database = {ClickHouseSchema.Literal(address.Database)} AND name = {ClickHouseSchema.Literal(ClickHouseSchema.RowsOf(Tables.Requests))}", cancel);
        return made is [[string text]] && Kept().Match(text) is { Success: true } kept ? TimeSpan.FromSeconds(long.Parse(kept.Groups[1].ValueSpan, CultureInfo.InvariantCulture)) : null;
    }

    // Not in the database, which may not be there yet.
    private static Task<List<object?[]>> SelectAsync(ClickHouseCluster cluster, string sql, CancellationToken cancel) =>
        cluster.ReadAsync(client => new ShardConnection(client.With("system")).SelectAsync(sql, ClickHouseValues.None, cancel));

    [GeneratedRegex(@"\bTTL toDateTime\(time\) \+ toIntervalSecond\((\d+)\)")]
    private static partial Regex Kept();
}
