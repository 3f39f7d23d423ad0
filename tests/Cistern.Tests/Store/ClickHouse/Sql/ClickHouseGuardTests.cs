using Cistern.Store;
using Cistern.Tests.Query;

namespace Cistern.Tests.Store.ClickHouse.Sql;

/// <summary>Which statements of users may run in ClickHouse, judged by its own parser.</summary>
public sealed class ClickHouseGuardTests : IAsyncLifetime
{
    private ClickHouseTables _tables = null!;

    public async ValueTask InitializeAsync() => _tables = await SharedClickHouse.TakeAsync();

    [Theory]
    [InlineData("SELECT 1", "")]
    [InlineData("select count(*) from requests;", "requests")]
    [InlineData("SELECT path, count() AS n FROM requests GROUP BY ALL ORDER BY n DESC LIMIT 10 OFFSET 5", "requests")]
    [InlineData("SELECT * FROM requests r JOIN `deliveries` d USING (delivery_id) LEFT JOIN rejects AS x ON x.delivery_id = d.delivery_id", "deliveries,rejects,requests")]
    [InlineData("WITH a AS (SELECT * FROM requests), b AS (SELECT * FROM a) SELECT * FROM b UNION ALL SELECT * FROM a", "requests")]
    [InlineData("WITH RECURSIVE a AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM a WHERE n < 5) SELECT * FROM a", "")]
    [InlineData("WITH 5 AS least SELECT path FROM requests WHERE status > least", "requests")]
    [InlineData("SELECT (SELECT count() FROM logs), (WITH c AS (SELECT 2 AS two) SELECT two FROM c)", "logs")]
    [InlineData("SELECT number FROM numbers(10) UNION DISTINCT SELECT generate_series FROM generate_series(1, 3)", "")]
    [InlineData("SELECT arrayJoin(splitByChar('/', path)) AS part FROM requests", "requests")]
    [InlineData("SELECT path, part FROM requests ARRAY JOIN splitByChar('/', path) AS part", "requests")]
    [InlineData("SELECT toStartOfHour(time) h, quantileTDigest(0.95)(time_taken), countIf(status >= 500), count(*) FILTER (WHERE status = 404) FROM requests GROUP BY h HAVING count() > 1", "requests")]
    [InlineData("SELECT path, row_number() OVER (PARTITION BY host ORDER BY time ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS n FROM requests QUALIFY n = 1", "requests")]
    [InlineData("SELECT sum(bytes_sent) OVER w, lagInFrame(status, 1, 0) OVER w FROM requests WINDOW w AS (ORDER BY time)", "requests")]
    [InlineData("SELECT CASE WHEN status = 200 THEN 'ok' ELSE 'not' END, status BETWEEN 1 AND 2, status IN (1, 2), path LIKE '/a%', path ILIKE 'B', NOT TRUE, status IS NULL FROM requests", "requests")]
    [InlineData("SELECT CAST(status AS VARCHAR), status::Nullable(Decimal(10, 2)), accurateCastOrNull(path, 'Float64'), [1]::Array(Int32), CAST(time, 'DateTime64(3, \\'Europe/Berlin\\')'), DATE '2026-11-20', INTERVAL 1 DAY FROM requests", "requests")]
    [InlineData("SELECT * EXCEPT (path) REPLACE (upper(host) AS host), COLUMNS('^x_') FROM requests", "requests")]
    [InlineData("SELECT r.* FROM requests AS r WHERE EXISTS (SELECT 1 FROM rejects WHERE stream = 'x') AND host IN (SELECT stream FROM deliveries)", "deliveries,rejects,requests")]
    [InlineData("WITH hosts AS (SELECT host FROM requests) SELECT count() FROM requests WHERE host IN hosts", "requests")]
    [InlineData("SELECT stream FROM rejects WHERE delivery_id IN (SELECT delivery_id FROM deliveries) AND tuple(stream, reason) NOT IN (('a', 'b'))", "deliveries,rejects")]
    [InlineData("SELECT arrayFilter(x -> x > 1, [1, 2]), arrayMap((a, b) -> a + b, [1], [2])[1], attributes['a'], mapKeys(attributes), tupleElement((1, 'a'), 2), map('k', 1)['k'] FROM deliveries", "deliveries")]
    [InlineData("SELECT coalesce(host, 'x'), nullIf(host, ''), time - INTERVAL 1 HOUR, now() - time, dateDiff('minute', time, now()), toTimeZone(time, 'Asia/Tokyo'), formatDateTime(time, '%F %T') FROM requests", "requests")]
    [InlineData("SELECT JSONExtractString(message, 'a', 'b'), JSON_VALUE(message, '$.a'), JSONLength(message) FROM logs", "logs")]
    [InlineData("SELECT status, count() FROM requests GROUP BY GROUPING SETS ((status), ()) ORDER BY status WITH FILL FROM 100 TO 600", "requests")]
    [InlineData("SELECT status, grouping(status), count() FROM requests GROUP BY ROLLUP (status) LIMIT 3 BY status", "requests")]
    [InlineData("SELECT path -- a comment; DROP TABLE requests\n/* and another */ FROM requests # and a third", "requests")]
    [InlineData("(SELECT 1) EXCEPT (SELECT 2) INTERSECT (SELECT 3)", "")]
    [InlineData("SELECT 'it''s; a {text} of \"all\" `signs` $ \\\\ \\' ü 😀', $$here; too$$ AS \"Größe\"", "")]
    [InlineData("SELECT argMaxIf(path, time, status = 200), uniqExactOrNull(host), groupArrayDistinct(10)(host), sumMap(map('a', 1)), topK(3)(path) FROM requests", "requests")]
    [InlineData("SELECT a, sum(b) FROM (VALUES (1, 2), (3, 4)) AS t(a, b) GROUP BY a", "")]
    public async Task A_select_over_our_tables_is_let_through_and_runs(string sql, string tables)
    {
        var verdict = await _tables.Guard.CheckAsync(sql, TestContext.Current.CancellationToken);

        Assert.True(verdict.Fault is null, verdict.Detail);
        Assert.Equal(tables, string.Join(',', verdict.Tables));
        using var result = await _tables.Queries.RunAsync(new StoreQuery(verdict.Sql, [], verdict.Tables, null, QueryPool.Sql, new(TimeSpan.FromSeconds(20), 1000)), TestContext.Current.CancellationToken);
        while (result.Read())
        {
        }
    }

