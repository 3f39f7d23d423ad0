using Cistern.Query;
using Cistern.Query.Catalogue;
using Cistern.Store;
using Cistern.Store.Embedded.Sql;
using Cistern.Tests.DuckDb;

namespace Cistern.Tests.Store.Embedded;

public sealed class SqlGuardTests : IDisposable
{
    private readonly SqlGuard _guard = new([.. Signals.Names], TextBound.RowBytes(2));

    [Theory]
    [InlineData("SELECT 1", "")]
    [InlineData("select count(*) from requests;", "requests")]
    [InlineData("FROM requests SELECT path, count(*) AS n GROUP BY ALL ORDER BY n DESC LIMIT 10 OFFSET 5", "requests")]
    [InlineData("TABLE deliveries", "deliveries")]
    [InlineData("VALUES (1, 'a'), (2, 'b')", "")]
    [InlineData("SELECT * FROM Requests r JOIN \"deliveries\" d USING (delivery_id) LEFT JOIN rejects x ON x.delivery_id = d.delivery_id", "deliveries,rejects,requests")]
    [InlineData("WITH a AS (SELECT * FROM requests), b AS (SELECT * FROM a) SELECT * FROM b UNION ALL SELECT * FROM a", "requests")]
    [InlineData("WITH RECURSIVE a AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM a WHERE n < 5) SELECT * FROM a", "")]
    [InlineData("WITH a AS MATERIALIZED (SELECT 1) SELECT (SELECT * FROM a), (WITH c AS (SELECT 2) SELECT * FROM c)", "")]
    [InlineData("SELECT * FROM range(10) r, generate_series(1, 3) s, unnest([1, 2]) u", "")]
    [InlineData("SELECT unnest(string_split(path, '/')) FROM requests", "requests")]
    [InlineData("SELECT date_trunc('hour', time) h, approx_quantile(time_taken, 0.95), count(*) FILTER (WHERE status >= 500) FROM requests GROUP BY h HAVING count(*) > 1", "requests")]
    [InlineData("SELECT path, row_number() OVER (PARTITION BY host ORDER BY time ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS n FROM requests QUALIFY n = 1", "requests")]
    [InlineData("SELECT sum(bytes_sent) OVER (ORDER BY time), lag(status, 1, 0) OVER (ORDER BY time) FROM requests", "requests")]
    [InlineData("SELECT DISTINCT ON (host) host, CASE WHEN status = 200 THEN 'ok' ELSE 'not' END, status BETWEEN 1 AND 2, status IN (1, 2), path LIKE '/a%', path ILIKE 'B', NOT TRUE FROM requests", "requests")]
    [InlineData("SELECT CAST(status AS VARCHAR), status::DECIMAL(10, 2), TRY_CAST(path AS DOUBLE), [1]::INT[], {'a': 1}::STRUCT(a BIGINT), NULL::MAP(VARCHAR, INT), '1'::JSON, DATE '2026-11-20', INTERVAL 1 DAY FROM requests", "requests")]
    [InlineData("SELECT * EXCLUDE (path) REPLACE (upper(host) AS host) FROM requests", "requests")]
    [InlineData("SELECT r.* FROM requests AS r WHERE EXISTS (SELECT 1 FROM rejects WHERE rejects.stream = r.stream) AND host = ANY (SELECT stream FROM deliveries)", "deliveries,rejects,requests")]
    [InlineData("SELECT list_filter([1, 2], x -> x > 1), list_filter([1], lambda y: y > 0), [1, 2][1], [1, 2, 3][1:2], attributes['a'] FROM deliveries", "deliveries")]
    [InlineData("SELECT path COLLATE nocase, coalesce(host, 'x'), nullif(host, ''), time - INTERVAL 1 HOUR, now(), current_date FROM requests GROUP BY ROLLUP (path, host, time)", "requests")]
    [InlineData("SELECT '{\"a\":1}'::JSON -> 'a', '{\"a\":1}' ->> '$.a', json_extract('{}', '$.b')", "")]
    [InlineData("SELECT status, count(*) FROM requests TABLESAMPLE 10% GROUP BY GROUPING SETS ((status), ())", "requests")]
    [InlineData("SELECT path -- a comment; DROP TABLE requests\n/* and another; COPY x TO 'y' */ FROM requests", "requests")]
    [InlineData("(SELECT 1) EXCEPT (SELECT 2) INTERSECT (SELECT 3) ORDER BY 1 LIMIT 50%", "")]
    public void A_select_over_our_tables_is_let_through(string sql, string tables)
    {
        var verdict = _guard.Check(sql);

        Assert.True(verdict.Fault is null, verdict.Detail);
        Assert.Equal(tables, string.Join(',', verdict.Tables));
    }

