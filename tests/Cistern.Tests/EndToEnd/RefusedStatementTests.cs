using Cistern.Store;
using Cistern.Tests.Ingest;
using Cistern.Tests.Query;

namespace Cistern.Tests.EndToEnd;

/// <summary>What <c>/api/sql</c> refuses on the embedded store, whose SQL is DuckDB's, and that nothing suffers from it.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class RefusedStatementTests(AskedServer asked) : IClassFixture<AskedServer>
{
    // Stand for paths of the running server.
    private const string Segment = "SEGMENT";
    private const string Keys = "KEYS";
    private const string Folder = "FOLDER";

    [Theory]
    [InlineData("INSERT INTO requests (path) VALUES ('/')")]
    [InlineData("UPDATE requests SET path = ''")]
    [InlineData("DELETE FROM requests")]
    [InlineData("DROP VIEW requests")]
    [InlineData("CREATE TABLE t AS SELECT 1")]
    [InlineData("CREATE TEMP TABLE t AS SELECT * FROM requests")]
    [InlineData("CREATE OR REPLACE TEMP VIEW requests AS SELECT 1")]
    [InlineData("COPY (SELECT 1) TO 'SEGMENT'")]
    [InlineData("COPY (SELECT 1) TO 'SEGMENT' (FORMAT parquet, OVERWRITE_OR_IGNORE)")]
    [InlineData("COPY requests TO 'FOLDER/segments/requests/new.parquet'")]
    [InlineData("COPY requests TO '/tmp/cistern-must-not-be-there.csv'")]
    [InlineData("COPY requests FROM 'SEGMENT'")]
    [InlineData("EXPORT DATABASE 'FOLDER/segments'")]
    [InlineData("ATTACH 'SEGMENT' AS other")]
    [InlineData("ATTACH 'FOLDER/segments/new.db' AS other")]
    [InlineData("DETACH memory")]
    [InlineData("SELECT * FROM read_csv('/etc/passwd')")]
    [InlineData("SELECT * FROM read_text('KEYS')")]
    [InlineData("SELECT * FROM read_blob('KEYS')")]
    [InlineData("SELECT * FROM 'KEYS'")]
    [InlineData("SELECT * FROM read_parquet('SEGMENT')")]
    [InlineData("SELECT * FROM 'SEGMENT'")]
    [InlineData("SELECT * FROM glob('FOLDER/*')")]
    [InlineData("SELECT * FROM enable_logging('QueryLog')")]
    [InlineData("CALL enable_logging(storage='file', storage_path='FOLDER/segments')")]
    [InlineData("SELECT * FROM checkpoint()")]
    [InlineData("CHECKPOINT")]
    [InlineData("SELECT * FROM query('SELECT 1')")]
    [InlineData("SELECT * FROM duckdb_settings()")]
    [InlineData("SELECT * FROM cistern_rows(1)")]
    [InlineData("SET memory_limit = '100GB'")]
    [InlineData("SET GLOBAL lock_configuration = false")]
    [InlineData("RESET memory_limit")]
    [InlineData("PRAGMA database_list")]
    [InlineData("PRAGMA memory_limit = '100GB'")]
    [InlineData("INSTALL httpfs")]
    [InlineData("LOAD 'SEGMENT'")]
    [InlineData("SELECT 1; SELECT 2")]
    [InlineData("SELECT 1; COPY (SELECT 1) TO 'SEGMENT'")]
    [InlineData("EXPLAIN ANALYZE SELECT count(*) FROM requests")]
    public async Task A_statement_that_could_do_harm_is_refused_and_does_none(string sql)
    {
        var reply = (await asked.Server.SqlAsync(WithPaths(sql))).Expect(403);

        Assert.Equal("urn:cistern:problem:sql-refused", reply.Type);
        await asked.CheckUnharmedAsync();
    }

    [Theory]
    [InlineData("SELECT * FROM requests", 422, "too-many-rows")]
    [InlineData("SELECT count(*) FROM requests a, requests b WHERE a.time_taken * b.time_taken > 1e9", 504, "timed-out")]
    [InlineData("SELECT count(*) FROM range(100000000000) t(i) WHERE i % 7 = 8", 504, "timed-out")]
    [InlineData("SELECT count(DISTINCT i) FROM range(200000000) t(i)", 422, "out-of-memory")]
    [InlineData("SELECT count(*) FROM range(50000000) a JOIN range(50000000) b ON a.range = b.range + 1", 422, "out-of-memory")]
    [InlineData("SELECT i FROM range(100000000) t(i) ORDER BY md5(i::VARCHAR) OFFSET 99999999", 422, "out-of-memory")]
    [InlineData("SELECT max(n) FROM (SELECT row_number() OVER (ORDER BY md5(i::VARCHAR)) AS n FROM range(100000000) t(i))", 422, "out-of-memory")]
    [InlineData("WITH RECURSIVE t AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM t) SELECT max(i) FROM t", 504, "timed-out")]
    public async Task A_statement_over_a_limit_ends_with_its_name_and_harms_nothing(string sql, int status, string name)
    {
        var reply = (await asked.Server.SqlAsync(sql)).Expect(status);

        Assert.Equal($"urn:cistern:problem:{name}", reply.Type);
        await asked.CheckUnharmedAsync();
    }

    [Fact]
    public async Task A_result_of_just_as_many_rows_as_allowed_is_given() =>
        Assert.Equal(AskedServer.RowsMax, (await asked.Server.RowsAsync($"SELECT path FROM requests LIMIT {AskedServer.RowsMax}")).Length);


    [Theory]
    [InlineData("SELECT * FROM read_text('KEYS')")]
    [InlineData("SELECT * FROM read_csv('/etc/passwd')")]
    [InlineData("SELECT * FROM read_blob('FOLDER/manifest.json')")]
    [InlineData("SELECT * FROM read_blob('FOLDER/segments/../keys.json')")]
    [InlineData("SELECT * FROM read_text('FOLDER/journal/*')")]
    [InlineData("SELECT * FROM glob('FOLDER/*')")]
    [InlineData("COPY (SELECT 1) TO 'SEGMENT'")]
    [InlineData("COPY (SELECT 1) TO 'SEGMENT' (FORMAT parquet)")]
    [InlineData("COPY (SELECT 1) TO 'FOLDER/segments/requests/new.parquet'")]
    [InlineData("COPY (SELECT 1) TO 'FOLDER/new.csv'")]
    [InlineData("EXPORT DATABASE 'FOLDER/segments/export'")]
    [InlineData("ATTACH 'FOLDER/segments/new.db' AS other")]
    [InlineData("ATTACH 'SEGMENT' AS other")]
    [InlineData("CREATE TABLE t AS SELECT 1")]
    [InlineData("CREATE TEMP TABLE t AS SELECT 1")]
    [InlineData("SET memory_limit = '100GB'")]
    [InlineData("SET lock_configuration = false")]
    [InlineData("SET enable_external_access = true")]
    [InlineData("SET allowed_directories = ['/']")]
    [InlineData("PRAGMA enable_profiling")]
    [InlineData("INSTALL httpfs")]
    [InlineData("LOAD httpfs")]
    [InlineData("CALL enable_logging(storage='file', storage_path='FOLDER/segments/logs')")]
    [InlineData("CHECKPOINT")]
    public async Task The_engine_itself_reads_nothing_but_segments_and_writes_nothing(string sql)
    {
        foreach (var pool in new[] { QueryPool.Sql, QueryPool.Panels })
        {
            var query = new StoreQuery(WithPaths(sql), [], [], Range: null, pool, new(TimeSpan.FromSeconds(10), 1_000));
            var failure = await Assert.ThrowsAsync<StoreQueryException>(() => ReadAsync(query));

            Assert.Equal(StoreQueryFault.Invalid, failure.Fault);
            await asked.CheckUnharmedAsync();
        }
    }

    private async Task ReadAsync(StoreQuery query)
    {
        using var result = await asked.Server.Store.QueryAsync(query, CancellationToken.None);
        while (result.Read())
        {
        }
    }

    private string WithPaths(string sql) => sql
        .Replace(Segment, asked.Segment, StringComparison.Ordinal)
        .Replace(Keys, asked.KeyFile, StringComparison.Ordinal)
        .Replace(Folder, asked.Server.Folder, StringComparison.Ordinal);
}