    [Theory]
    // Statements that are not a SELECT.
    [InlineData("INSERT INTO requests_rows (path) VALUES ('x')", "only SELECT")]
    [InlineData("INSERT INTO FUNCTION file('x') SELECT 1", "only SELECT")]
    [InlineData("CREATE TABLE x (a Int32) ENGINE = Memory", "only SELECT")]
    [InlineData("CREATE FUNCTION f AS x -> x", "only SELECT")]
    [InlineData("DROP TABLE requests", "only SELECT")]
    [InlineData("ALTER TABLE requests_rows DELETE WHERE 1", "only SELECT")]
    [InlineData("DELETE FROM requests_rows WHERE 1", "only SELECT")]
    [InlineData("TRUNCATE TABLE requests_rows", "only SELECT")]
    [InlineData("SET readonly = 0", "only SELECT")]
    [InlineData("USE system", "only SELECT")]
    [InlineData("SYSTEM SHUTDOWN", "only SELECT")]
    [InlineData("KILL QUERY WHERE 1", "only SELECT")]
    [InlineData("SHOW TABLES", "only SELECT")]
    [InlineData("DESCRIBE TABLE requests", "only SELECT")]
    [InlineData("EXPLAIN SELECT 1", "only SELECT")]
    [InlineData("EXPLAIN AST SELECT 1", "only SELECT")]
    [InlineData("GRANT SELECT ON *.* TO x", "only SELECT")]
    // What may stand around one.
    [InlineData("SELECT 1; SELECT 2", "exactly one")]
    [InlineData("SELECT 1; DROP TABLE requests_rows", "exactly one")]
    [InlineData("SELECT 1 INTO OUTFILE '/tmp/x'", "not allowed")]
    [InlineData("SELECT 1 FORMAT Native", "not allowed")]
    [InlineData("SELECT 1 SETTINGS readonly = 0", "SETTINGS")]
    [InlineData("SELECT 1 SETTINGS max_execution_time = 0 FORMAT TSV", "SETTINGS")]
    [InlineData("SELECT * FROM (SELECT 1 SETTINGS max_execution_time = 0)", "SETTINGS")]
    [InlineData("SELECT {p1:String}", "parameters")]
    // Tables that are not ours.
    [InlineData("SELECT * FROM requests_rows", "no table 'requests_rows'")]
    [InlineData("SELECT * FROM row_identities", "no table")]
    [InlineData("SELECT * FROM REQUESTS_ROWS", "no table")]
    [InlineData("SELECT * FROM system.users", "no table 'system.users'")]
    [InlineData("SELECT * FROM `system`.`tables`", "no table")]
    [InlineData("SELECT * FROM \"system.tables\"", "no table")]
    [InlineData("SELECT * FROM INFORMATION_SCHEMA.TABLES", "no table")]
    [InlineData("SELECT * FROM 'x.csv'", "no table")]
    [InlineData("SELECT * FROM `/etc/passwd`", "no table")]
    [InlineData("SELECT 1 IN system.users", "no table 'system.users'")]
    [InlineData("SELECT 'default' IN (system.users)", "no table")]
    [InlineData("SELECT in('default', system.users)", "no table")]
    [InlineData("SELECT 1 GLOBAL NOT IN requests_rows", "no table")]
    [InlineData("WITH system.users AS u SELECT 1 IN u", "cannot be asked")]
    [InlineData("SELECT 1 FROM requests JOIN system.one ON 1 = 1", "no table")]
    [InlineData("WITH a AS (SELECT * FROM system.one) SELECT * FROM a", "no table")]
    [InlineData("SELECT (SELECT name FROM system.users LIMIT 1)", "no table")]
    [InlineData("SELECT 1 UNION ALL SELECT 2 FROM system.one", "no table")]
    // Functions that read elsewhere, tell of the server, or act.
    [InlineData("SELECT * FROM file('/etc/passwd', 'LineAsString')", "cannot stand in FROM")]
    [InlineData("SELECT * FROM url('http://127.0.0.1/', 'LineAsString')", "cannot stand in FROM")]
    [InlineData("SELECT * FROM s3('http://127.0.0.1/b/*')", "cannot stand in FROM")]
    [InlineData("SELECT * FROM remote('127.0.0.1', system.users)", "cannot stand in FROM")]
    [InlineData("SELECT * FROM cluster('default', system, users)", "cannot stand in FROM")]
    [InlineData("SELECT * FROM merge('system', '.*')", "cannot stand in FROM")]
    [InlineData("SELECT * FROM executable('x', 'TSV', 'a String')", "cannot stand in FROM")]
    [InlineData("SELECT * FROM mysql('127.0.0.1:3306', 'd', 't', 'u', 'p')", "cannot stand in FROM")]
    [InlineData("SELECT * FROM view(SELECT 1)", "cannot stand in FROM")]
    [InlineData("SELECT * FROM (EXPLAIN SELECT 1)", "cannot stand in FROM")]
    [InlineData("SELECT * FROM dictionary('d')", "cannot stand in FROM")]
    [InlineData("SELECT * FROM numbers((SELECT count() FROM system.users))", "no table")]
    [InlineData("SELECT file('/etc/passwd')", "function 'file'")]
    [InlineData("SELECT dictGet('d', 'a', 1)", "function 'dictGet'")]
    [InlineData("SELECT joinGet('requests_rows', 'path', 1)", "function 'joinGet'")]
    [InlineData("SELECT getSetting('readonly')", "function 'getSetting'")]
    [InlineData("SELECT getMacro('shard')", "function 'getMacro'")]
    [InlineData("SELECT currentUser()", "function 'currentUser'")]
    [InlineData("SELECT USER()", "function 'USER'")]
    [InlineData("SELECT hostName(), version(), uptime()", "function 'hostName'")]
    [InlineData("SELECT sleep(3)", "function 'sleep'")]
    [InlineData("SELECT throwIf(1)", "function 'throwIf'")]
    [InlineData("SELECT generateSerialID('x')", "function 'generateSerialID'")]
    [InlineData("SELECT hasColumnInTable('system', 'users', 'name')", "function 'hasColumnInTable'")]
    [InlineData("SELECT arrayReduce('sumState', [1])", "function 'arrayReduce'")]
    [InlineData("SELECT sumState(1)", "function 'sumState'")]
    [InlineData("SELECT arrayMap(x -> sleep(x), [1])", "function 'sleep'")]
    [InlineData("SELECT * APPLY sleep FROM requests", "APPLY")]
    [InlineData("SELECT count() FROM requests ORDER BY sleepEachRow(1)", "function 'sleepEachRow'")]
    [InlineData("SELECT count() OVER (PARTITION BY hostName()) FROM requests", "function 'hostName'")]
    [InlineData("SELECT CAST('x' AS AggregateFunction(sum, Int32))", "cannot convert")]
    [InlineData("SELECT CAST('x', concat('Aggregate', 'Function(sum, Int32)'))", "cannot convert")]
    // Names that would look like lines of the tree, and what the tree does not show.
    [InlineData("SELECT 1 AS `a\n    Identifier b`", "a name in it")]
    [InlineData("SELECT 1 AS \"a\\n Literal UInt64_1\"", "a name in it")]
    [InlineData("SELECT * FROM `requests\\n`", "a name in it")]
    public async Task Anything_else_is_refused_and_the_refusal_says_what(string sql, string hint)
    {
        var verdict = await _tables.Guard.CheckAsync(sql, TestContext.Current.CancellationToken);

        Assert.True(verdict.Fault == SqlFault.Refused, $"{verdict.Fault}: {verdict.Detail}{verdict.Sql}");
        Assert.Contains(hint, verdict.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_named_by_its_number_is_asked_by_its_name()
    {
        var verdict = await _tables.Guard.CheckAsync("SELECT count() FROM requests UUID '00000000-0000-0000-0000-000000000001'", TestContext.Current.CancellationToken);

        Assert.True(verdict.Fault is SqlFault.Refused || !verdict.Sql.Contains("0000", StringComparison.Ordinal), verdict.Sql);
    }

    [Theory]
    [InlineData("SELEC 1", 6)]
    [InlineData("SELECT 'é😀' )", 13)]
    [InlineData("SELECT (1", 7)]
    public async Task A_statement_that_cannot_be_parsed_says_where(string sql, int position)
    {
        var verdict = await _tables.Guard.CheckAsync(sql, TestContext.Current.CancellationToken);

        Assert.Equal((SqlFault.Malformed, position), (verdict.Fault, verdict.Position));
        Assert.DoesNotContain("formatQuery", verdict.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT 1\0; DROP TABLE requests_rows")]
    [InlineData("SELECT ü")]
    [InlineData("/* only a comment")]
    [InlineData("--")]
    public async Task What_is_no_statement_is_never_run(string sql) => Assert.NotNull((await _tables.Guard.CheckAsync(sql, TestContext.Current.CancellationToken)).Fault);

    [Fact]
    public async Task Long_and_deep_statements_are_refused()
    {
        Assert.Equal(SqlFault.TooLong, (await _tables.Guard.CheckAsync("SELECT 1 --" + new string('x', SqlVerdict.BytesMax), TestContext.Current.CancellationToken)).Fault);
        foreach (var (open, close) in new[] { ("(SELECT ", ")"), ("[", "]"), ("NOT ", ""), ("abs(", ")") })
        {
            var depth = (SqlVerdict.BytesMax - 20) / (open.Length + close.Length);
            var sql = $"SELECT {string.Concat(Enumerable.Repeat(open, depth))}1{string.Concat(Enumerable.Repeat(close, depth))}";
            Assert.NotNull((await _tables.Guard.CheckAsync(sql, TestContext.Current.CancellationToken)).Fault);
        }

        Assert.Contains("SELECTs", (await _tables.Guard.CheckAsync(string.Join(" UNION ALL ", Enumerable.Repeat("SELECT 1", 101)), TestContext.Current.CancellationToken)).Detail, StringComparison.Ordinal);
    }

    // Cut and spliced at random, a statement is answered, never thrown at; and what passes names no table but ours.
    [Fact]
    public async Task A_mutated_statement_never_throws()
    {
        const int Seed = 20261128;
        var random = new Random(Seed);
        string[] parts =
        [
            "SELECT ", "* ", "FROM ", "requests ", "WHERE ", "status = 200 ", "WITH a AS (", "a ", ") ", "url('http://x') ", "system.users ", "requests_rows ", "IN ", "getSetting('a') ", "UNION ALL ", "ORDER BY ", "1 ", ", ",
            "; ", "FORMAT ", "SETTINGS ", "( ", "x -> x ", "JOIN ", "\"", "'", "`", "\\", "$$", "--", "/*", "\n", "é",
        ];
        for (var round = 0; round < 150; round++)
        {
            var sql = $"SELECT {string.Concat(Enumerable.Range(0, random.Next(1, 10)).Select(_ => parts[random.Next(parts.Length)]))}";
            var verdict = await _tables.Guard.CheckAsync(sql, TestContext.Current.CancellationToken);
            var outside = System.Text.RegularExpressions.Regex.Replace(verdict.Sql, @"'(?:[^'\\]|\\.)*'|`[^`]*`", "");
            Assert.False(new[] { "url(", "system.", "requests_rows", "getSetting" }.Any(word => outside.Contains(word, StringComparison.Ordinal)), $"seed {Seed}, round {round}: {verdict.Sql}");
        }
    }

    // What the guard looks at is shown by the rights that a statement has on the server all the same.
    [Fact]
    public async Task A_statement_that_passed_could_not_write()
    {
        var failed = await Assert.ThrowsAsync<StoreQueryException>(() => _tables.Queries.RunAsync(
            new StoreQuery("CREATE TABLE sneaked (a Int32) ENGINE = Memory", [], [], null, QueryPool.Sql, new(TimeSpan.FromSeconds(5), 10)), TestContext.Current.CancellationToken));

        Assert.Contains("readonly", failed.Message, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync() => await _tables.GiveBackAsync([]);
}