    [Theory]
    // Statements that are not a SELECT.
    [InlineData("INSERT INTO requests (path) VALUES ('x')", "only SELECT")]
    [InlineData("UPDATE requests SET path = ''", "only SELECT")]
    [InlineData("DELETE FROM requests", "only SELECT")]
    [InlineData("TRUNCATE requests", "only SELECT")]
    [InlineData("CREATE TABLE x (a INT)", "only SELECT")]
    [InlineData("CREATE TEMP TABLE x AS SELECT 1", "only SELECT")]
    [InlineData("CREATE TEMP VIEW x AS SELECT 1", "only SELECT")]
    [InlineData("CREATE MACRO f(a) AS a", "only SELECT")]
    [InlineData("CREATE SECRET s (TYPE s3)", "only SELECT")]
    [InlineData("DROP TABLE requests", "only SELECT")]
    [InlineData("ALTER TABLE requests ADD COLUMN x INT", "only SELECT")]
    [InlineData("COPY requests TO '/tmp/x.parquet'", "only SELECT")]
    [InlineData("COPY (SELECT 1) TO 'segments/requests/1.parquet' (FORMAT parquet)", "only SELECT")]
    [InlineData("COPY requests FROM '/etc/passwd'", "only SELECT")]
    [InlineData("EXPORT DATABASE 'x'", "only SELECT")]
    [InlineData("IMPORT DATABASE 'x'", "only SELECT")]
    [InlineData("ATTACH 'x.db'", "only SELECT")]
    [InlineData("DETACH memory", "only SELECT")]
    [InlineData("USE memory", "only SELECT")]
    [InlineData("SET memory_limit = '1TB'", "only SELECT")]
    [InlineData("RESET memory_limit", "only SELECT")]
    [InlineData("SET VARIABLE a = 1", "only SELECT")]
    [InlineData("PRAGMA database_list", "only SELECT")]
    [InlineData("PRAGMA enable_profiling", "only SELECT")]
    [InlineData("CALL pragma_version()", "only SELECT")]
    [InlineData("CHECKPOINT", "only SELECT")]
    [InlineData("FORCE CHECKPOINT", "only SELECT")]
    [InlineData("VACUUM", "only SELECT")]
    [InlineData("ANALYZE", "only SELECT")]
    [InlineData("LOAD httpfs", "only SELECT")]
    [InlineData("INSTALL httpfs", "only SELECT")]
    [InlineData("BEGIN", "only SELECT")]
    [InlineData("PREPARE p AS SELECT 1", "only SELECT")]
    [InlineData("EXECUTE p", "only SELECT")]
    [InlineData("DEALLOCATE p", "only SELECT")]
    [InlineData("EXPLAIN SELECT 1", "only SELECT")]
    [InlineData("EXPLAIN ANALYZE SELECT 1", "only SELECT")]
    [InlineData("MERGE INTO requests USING deliveries ON FALSE WHEN MATCHED THEN DELETE", "only SELECT")]
    [InlineData("COMMENT ON TABLE requests IS 'x'", "only SELECT")]
    [InlineData("PIVOT requests ON status USING count(*)", "only SELECT")]
    // Several, or none.
    [InlineData("SELECT 1; SELECT 2", "2 statements")]
    [InlineData("SELECT 1; DROP TABLE requests", "only SELECT")]
    [InlineData("-- nothing", "0 statements")]
    // What looks like a SELECT to the parser.
    [InlineData("DESCRIBE requests", "SHOW_REF")]
    [InlineData("SUMMARIZE requests", "SHOW_REF")]
    [InlineData("SHOW TABLES", "SHOW_REF")]
    [InlineData("SELECT * FROM (DESCRIBE requests)", "SHOW_REF")]
    [InlineData("SELECT * FROM (SHOW ALL TABLES)", "SHOW_REF")]
    [InlineData("SELECT * FROM (PIVOT requests ON status IN (200) USING count(*))", "PIVOT")]
    [InlineData("SELECT * FROM requests UNPIVOT (a FOR b IN (status))", "PIVOT")]
    // Functions in FROM.
    [InlineData("SELECT * FROM read_csv('/etc/passwd')", "read_csv")]
    [InlineData("SELECT * FROM read_text('keys.json')", "read_text")]
    [InlineData("SELECT * FROM read_blob('/etc/passwd')", "read_blob")]
    [InlineData("SELECT * FROM read_parquet('segments/requests/1.parquet')", "read_parquet")]
    [InlineData("SELECT * FROM parquet_metadata('x')", "parquet_metadata")]
    [InlineData("SELECT * FROM glob('*')", "glob")]
    [InlineData("SELECT * FROM sniff_csv('x')", "sniff_csv")]
    [InlineData("SELECT * FROM enable_logging('QueryLog')", "enable_logging")]
    [InlineData("SELECT * FROM disable_logging()", "disable_logging")]
    [InlineData("SELECT * FROM checkpoint()", "checkpoint")]
    [InlineData("SELECT * FROM force_checkpoint()", "force_checkpoint")]
    [InlineData("SELECT * FROM query('SELECT 1')", "query")]
    [InlineData("SELECT * FROM query_table('requests')", "query_table")]
    [InlineData("SELECT * FROM duckdb_settings()", "duckdb_settings")]
    [InlineData("SELECT * FROM duckdb_secrets()", "duckdb_secrets")]
    [InlineData("SELECT * FROM pragma_version()", "pragma_version")]
    [InlineData("SELECT * FROM histogram_values('requests', 'status')", "histogram_values")]
    [InlineData("SELECT * FROM json_execute_serialized_sql('{}')", "json_execute_serialized_sql")]
    [InlineData("SELECT * FROM seq_scan('requests')", "seq_scan")]
    [InlineData("SELECT * FROM test_all_types()", "test_all_types")]
    [InlineData("SELECT * FROM repeat(1, 1000000000)", "repeat")]
    [InlineData("SELECT * FROM other.range(3)", "other.")]
    [InlineData("SELECT * FROM main.read_text('keys.json')", "read_text")]
    // Tables that are not ours, and files.
    [InlineData("SELECT * FROM '/etc/passwd'", "/etc/passwd")]
    [InlineData("SELECT * FROM 'x.parquet'", "x.parquet")]
    [InlineData("FROM 'segments/requests/1.parquet'", "segments")]
    [InlineData("SELECT * FROM \"https://example.com/x.csv\"", "https:")]
    [InlineData("SELECT * FROM duckdb_tables", "duckdb_tables")]
    [InlineData("SELECT * FROM sqlite_master", "sqlite_master")]
    [InlineData("SELECT * FROM pg_catalog.pg_class", "pg_catalog.")]
    [InlineData("SELECT * FROM information_schema.tables", "information_schema.")]
    [InlineData("SELECT * FROM main.requests", "main.")]
    [InlineData("SELECT * FROM memory.main.requests", "main.")]
    [InlineData("SELECT * FROM requsts", "did you mean 'requests'")]
    [InlineData("SELECT * FROM requests AT (VERSION => 1)", "at_clause")]
    // A common table expression out of scope, or named like a file or a view.
    [InlineData("SELECT (WITH a AS (SELECT 1) SELECT * FROM a), (SELECT count(*) FROM a)", "no table 'a'")]
    [InlineData("WITH a AS (WITH b AS (SELECT 1) SELECT * FROM b) SELECT * FROM b", "no table 'b'")]
    [InlineData("WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a", "no table 'b'")]
    [InlineData("WITH a AS (SELECT * FROM a) SELECT * FROM a", "no table 'a'")]
    [InlineData("WITH \"x.csv\" AS (SELECT 1) SELECT * FROM \"x.csv\"", "cannot name")]
    [InlineData("WITH duckdb_settings AS (SELECT 1) SELECT * FROM duckdb_settings", "cannot name")]
    // Functions in every other position.
    [InlineData("SELECT getenv('HOME')", "getenv")]
    [InlineData("SELECT current_setting('memory_limit')", "current_setting")]
    [InlineData("SELECT getvariable('a')", "getvariable")]
    [InlineData("SELECT pg_sleep(10)", "pg_sleep")]
    [InlineData("SELECT sleep_ms(10000)", "sleep_ms")]
    [InlineData("SELECT write_log('x')", "write_log")]
    [InlineData("SELECT nextval('x')", "nextval")]
    [InlineData("SELECT json_serialize_sql('SELECT 1')", "json_serialize_sql")]
    [InlineData("SELECT REPEAT('x', 1000000000)", "memory limit")]
    [InlineData("SELECT \"RePeat\"('x', 1000000000)", "memory limit")]
    [InlineData("SELECT median(time_taken) FROM requests", "approx_quantile")]
    [InlineData("SELECT list_aggregate([1], 'mode')", "list_aggregate")]
    [InlineData("SELECT 1 WHERE current_setting('a') = 'b'", "current_setting")]
    [InlineData("SELECT 1 ORDER BY current_setting('a')", "current_setting")]
    [InlineData("SELECT 1 LIMIT (SELECT getvariable('a'))", "getvariable")]
    [InlineData("SELECT 1 OFFSET getvariable('a')", "getvariable")]
    [InlineData("SELECT count(*) FROM requests GROUP BY current_setting('a')", "current_setting")]
    [InlineData("SELECT count(*) FROM requests HAVING current_setting('a') = ''", "current_setting")]
    [InlineData("SELECT 1 QUALIFY current_setting('a') = ''", "current_setting")]
    [InlineData("SELECT DISTINCT ON (current_setting('a')) 1", "current_setting")]
    [InlineData("SELECT sum(1) FILTER (WHERE current_setting('a') = '')", "current_setting")]
    [InlineData("SELECT first(path ORDER BY current_setting('a')) FROM requests", "current_setting")]
    [InlineData("SELECT string_agg(path, ',') FROM requests", "string_agg")]
    [InlineData("SELECT list_transform([1, 2], x -> x + 1)", "list_transform")]
    [InlineData("SELECT median(status) OVER () FROM requests", "median")]
    [InlineData("SELECT sum(1) OVER (PARTITION BY current_setting('a'))", "current_setting")]
    [InlineData("SELECT sum(1) OVER (ORDER BY current_setting('a'))", "current_setting")]
    [InlineData("SELECT list_filter([1], x -> current_setting('a') = 'b')", "current_setting")]
    [InlineData("SELECT list_filter([1], lambda x: current_setting('a') = '')", "current_setting")]
    [InlineData("SELECT CASE WHEN TRUE THEN current_setting('a') END", "current_setting")]
    [InlineData("SELECT CASE WHEN current_setting('a') = '' THEN 1 END", "current_setting")]
    [InlineData("SELECT CASE WHEN FALSE THEN 1 ELSE current_setting('a') END", "current_setting")]
    [InlineData("SELECT {'a': current_setting('a')}", "current_setting")]
    [InlineData("SELECT struct_pack(a := current_setting('a'))", "current_setting")]
    [InlineData("SELECT [current_setting('a')]", "current_setting")]
    [InlineData("SELECT current_setting('a')::VARCHAR", "current_setting")]
    [InlineData("SELECT current_setting('a') COLLATE nocase", "current_setting")]
    [InlineData("SELECT 1 BETWEEN 0 AND current_setting('a')", "current_setting")]
    [InlineData("SELECT 1 IN (current_setting('a'))", "current_setting")]
    [InlineData("SELECT NOT current_setting('a')", "current_setting")]
    [InlineData("SELECT (1, 2)[current_setting('a')]", "current_setting")]
    [InlineData("SELECT * REPLACE (current_setting('a') AS path) FROM requests", "current_setting")]
    [InlineData("SELECT * FROM requests JOIN deliveries ON current_setting('a') = ''", "current_setting")]
    [InlineData("SELECT * FROM (VALUES (current_setting('a')))", "current_setting")]
    [InlineData("VALUES (current_setting('a'))", "current_setting")]
    [InlineData("SELECT * FROM range((SELECT getvariable('a')))", "getvariable")]
    [InlineData("SELECT * FROM unnest([current_setting('a')])", "current_setting")]
    [InlineData("SELECT 1 UNION SELECT current_setting('a')", "current_setting")]
    [InlineData("WITH a AS (SELECT current_setting('a')) SELECT 1", "current_setting")]
    [InlineData("SELECT EXISTS (SELECT current_setting('a'))", "current_setting")]
    [InlineData("SELECT upper(lower(current_setting('a')))", "current_setting")]
    // Other surprises.
    [InlineData("SELECT COLUMNS('.*') FROM requests", "COLUMNS")]
    [InlineData("SELECT COLUMNS(c -> c LIKE 'p%') FROM requests", "COLUMNS")]
    [InlineData("SELECT concat(*COLUMNS('p.*')) FROM requests", "OPERATOR_UNPACK")]
    [InlineData("SELECT path.upper() FROM requests", "upper(path)")]
    [InlineData("SELECT other.upper('x')", "other.")]
    [InlineData("SELECT system.main.upper('x')", "system.")]
    [InlineData("SELECT main.current_setting('a')", "current_setting")]
    [InlineData("SELECT $1", "PARAMETER")]
    [InlineData("SELECT ?", "PARAMETER")]
    [InlineData("SELECT sum(1) EXPORT_STATE", "export_state")]
    [InlineData("SELECT NULL::my_type", "my_type")]
    [InlineData("SELECT NULL::my_type[]", "my_type")]
    [InlineData("SELECT NULL::STRUCT(a my_type)", "my_type")]
    [InlineData("SELECT NULL::other.my_type", "not allowed")]
    [InlineData("SELECT path COLLATE de FROM requests", "collation")]
    [InlineData("SELECT 1\0; DROP TABLE requests", "character 0")]
    public void Anything_else_is_refused_and_the_refusal_says_what(string sql, string hint)
    {
        var verdict = _guard.Check(sql);

        Assert.Equal(SqlFault.Refused, verdict.Fault);
        Assert.Contains(hint, verdict.Detail, StringComparison.Ordinal);
    }

