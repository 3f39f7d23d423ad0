using Cistern.Store;
using Cistern.Tests.Store;

namespace Cistern.Tests.WholeProgram;

/// <summary>What a user's statement may not do, on the real store; and that nothing of it harms anyone else.</summary>
public sealed class SqlOnTheStoreTests
{
    private static readonly DateTimeOffset s_time = DateTimeOffset.UtcNow.AddMinutes(-10);
    private static readonly (string, string) s_fields = ("X-Amz-Firehose-Common-Attributes", $$$"""{"commonAttributes":{"cloudfront-fields":"{{{TestDeliveries.Fields}}}"}}""");

    [Fact]
    public async Task After_each_refusal_deliveries_panels_and_statements_go_on_and_segments_are_untouched()
    {
        await using var server = await RunningServer.StartAsync();
        await server.DeliverAsync("first", TestDeliveries.Envelope("first", TestDeliveries.Line(s_time, "first")), s_fields);
        await server.RestartAsync(); // A stop seals.
        var segment = Assert.Single(Directory.GetFiles(Path.Combine(server.Folder, "segments", "requests")));
        var bytes = await File.ReadAllBytesAsync(segment);
        var number = 0;
        foreach (var sql in Refused(segment, Path.Combine(server.Folder, "keys.json")))
        {
            var (status, body) = await server.AskAsync(sql);
            Assert.True(status is 403 or 400, $"{sql}: {status} {body}");
            Assert.Contains("\"detail\":", body, StringComparison.Ordinal);

            var id = $"after-{number++}";
            Assert.Equal(200, await server.DeliverAsync(id, TestDeliveries.Envelope(id, TestDeliveries.Line(s_time, id)), s_fields));
            Assert.Equal(number + 1, await server.NumberAsync("SELECT count(*) FROM requests"));
            Assert.Equal(200, (await server.QueryAsync("""{"signal":"requests","from":"-1h","measures":["requests"]}""")).Status);
        }

        Assert.Equal(bytes, await File.ReadAllBytesAsync(segment));
    }

    [Theory]
    [InlineData("SELECT * FROM range(200000)", 422)]
    [InlineData("SELECT count(*) FROM range(1000000) a, range(1000000) b", 504)]
    [InlineData("SELECT count(DISTINCT i) FROM range(200000000) t(i)", 422, 504)]
    public async Task A_result_a_time_or_a_memory_over_the_limit_is_refused_and_harms_nobody(string sql, params int[] expected)
    {
        await using var server = await RunningServer.StartAsync(settings => settings with
        {
            Query = new() { SqlTimeout = TimeSpan.FromSeconds(6), SqlMemoryBytes = 64 << 20, SpillBytes = 64 << 20 },
        });

        var (status, body) = await server.AskAsync(sql);

        Assert.True(expected.Contains(status), $"{status}: {body}");
        Assert.Equal(200, await server.DeliverAsync("after", TestDeliveries.Envelope("after", TestDeliveries.Line(s_time, "after")), s_fields));
        Assert.Equal(1, await server.NumberAsync("SELECT count(*) FROM requests"));
    }

    [Fact]
    public async Task A_panel_that_exhausts_its_memory_harms_neither_deliveries_nor_statements()
    {
        await using var server = await RunningServer.StartAsync(settings => settings with { Query = new() { PanelMemoryBytes = 32 << 20, SpillBytes = 1 << 20 } });
        var padding = new string('p', 3_000);
        for (var delivery = 0; delivery < 10; delivery++)
        {
            var id = $"d{delivery}";
            await server.DeliverAsync(id, TestDeliveries.Envelope(id, Enumerable.Range(0, 2_000).Select(row => TestDeliveries.Line(s_time, $"{id}-{row}", $"/{id}/{row}/{padding}"))), s_fields);
        }

        var (status, body) = await server.QueryAsync("""{"signal":"requests","from":"-1h","measures":["requests"],"by":["path","query","user_agent"],"order":"-requests","limit":10000}""");

        Assert.True(status == 422 && body.Contains("memory", StringComparison.Ordinal), $"{status}: {body[..Math.Min(body.Length, 500)]}");
        Assert.Equal(200, await server.DeliverAsync("after", TestDeliveries.Envelope("after", TestDeliveries.Line(s_time, "after")), s_fields));
        Assert.Equal(20_001, await server.NumberAsync("SELECT count(*) FROM requests"));
        Assert.Equal(200, (await server.QueryAsync("""{"signal":"requests","from":"-1h","measures":["requests"]}""")).Status);
    }

    // Behind the allow-list: even a statement that reaches the engine reads nothing but segments, and changes nothing.
    [Theory]
    [InlineData("SELECT * FROM read_text('{0}/keys.json')")]
    [InlineData("SELECT * FROM read_csv('/etc/passwd')")]
    [InlineData("SET memory_limit = '10GB'")]
    [InlineData("COPY (SELECT 1) TO '{0}/out.csv'")]
    [InlineData("COPY (SELECT 1) TO '{0}/segments/requests/out.csv'")]
    [InlineData("INSTALL httpfs")]
    [InlineData("ATTACH '{0}/x.db'")]
    public async Task The_engine_itself_is_confined(string sql)
    {
        await using var server = await RunningServer.StartAsync();
        var query = new StoreQuery(
            sql.Replace("{0}", server.Folder, StringComparison.Ordinal), [], [], null, QueryPool.Sql, new QueryLimits(TimeSpan.FromSeconds(10), 10));

        var error = await Assert.ThrowsAsync<StoreQueryException>(async () =>
        {
            using var result = await server.Store.QueryAsync(query, CancellationToken.None);
            result.Read();
        });

        Assert.Equal(StoreQueryFault.Invalid, error.Fault);
        Assert.Empty(Directory.GetFiles(server.Folder, "out.csv", SearchOption.AllDirectories));
    }

    private static IEnumerable<string> Refused(string segment, string keys) =>
    [
        "INSERT INTO requests SELECT * FROM requests", "DELETE FROM requests", "UPDATE requests SET status = 1", "DROP VIEW requests",
        "COPY (SELECT 1) TO '/tmp/cistern-out.csv'", $"COPY (SELECT 1 AS a) TO '{segment}' (FORMAT parquet)", $"ATTACH '{segment}' AS other",
        "SELECT * FROM read_csv('/etc/passwd')", $"SELECT * FROM read_text('{keys}')", $"SELECT * FROM read_parquet('{segment}')", $"FROM '{segment}'",
        "SELECT * FROM enable_logging('QueryLog')", "SELECT * FROM checkpoint()", "SELECT * FROM query('SELECT 1')", "SELECT * FROM duckdb_settings()", "SET threads = 1",
        "PRAGMA database_list", "CREATE TEMP TABLE t AS SELECT 1", "CREATE TEMP VIEW v AS SELECT 1", "SELECT 1; SELECT 2", "EXPLAIN ANALYZE SELECT 1", "CALL pragma_version()",
        "PREPARE p AS SELECT 1", "SELECT getenv('HOME')", "SELECT current_setting('memory_limit')", "SELECT * FROM glob('/etc/*')", "SELECT nothing FROM requests",
    ];
}
