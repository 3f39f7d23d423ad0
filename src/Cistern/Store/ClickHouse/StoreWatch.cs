using Cistern.Formats;
using Cistern.Store.ClickHouse.Cluster;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Read;
using Cistern.Store.ClickHouse.Schema;

namespace Cistern.Store.ClickHouse;

/// <summary>Looks at how the ClickHouse is, so that health and status pages answer at once.</summary>
internal sealed class StoreWatch(ClickHouseCluster cluster, ClickHouseAddress address, TimeSpan window)
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    private static readonly QueryLimits Limits = new(AnswerTime, 1_000);

    private volatile StoreStatus _status = new();

    public StoreReadiness Readiness => cluster.Report.Readiness;

    /// <summary>What is wrong where, also while a replica makes up for it.</summary>
    public IReadOnlyList<string> Troubles => cluster.Report.Troubles;

    /// <summary>What it held when it was last measured, and how its servers are now.</summary>
    public StoreStatus Status => _status with { Servers = cluster.Report.Servers };

    /// <summary>Asks each server whether it answers and takes inserts.</summary>
    /// <param name="all">Also those that are well as far as is known.</param>
    public Task CheckAsync(bool all, CancellationToken cancel) => cluster.CheckAsync(all, cancel);

    /// <summary>Asks how much it holds.</summary>
    public async Task MeasureAsync(CancellationToken cancel)
    {
        try
        {
            await cluster.RefreshAsync(cancel);
            const string OfTables = "SELECT \"table\", toInt64(count()), toInt64(sum(rows)), toInt64(sum(bytes_on_disk)) FROM {0} WHERE database = {{p1:}} AND active GROUP BY \"table\"";
            var parts = await AskAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, OfTables, Everywhere("parts")), [address.Database], cancel);
            var free = await AskAsync($"SELECT toInt64(min(free_space)) FROM {Everywhere("disks")}", [], cancel);
            var byTable = parts.ToDictionary(row => (string)row[0]!, row => (Parts: (long)row[1]!, Rows: (long)row[2]!, Bytes: (long)row[3]!), StringComparer.Ordinal);
            TableStatus[] tables = [.. Tables.All.Select(table => byTable.GetValueOrDefault(ClickHouseSchema.RowsOf(table)) is var found ? new TableStatus(table.Name, (int)found.Parts, found.Rows, found.Bytes) : null!)];
            _status = new StoreStatus
            {
                Segments = tables.Sum(table => table.Segments),
                SegmentRows = tables.Sum(table => table.Rows),
                SegmentBytes = tables.Sum(table => table.Bytes),
                FreeBytes = free is [[long bytes]] ? bytes : 0,
                OldestRow = await OldestAsync(cancel),
                RepeatWindow = window,
                Tables = tables,
            };
        }
        catch (Exception error) when (error is StoreQueryException or ClickHouseException && !cancel.IsCancellationRequested)
        {
            // The last figures stay; readiness says what is wrong.
        }
    }

    // Parts know their days; times outside of any retention are odd and no beginning.
    private async Task<DateTimeOffset?> OldestAsync(CancellationToken cancel)
    {
        var sql = $"SELECT minOrNull(min_time) FROM {Everywhere("parts")} WHERE database = {{p1:}} AND active AND min_time > toDateTime('2000-01-01 00:00:00')";
        return await AskAsync(sql, [address.Database], cancel) is [[DateTimeOffset oldest]] ? oldest : null;
    }

    // Replicas hold the same rows: one of each shard is asked.
    private string Everywhere(string table) => address.Cluster is { } cluster ? $"cluster({ClickHouseSchema.Literal(cluster)}, system.{table})" : $"system.{table}";

    private async Task<List<object?[]>> AskAsync(string sql, IReadOnlyList<object?> parameters, CancellationToken cancel)
    {
        using var result = await cluster.ReadAsync(client => new QueryRuns(client).RunAsync(new StoreQuery(sql, parameters, [], null, QueryPool.Panels, Limits), cancel));
        return result.ReadRows();
    }
}