    // Only columns of which a long value would become much are bounded.
    [Theory]
    [InlineData("SELECT path, host FROM requests WHERE length(path) > 5 AND query LIKE 'a%' ORDER BY status", "")]
    [InlineData("SELECT count(*), max(path) FROM requests GROUP BY host", "requests.path")]
    [InlineData("SELECT lower(path), host FROM requests", "requests.path")]
    [InlineData("SELECT lower(path[1:50]), left(query, 20) || 'x', substr(host, 1, 9) || '…' FROM requests", "")]
    [InlineData("SELECT r.path, d.key FROM requests r JOIN deliveries d USING (delivery_id)", "deliveries.key,requests.path")]
    [InlineData("WITH a AS (SELECT path AS p, host AS h FROM requests) SELECT upper(p) FROM a WHERE h = 'x'", "requests.path")]
    [InlineData("SELECT attributes['a'] || 'x' FROM deliveries", "deliveries.attributes")]
    public void A_statement_bounds_the_columns_that_it_makes_texts_of(string sql, string columns)
    {
        Assert.Equal(columns, string.Join(',', _guard.Check(sql).Texts!.Columns.Keys.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void The_more_a_statement_makes_of_a_text_the_shorter_it_has_to_be()
    {
        long[] lengths = [.. new[] { "path || 'x'", "path || path", "path || path || path", "hex(hex(path))", "string_split(path, '/')", "replace(path, 'a', query)" }
            .Select(expression => _guard.Check($"SELECT {expression} FROM requests").Texts?.Columns["requests.path"] ?? 0)];

        Assert.Equal([.. lengths.OrderDescending()], lengths);
        Assert.All(lengths, length => Assert.InRange(length, 128, TextBound.RowBytes(2)));
    }

    [Theory]
    [InlineData("SELEC 1", 0)]
    [InlineData("SELECT 'é😀' FROM WHERE", 18)]
    public void A_statement_that_cannot_be_parsed_says_where(string sql, int position)
    {
        var verdict = _guard.Check(sql);

        Assert.Equal((SqlFault.Malformed, position), (verdict.Fault, verdict.Position));
    }

    [Fact]
    public void A_refused_function_is_pointed_at_in_characters_not_bytes()
    {
        const string Sql = "SELECT 'größe😀', current_setting('a')";

        Assert.Equal(Sql.IndexOf("current_setting", StringComparison.Ordinal), _guard.Check(Sql).Position);
    }

    // 64 KiB of each shape that nests or chains. Whatever the parser says of it, the process lives and nothing runs that is this deep.
    [Theory]
    [InlineData("SELECT ", "(", "1", ")")]
    [InlineData("SELECT ", "(SELECT ", "1", ")")]
    [InlineData("SELECT ", "abs(", "1", ")")]
    [InlineData("SELECT ", "NOT ", "TRUE", "")]
    [InlineData("SELECT ", "- ", "1", "")]
    [InlineData("SELECT ", "[", "1", "]")]
    [InlineData("SELECT ", "{'a': ", "1", "}")]
    [InlineData("SELECT ", "CASE WHEN TRUE THEN ", "1", " END")]
    [InlineData("SELECT ", "x -> ", "1", "")]
    [InlineData("SELECT 1", "", "", " + 1")]
    [InlineData("SELECT 1", "", "", "::INT")]
    [InlineData("SELECT a", "", "", "[1]")]
    [InlineData("SELECT 1", "", "", " UNION SELECT 1")]
    [InlineData("TABLE requests", "", "", " EXCEPT TABLE requests")]
    [InlineData("SELECT * FROM requests", "", "", " JOIN requests")]
    [InlineData("SELECT * FROM ", "(SELECT * FROM ", "requests", ")")]
    [InlineData("", "WITH a AS (", "SELECT 1", ") SELECT 1")]
    [InlineData("", "(", "SELECT 1", ")")]
    [InlineData("SELECT NULL::", "STRUCT(a ", "INT", ")")]
    [InlineData("SELECT NULL::INT", "", "", "[]")]
    public void A_statement_that_nests_too_deep_is_refused(string begin, string open, string middle, string close)
    {
        var depth = (QueryBounds.SqlBytesMax - begin.Length - middle.Length) / (open.Length + close.Length);
        var sql = begin + string.Concat(Enumerable.Repeat(open, depth)) + middle + string.Concat(Enumerable.Repeat(close, depth));

        // Parentheses around a whole statement leave no trace in the tree, so those alone may pass.
        Assert.True(_guard.Check(sql).Fault is not null || open == "(");
    }

    [Fact]
    public void A_statement_longer_than_the_limit_is_refused_unread()
    {
        Assert.Equal(SqlFault.TooLong, _guard.Check("SELECT 1 --" + new string('x', QueryBounds.SqlBytesMax)).Fault);
    }

    // Cut and spliced at random, a statement is answered, never thrown at; and what passes names no table but ours.
    [Fact]
    public void A_mutated_statement_never_throws()
    {
        const int Seed = 20261121;
        var random = new Random(Seed);
        string[] parts =
        [
            "SELECT ", "* ", "FROM ", "requests ", "WHERE ", "status = 200 ", "WITH a AS (", "a ", ") ", "read_csv('/etc/passwd') ", "'x.csv' ", "COLUMNS(*) ", "current_setting('a') ",
            "UNION ", "ORDER BY ", "1 ", ", ", "; ", "COPY ", "( ", "x -> x ", "LATERAL ", "JOIN ", "\"", "'", "$$", "--", "/*", "é",
        ];
        for (var round = 0; round < 3_000; round++)
        {
            var sql = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => parts[random.Next(parts.Length)]));
            var verdict = _guard.Check(sql);
            Assert.True(verdict.Fault is not null || (verdict.Tables.All(Signals.Names.Contains) && !sql.Contains("read_csv(", StringComparison.Ordinal) ) || HidesCall(sql), $"seed {Seed}, round {round}: {sql}");
        }
    }

    public void Dispose() => _guard.Dispose();

    // Inside of a comment or of quotes a call is only text.
    private static bool HidesCall(string sql) => sql.Contains("--", StringComparison.Ordinal) || sql.Contains("/*", StringComparison.Ordinal) || sql.Contains('"', StringComparison.Ordinal)
        || sql.Contains('\'', StringComparison.Ordinal) || sql.Contains("$$", StringComparison.Ordinal);
}

public sealed class FunctionListsTests
{
    [Fact]
    public void Every_function_of_the_engine_was_reviewed()
    {
        using var instance = Databases.Open();
        using var connection = instance.Connect();
        var unknown = connection.Rows("SELECT DISTINCT function_type, function_name FROM duckdb_functions() ORDER BY ALL")
            .Select(row => ((string)row[0]!, (string)row[1]!))
            .Where(function => !IsReviewed(function.Item1, function.Item2))
            .Select(function => $"{function.Item1} {function.Item2}")
            .ToArray();

        Assert.True(unknown.Length == 0, $"put into functions-allowed.txt or functions-refused.txt, after reading what they do: {string.Join(", ", unknown)}");
    }

    [Fact]
    public void Of_every_allowed_function_it_is_said_how_large_its_result_can_be() =>
        Assert.All(FunctionLists.Allowed, function => Assert.True(FunctionSize.Rule(function.Value) is not null, $"{function.Key} has no size, or one that is not known: '{function.Value}'"));

    [Fact]
    public void No_function_is_both_allowed_and_refused()
    {
        Assert.DoesNotContain(FunctionLists.Allowed.Keys, FunctionLists.Refused.ContainsKey);
        Assert.DoesNotContain(FunctionLists.Tables, name => FunctionLists.Refused.ContainsKey($"table:{name}"));
        Assert.All(FunctionLists.Refused.Values, reason => Assert.NotEqual("", reason));
    }

    private static bool IsReviewed(string type, string name) => type switch
    {
        "table" or "table_macro" => FunctionLists.Tables.Contains(name) || FunctionLists.Refused.ContainsKey($"table:{name}"),
        "pragma" => FunctionLists.Refused.ContainsKey($"pragma:{name}"),
        "scalar" or "aggregate" or "macro" => FunctionLists.Allowed.ContainsKey(name) || FunctionLists.Refused.ContainsKey(name),
        _ => false,
    };
}
