using Cistern.Formats;
using Cistern.Store.ClickHouse;
using Cistern.Store.ClickHouse.Cluster;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Schema;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cistern.Tests.Store.ClickHouse.Schema;

/// <summary>Tables are made and changed by nodes that start, several at once, in ClickHouse's own engine.</summary>
public sealed class ClickHouseSchemaTests(ClickHouseEngine engine) : IClassFixture<ClickHouseEngine>
{
    private static readonly ClickHouseAddress Cluster = ClickHouseAddress.TryParse("clickhouse://ch-1,ch-2/aside?cluster=main", out var address, out _) ? address : throw new InvalidOperationException();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Several_nodes_may_start_at_once()
    {
        var bench = new CommitBench(engine, "at_once");

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => StartAsync(bench, TimeSpan.FromDays(14_000))));

        Assert.Empty(await MissingAsync(bench, TimeSpan.FromDays(14_000)));
        await bench.CommitAsync(CommitBench.Delivery("at-once"));
        await bench.AssertWholeAsync("at-once");
    }

    [Fact]
    public async Task A_retention_that_changes_is_a_change_of_each_table_and_takes_rows_away()
    {
        var bench = new CommitBench(engine, "retention");
        await StartAsync(bench, TimeSpan.Zero);
        await bench.CommitAsync(CommitBench.Delivery("old", "old", DateTimeOffset.UtcNow.AddDays(-100)));
        Assert.Equal(1L, await bench.CountAsync("rejects_rows", "old"));

        var missing = await MissingAsync(bench, TimeSpan.FromDays(50));
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => StartAsync(bench, TimeSpan.FromDays(50))));
        await bench.RunAsync("OPTIMIZE TABLE rejects_rows FINAL");

        Assert.Equal(Tables.All.Count, missing.Count);
        Assert.Empty(await MissingAsync(bench, TimeSpan.FromDays(50)));
        for (var look = 0; look < 200 && await bench.CountAsync("rejects_rows", "old") > 0; look++)
        {
            await Task.Delay(100, Cancel);
        }

        Assert.Equal(0L, await bench.CountAsync("rejects_rows", "old"));
        await StartAsync(bench, TimeSpan.Zero);
        Assert.Empty(await MissingAsync(bench, TimeSpan.Zero));
    }

    /// <summary>A time behind those that a DateTime holds is no time of long ago.</summary>
    [Fact]
    public async Task A_row_of_the_far_future_does_not_expire_at_once()
    {
        var bench = new CommitBench(engine, "far");
        await StartAsync(bench, TimeSpan.FromDays(30));

        await bench.RunAsync("INSERT INTO metrics_rows (time, received, delivery_id) VALUES ('2250-01-01 00:00:00', now64(6), 'far'), ('2110-01-01 00:00:00', now64(6), 'far'), (now64(6), now64(6), 'far')");
        await bench.RunAsync("OPTIMIZE TABLE metrics_rows FINAL");

        Assert.Equal(3L, await bench.CountAsync("metrics_rows", "far"));
    }

    [Fact]
    public async Task Columns_of_a_later_release_are_added_and_the_view_shows_them()
    {
        var bench = new CommitBench(engine, "columns");
        await StartAsync(bench, TimeSpan.Zero);
        await bench.RunAsync("ALTER TABLE deliveries_rows DROP INDEX positions, DROP COLUMN position");
        await bench.RunAsync("CREATE OR REPLACE VIEW deliveries AS SELECT time FROM deliveries_rows");

        var missing = await MissingAsync(bench, TimeSpan.Zero);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => StartAsync(bench, TimeSpan.Zero)));
        await bench.CommitAsync(CommitBench.Delivery("columns", "columns"));

        // The column, the index over it in two steps, and the view.
        Assert.Equal(4, missing.Count);
        Assert.NotNull((await bench.SelectAsync("SELECT position FROM deliveries WHERE delivery_id = 'columns'"))[0][0]);
    }

    [Fact]
    public async Task Identities_go_when_the_window_is_past()
    {
        var bench = new CommitBench(engine, "window");
        await StartAsync(bench, TimeSpan.Zero);

        await bench.RunAsync("INSERT INTO row_identities (identity, received, delivery_id, stream) VALUES (1, now64(6) - INTERVAL 4 HOUR, 'old', ''), (2, now64(6) - INTERVAL 50 MINUTE, 'new', '')");
        await bench.RunAsync("OPTIMIZE TABLE row_identities FINAL");

        await WaitAsync(async () => await bench.CountAsync("row_identities", "old") == 0);
        Assert.Equal(1L, await bench.CountAsync("row_identities", "new"));
    }

    /// <summary>What a former release made: no index of positions, one of messages as they are, and identities of 8 days in marks of 512 in blocks of the usual size.</summary>
    [Fact]
    public async Task Indexes_and_blocks_of_a_later_release_come_to_tables_that_are_there()
    {
        var bench = new CommitBench(engine, "indexes");
        await StartAsync(bench, TimeSpan.Zero);
        await bench.CommitAsync(CommitBench.Delivery("before", "before"));
        await bench.RunAsync("ALTER TABLE deliveries_rows DROP INDEX positions");
        await bench.RunAsync("ALTER TABLE logs_rows DROP INDEX small_words, ADD INDEX words message TYPE ngrambf_v1(4, 32768, 3, 0)");
        await bench.RunAsync("ALTER TABLE row_identities RESET SETTING min_compress_block_size");
        await bench.RunAsync("ALTER TABLE row_identities MODIFY TTL toDateTime(received) + INTERVAL 8 DAY");

        var missing = await MissingAsync(bench, TimeSpan.Zero);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => StartAsync(bench, TimeSpan.Zero)));

        Assert.Equal(["ADD INDEX IF NOT EXISTS small_words", "DROP INDEX IF EXISTS words", "ADD INDEX IF NOT EXISTS positions", "MATERIALIZE INDEX positions", "MODIFY SETTING min_compress_block_size", "MODIFY TTL toDateTime(received) + toIntervalSecond(7200) SETTINGS materialize_ttl_after_modify"], missing.Select(Change));
        Assert.Empty(await MissingAsync(bench, TimeSpan.Zero));
        await WaitAsync(async () => (await bench.SelectAsync("SELECT count() FROM system.mutations WHERE database = 'indexes' AND NOT is_done"))[0][0] is 0L);
        var explained = string.Join('\n', (await bench.SelectAsync("EXPLAIN indexes = 1 SELECT stream FROM deliveries WHERE position > 9000000000000000")).Select(line => line[0]));
        Assert.Matches(@"Name: positions[^/]*Parts: 0/1", explained);
        await bench.CommitAsync(CommitBench.Delivery("after", "after"));
        await bench.AssertWholeAsync("after");
    }

    [Fact]
    public void In_a_cluster_every_table_names_its_path_and_each_statement_runs_on_every_server()
    {
        var statements = new ClickHouseSchema(Cluster, TimeSpan.FromDays(1)).Statements().ToArray();

        Assert.All(statements, statement => Assert.Contains(" ON CLUSTER `main`", statement, StringComparison.Ordinal));
        foreach (var table in Tables.All.Select(ClickHouseSchema.RowsOf).Append(ClickHouseSchema.Identities).Append(ClickHouseSchema.Plans))
        {
            var made = Assert.Single(statements, statement => statement.StartsWith($"CREATE TABLE IF NOT EXISTS `aside`.`{table}` ", StringComparison.Ordinal));
            Assert.Contains($"ENGINE = ReplicatedMergeTree('/clickhouse/tables/{{shard}}/aside/{table}', '{{replica}}')", made, StringComparison.Ordinal);
            Assert.Contains("fsync_after_insert = 1, fsync_part_directory = 1", made, StringComparison.Ordinal);
            Assert.Contains("replicated_deduplication_window = 220000", made, StringComparison.Ordinal);
        }

        Assert.Contains(statements, statement => statement.EndsWith("`requests_all` ON CLUSTER `main` AS `aside`.`requests_rows` ENGINE = Distributed('main', 'aside', 'requests_rows')", StringComparison.Ordinal));
    }

    // What is changed, without the table and the rest of the statement.
    private static string Change(string statement) => string.Join(' ', statement.Split(' ').SkipWhile(word => word is not ("ADD" or "DROP" or "MATERIALIZE" or "MODIFY")).TakeWhile(word => word is not ("position" or "lower(message)" or "=")));

    private static async Task WaitAsync(Func<Task<bool>> isSo)
    {
        for (var look = 0; look < 600 && !await isSo(); look++)
        {
            await Task.Delay(100, Cancel);
        }

        Assert.True(await isSo());
    }

    private static async Task StartAsync(CommitBench bench, TimeSpan retention)
    {
        using var http = new HttpMessageInvoker(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(5)));
        var cluster = await ClickHouseCluster.OpenAsync(http, bench.Address, CommitBench.Identity, TimeSpan.FromHours(1), TimeProvider.System, Cancel);
        await SchemaMaker.MakeAsync(cluster, new ClickHouseSchema(bench.Address, retention), NullLogger.Instance, Cancel);
    }

    private static async Task<List<string>> MissingAsync(CommitBench bench, TimeSpan retention)
    {
        var tables = await bench.SelectAsync($"SELECT name, engine_full, create_table_query, comment FROM system.tables WHERE database = '{bench.Address.Database}'");
        var columns = await bench.SelectAsync($"SELECT \"table\", name FROM system.columns WHERE database = '{bench.Address.Database}'");
        var there = new ExistingTables(true, tables.ToDictionary(row => (string)row[0]!, row => new ExistingTable((string)row[1]!, (string)row[2]!, (string)row[3]!)), columns.Select(row => ((string)row[0]!, (string)row[1]!)).ToHashSet());
        return [.. new ClickHouseSchema(bench.Address, retention).Missing(there)];
    }
}