/// <summary>The same of ClickHouse's SQL on the real server; what is refused there has its table in <see cref="Store.ClickHouse.Sql.ClickHouseGuardTests"/>.</summary>
public sealed class RefusedStatementOnClickHouseTests
{
    private static readonly (string Sql, int Status, string Name)[] s_statements =
    [
        ("INSERT INTO requests_rows (path) VALUES ('/')", 403, "sql-refused"),
        ("TRUNCATE TABLE requests_rows", 403, "sql-refused"),
        ("SELECT 1; DROP TABLE requests_rows", 403, "sql-refused"),
        ("SELECT * FROM requests_rows", 403, "sql-refused"),
        ("SELECT * FROM delivery_plans", 403, "sql-refused"),
        ("SELECT * FROM system.users", 403, "sql-refused"),
        ("SELECT * FROM file('/etc/passwd', 'LineAsString')", 403, "sql-refused"),
        ("SELECT * FROM requests SETTINGS max_execution_time = 0", 403, "sql-refused"),
        ("SELECT number FROM numbers(1001)", 422, "too-many-rows"),
        ("SELECT uniqExact(number) FROM numbers(200000000)", 422, "out-of-memory"),
        ("SELECT count() FROM numbers(10000000000) WHERE cityHash64(number) % 7 = 8", 504, "timed-out"),
    ];

    [Fact]
    public async Task A_statement_that_could_do_harm_or_is_over_a_limit_ends_with_its_name_and_harms_nothing()
    {
        await using var server = await RealServer.StartAsync(TestStore.ClickHouse, settings => settings with
        {
            Query = settings.Query with { SqlMemoryBytes = 64 << 20, SqlTimeout = AskedServer.SqlTimeout, MaxRows = AskedServer.RowsMax },
        });
        foreach (var (place, (sql, status, name)) in s_statements.Index())
        {
            await server.DeliverAsync($"delivery {place}", $"1760000000.{place:000}\t203.0.113.7\t200\t1\tGET\texample.com\t/\t0.1\tcurl\t-\t-\n");

            var reply = await server.SqlAsync(sql);

            Assert.Equal((sql, status, $"urn:cistern:problem:{name}"), (sql, reply.Status, reply.Type));
            Assert.Equal([$"[{place + 1}]"], (await server.AskAsync("""{"from":"2025-10-09T00:00:00Z","to":"2025-10-10T00:00:00Z","measures":["requests"]}""")).Expect(200).Rows);
            Assert.Equal(place + 1, await server.CountAsync("SELECT count(*) FROM requests"));
        }
    }
}
