using Cistern.Tests.Ingest;
using CloudFrontLines = Cistern.Tests.Store.TestDeliveries;

namespace Cistern.Tests.EndToEnd;

/// <summary>A server with some thousand long paths, and a few rejects of half a mebibyte.</summary>
public sealed class LongTextServer : IAsyncLifetime
{
    private const int Deliveries = 8;
    private const int RowsOfOne = 512;
    private const int PathBytes = 8_000;
    private const int Rejects = 16;

    private static readonly DateTimeOffset s_start = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);

    private int _rows;

    internal RealServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await RealServer.StartAsync(settings => settings with
        {
            Query = settings.Query with { PanelMemoryBytes = 64 << 20, SqlMemoryBytes = 64 << 20, SpillBytes = 1 << 20, SqlTimeout = TimeSpan.FromSeconds(60), MaxRows = 1_000, Threads = 2 },
        });
        for (var delivery = 0; delivery < Deliveries; delivery++)
        {
            await DeliverAsync(RowsOfOne, new string('p', PathBytes));
        }

        for (var reject = 0; reject < Rejects; reject++)
        {
            await Server.DeliverAsync($"reject {reject}", new string('r', 500_000));
        }

        await CheckUnharmedAsync();
    }

    /// <summary>A delivery is taken, a panel and a statement are answered, and both see it.</summary>
    public async Task CheckUnharmedAsync()
    {
        await DeliverAsync(1, "short");
        var panel = (await Server.AskAsync("""{"from":"2026-11-20T00:00:00Z","to":"2026-11-21T00:00:00Z","measures":["requests"],"by":["status"]}""")).Expect(200);
        Assert.Equal([$"[200,{_rows}]"], panel.Rows);
        Assert.Equal([$"[{_rows},{_rows}]"], await Server.RowsAsync("SELECT count(*), count(DISTINCT request_id) FROM requests"));
    }

    public async ValueTask DisposeAsync() => await Server.DisposeAsync();

    private async Task DeliverAsync(int rows, string path)
    {
        var first = _rows;
        _rows += rows;
        await Server.DeliverAsync(
            $"delivery {first}",
            [$"X-Amz-Firehose-Common-Attributes: {{\"commonAttributes\":{{\"cloudfront-fields\":\"{CloudFrontLines.Fields}\"}}}}"],
            Enumerable.Range(first, rows).Select(row => CloudFrontLines.Line(s_start.AddMilliseconds(row), $"request {row}", $"/{path}/{row}")));
    }
}

/// <summary>Statements that make much of little, by every way that we know of DuckDB's SQL, so on the embedded store; and ordinary ones that have to pass all the same.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class GrowthTests(LongTextServer asked) : IClassFixture<LongTextServer>
{
    // What the expressions of one statement may hold, 256 MiB; the engine's own 64; and what the server takes meanwhile.
    private const long GrowthMax = 400L << 20;

    [Theory]
    // Texts that are joined.
    [InlineData("SELECT max(length(path || path || path || path || path || path || path || path || path || path || path || path || path || path)) FROM requests", 422)]
    [InlineData("WITH a AS (SELECT path || path AS p FROM requests), b AS (SELECT p || p AS p FROM a), c AS (SELECT p || p AS p FROM b), d AS (SELECT p || p AS p FROM c), e AS (SELECT p || p AS p FROM d) SELECT max(length(p)) FROM e", 422)]
    [InlineData("SELECT max(length(p || p)) FROM (SELECT p || p AS p FROM (SELECT p || p AS p FROM (SELECT p || p AS p FROM (SELECT p || p AS p FROM (SELECT 'pppppppppppppppp' || i AS p FROM range(100000) t(i))))))", 200)]
    [InlineData("WITH a AS (SELECT i || 'pppppppppppppppp' AS p FROM range(4000) t(i)), b AS (SELECT p||p||p||p||p||p||p||p AS p FROM a), c AS (SELECT p||p||p||p||p||p||p||p AS p FROM b), d AS (SELECT p||p||p||p||p||p||p||p AS p FROM c), e AS (SELECT p||p||p||p||p||p||p||p AS p FROM d) SELECT max(length(p)) FROM e", 403)]
    [InlineData("SELECT path || path AS a, a || a AS b, b || b AS c, c || c AS d, length(d || d) FROM requests", 403)]
    [InlineData("SELECT max(length(concat(path, path, path, path, path, path, path, path, path, path, path, path, path, path, path, path))) FROM requests", 422)]
    [InlineData("SELECT max(length(concat_ws(path, path, path, path, path, path, path, path, path))) FROM requests", 422)]
    [InlineData("WITH RECURSIVE t AS (SELECT 'x' AS s, 0 AS i UNION ALL SELECT s || s, i + 1 FROM t WHERE i < 34) SELECT max(length(s)) FROM t", 403)]
    [InlineData("WITH RECURSIVE t AS (SELECT path AS s, 0 AS i FROM requests UNION ALL SELECT replace(s, 'p', 'pppp'), i + 1 FROM t WHERE i < 8) SELECT max(length(s)) FROM t", 403)]
    [InlineData("SELECT max(length(a.data || i)) FROM rejects a, range(100000) t(i)", 422)]
    [InlineData("SELECT max(length(data::VARCHAR)) FROM rejects", 422)]
    [InlineData("SELECT data, i FROM rejects, range(100000) t(i)", 422)]
    [InlineData("SELECT first_value(data) OVER () FROM rejects, range(100000)", 422)]
    [InlineData("SELECT (SELECT data FROM rejects LIMIT 1), path FROM requests", 422)]
    [InlineData("SELECT max(length(CASE WHEN status = 200 THEN path || path || path ELSE path || path || path || path END || path || path || path || path || path || path)) FROM requests", 422)]
    [InlineData("SELECT max(length(coalesce(nullif(path || path || path || path, ''), '') || path || path || path || path || path || path)) FROM requests", 422)]
    [InlineData("SELECT * REPLACE (path || path || path || path || path || path || path || path || path || path AS path) FROM requests", 422)]
    [InlineData("SELECT max(length(#1 || #1)) FROM (SELECT path || path || path || path || path || path FROM requests ORDER BY #1 || #1 || #1)", 422)]
    [InlineData("SELECT max(length(r::VARCHAR)) FROM (SELECT r FROM requests r)", 422)]
    [InlineData("SELECT *, *, *, *, *, *, *, *, *, *, *, * FROM requests", 403)]
    [InlineData("SELECT path a, path b, path c, path d, path e, path f, path g, path h, path i, path j, path k, path l, path m FROM requests", 422)]
    // Texts that are replaced, written in other alphabets, escaped.
    [InlineData("SELECT max(length(replace(path, 'p', 'pppppppppppppppppppppppppppppp'))) FROM requests", 422)]
    [InlineData("SELECT max(length(replace(replace(path, 'p', 'aaaaaaaaaa'), 'a', 'bbbbbbbbbb'))) FROM requests", 422)]
    [InlineData("SELECT max(length(replace(path, 'p', path))) FROM requests", 422)]
    [InlineData("SELECT max(length(regexp_replace(path, 'p', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'g'))) FROM requests", 422)]
    [InlineData("SELECT max(length(regexp_replace(path, '(.*)', '\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1'))) FROM requests", 422)]
    [InlineData("SELECT max(length(regexp_replace(path, 'p*', path || '\\0\\0', 'g'))) FROM requests", 422)]
    [InlineData("SELECT max(length(translate(translate(path, 'p', '𒀀'), '𒀀', '𒀁'))) FROM requests", 422)]
    [InlineData("SELECT max(length(hex(hex(hex(hex(path)))))) FROM requests", 422)]
    [InlineData("SELECT max(length(bin(bin(path)))) FROM requests", 422)]
    [InlineData("SELECT max(length(to_base64(encode(hex(encode(hex(encode(url_encode(path)))))))) ) FROM requests", 403)]
    [InlineData("SELECT max(length(url_encode(url_encode(url_encode(replace(path, 'p', '%')))))) FROM requests", 422)]
    [InlineData("SELECT max(length(regexp_escape(regexp_escape(regexp_escape(replace(path, 'p', '.')))))) FROM requests", 422)]
    [InlineData("SELECT max(length(encode(encode(encode(replace(path, 'p', chr(1)))::VARCHAR)::VARCHAR)::VARCHAR)) FROM requests", 403)]
    [InlineData("SELECT max(length(strftime(time, replace(path, 'p', '%%A')))) FROM requests", 400)]
    // Lists, structs, maps and arrays.
    [InlineData("SELECT max(len(string_split(path, ''))) FROM requests", 422)]
    [InlineData("SELECT max(len(string_split_regex(path, ''))) FROM requests", 422)]
    [InlineData("SELECT max(length(split_part(path, '', 10))) FROM requests", 422)]
    [InlineData("SELECT max(len(regexp_extract_all(path, '.'))) FROM requests", 422)]
    [InlineData("SELECT max(length(array_to_string(string_split(path, ''), 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'))) FROM requests", 422)]
    [InlineData("SELECT max(len(list_concat(string_split(path, ''), string_split(path, ''), string_split(path, ''), string_split(path, '')))) FROM requests", 422)]
    [InlineData("WITH a AS (SELECT [i, i, i, i] AS l FROM range(4000) t(i)), b AS (SELECT l||l||l||l||l||l||l||l AS l FROM a), c AS (SELECT l||l||l||l||l||l||l||l AS l FROM b), d AS (SELECT l||l||l||l||l||l||l||l AS l FROM c) SELECT max(len(l)) FROM d", 403)]
    [InlineData("SELECT max(len(list_filter(string_split(path, ''), x -> length(x || path || path) > 0))) FROM requests", 422)]
    [InlineData("SELECT max(length(s::VARCHAR)) FROM (SELECT {'a': path, 'b': path, 'c': path, 'd': path, 'e': path, 'f': path, 'g': path, 'h': path} AS s FROM requests)", 422)]
    [InlineData("WITH a AS (SELECT {'a': i, 'b': i} AS s FROM range(4000) t(i)), b AS (SELECT {'a': s, 'b': s, 'c': s, 'd': s, 'e': s, 'f': s, 'g': s, 'h': s} AS s FROM a), c AS (SELECT {'a': s, 'b': s, 'c': s, 'd': s, 'e': s, 'f': s, 'g': s, 'h': s} AS s FROM b), d AS (SELECT {'a': s, 'b': s, 'c': s, 'd': s, 'e': s, 'f': s, 'g': s, 'h': s} AS s FROM c), e AS (SELECT {'a': s, 'b': s, 'c': s, 'd': s, 'e': s, 'f': s, 'g': s, 'h': s} AS s FROM d) SELECT count(s) FROM e", 403)]
    [InlineData("WITH a AS (SELECT r FROM requests r), b AS (SELECT unnest(r), unnest(r), unnest(r), unnest(r), unnest(r), unnest(r), unnest(r), unnest(r) FROM a), c AS (SELECT *, *, *, *, *, *, *, * FROM b) SELECT *, *, *, *, *, *, *, * FROM c", 403)]
    [InlineData("SELECT NULL::INT[100000] FROM range(4096)", 403)]
    [InlineData("SELECT count(x) FROM (SELECT NULL::INT[1000][100] AS x FROM range(4096))", 403)]
    [InlineData("SELECT max(len(('[' || replace(path, 'p', '{},') || '{}]')::STRUCT(a INT, b INT, c INT, d INT, e INT, f INT, g INT, h INT)[])) FROM requests", 403)]
    [InlineData("SELECT max(cardinality(map(string_split(path, ''), string_split(path, '')))) FROM requests", 422)]
    [InlineData("SELECT max(len(list_zip(string_split(path, ''), string_split(path, ''), string_split(path, '')))) FROM requests", 403)]
    [InlineData("SELECT len(max(path || i, 100000)) FROM requests, range(100) t(i)", 403)]
    [InlineData("SELECT len(arg_max(path || i, i, 100000)) FROM requests, range(100) t(i)", 403)]
    [InlineData("SELECT len(list_select([path], string_split(path, '')::INT[])) FROM requests", 403)]
    [InlineData("WITH a AS (SELECT [i, i, i, i] AS l FROM range(4000) t(i)), b AS (SELECT l+l+l+l+l+l+l+l AS l FROM a), c AS (SELECT l+l+l+l+l+l+l+l AS l FROM b), d AS (SELECT l+l+l+l+l+l+l+l AS l FROM c), e AS (SELECT l+l+l+l AS l FROM d) SELECT max(len(l)) FROM e", 403)]
    // JSON.
    [InlineData("SELECT max(length(to_json(to_json(to_json(to_json(replace(path, 'p', chr(1)))::VARCHAR)::VARCHAR)::VARCHAR)::VARCHAR)) FROM requests", 403)]
    [InlineData("SELECT max(length(json_array(path, path, path, path, path, path, path, path, path, path)::VARCHAR)) FROM requests", 422)]
    [InlineData("SELECT max(length(json_object(path, path, path || '1', path, path || '2', path)::VARCHAR)) FROM requests", 422)]
    [InlineData("SELECT max(length(json_pretty(replace(path[1:2000], 'p', '[') || replace(path[1:2000], 'p', ']')))) FROM requests", 403)]
    [InlineData("SELECT max(len(json_extract(replace(path[1:900], 'p', '[') || replace(path[1:900], 'p', ']'), '$..*'))) FROM requests", 403)]
    [InlineData("SELECT max(len(json_extract(path, ['$','$','$','$','$','$','$','$','$','$','$','$','$','$','$','$']))) FROM requests", 422)]
    [InlineData("SELECT max(len(json_transform('[' || replace(path, 'p', '{},') || '{}]', '[{\"a\":\"BIGINT\",\"b\":\"BIGINT\",\"c\":\"BIGINT\",\"d\":\"BIGINT\"}]'))) FROM requests", 403)]
    [InlineData("SELECT length(json_group_array(path)::VARCHAR) FROM requests", 403)]
    // Work space, and what the engine writes more than once.
    [InlineData("SELECT count(q) FROM (SELECT reservoir_quantile(i, 0.5, 100000) AS q FROM range(100000) t(i) GROUP BY i)", 403)]
    [InlineData("SELECT max(damerau_levenshtein(path, path)) FROM requests", 403)]
    [InlineData("SELECT bit_count(bitstring_agg(i, 0, 1000000000)) FROM range(10) t(i)", 403)]
    [InlineData("SELECT max(fmod(fmod(fmod(fmod(fmod(fmod(fmod(fmod(fmod(fmod(fmod(fmod(fmod(fmod(fmod(fmod(i,7),7),7),7),7),7),7),7),7),7),7),7),7),7),7),7)) FROM range(4096) t(i)", 403)]
    [InlineData("SELECT count(*) FROM (SELECT path FROM requests ORDER BY path || path || path || path || path || path || path COLLATE noaccent)", 422)]
    [InlineData("SELECT count(*) FROM (SELECT 1 AS a FROM range(1000) t(i) GROUP BY CUBE(i, i+1, i+2, i+3, i+4, i+5, i+6, i+7, i+8, i+9, i+10, i+11, i+12, i+13))", 422)]
    // Just within the bound: these may run, and must stay below it.
    [InlineData("SELECT max(length(path || path || path)) FROM requests", 200)]
    [InlineData("SELECT max(length(replace(path, 'p', 'pp'))) FROM requests", 200)]
    [InlineData("SELECT max(length(to_json(path[1:500])::VARCHAR)) FROM requests", 200)]
    [InlineData("SELECT max(length(bin(path[1:500]))), max(len(string_split(path[1:250], ''))) FROM requests", 200)]
    [InlineData("SELECT max(length(a.path || b.i)) FROM requests a, range(40) b(i)", 200)]
    public async Task A_statement_that_makes_much_of_little_ends_within_its_memory_and_harms_nothing(string sql, int status)
    {
        var before = Environment.WorkingSet;
        var peak = before;
        using (var sampler = new Timer(_ => peak = Math.Max(peak, Environment.WorkingSet), null, 0, 5))
        {
            var reply = await asked.Server.SqlAsync(sql);
            Assert.True(reply.Status == status, $"expected {status}, got {reply.Status}: {reply.Body[..Math.Min(500, reply.Body.Length)]}");
        }

        Assert.True(peak - before < GrowthMax, $"the process grew by {(peak - before) >> 20} MiB");
        await asked.CheckUnharmedAsync();
    }

    [Theory]
    [InlineData("SELECT path[1:40] || '?' || query AS address, count(*) AS n FROM requests GROUP BY ALL ORDER BY n DESC LIMIT 10")]
    [InlineData("SELECT host || path AS address, concat(method, ' ', path), concat_ws(' ', method, path, status) FROM requests LIMIT 10")]
    [InlineData("SELECT lower(host), upper(method), replace(path, '/', '-') FROM requests LIMIT 10")]
    [InlineData("SELECT regexp_replace(path, '[0-9]+', ':id', 'g') AS route, count(*) FROM requests GROUP BY route ORDER BY 2 DESC LIMIT 10")]
    [InlineData("SELECT string_split(left(path, 200), '/')[2] AS first, count(*) FROM requests GROUP BY first LIMIT 10")]
    [InlineData("SELECT part, count(*) FROM (SELECT unnest(string_split(left(path, 200), '/')) AS part FROM requests) GROUP BY part ORDER BY 2 DESC LIMIT 10")]
    [InlineData("SELECT regexp_extract(user_agent, '(Chrome|Firefox|Safari)', 1) AS browser, count(*) FROM requests GROUP BY browser")]
    [InlineData("SELECT strftime(time, '%Y-%m-%d %H:%M') AS minute, count(*), approx_quantile(time_taken, 0.95) FROM requests GROUP BY minute ORDER BY minute")]
    [InlineData("SELECT CASE WHEN path LIKE '/api/%' THEN 'api' WHEN regexp_matches(path, '\\.(png|jpg|css|js)$') THEN 'static' ELSE 'page' END AS part, sum(bytes_sent) FROM requests GROUP BY part")]
    [InlineData("SELECT octet_length(data), decode(data[1:100]), reason, attributes, route || ' ' || stream FROM rejects LIMIT 10")]
    [InlineData("SELECT * FROM rejects LIMIT 3")]
    [InlineData("SELECT * FROM requests LIMIT 10")]
    [InlineData("SELECT * FROM requests ORDER BY time DESC LIMIT 10")]
    [InlineData("SELECT r.path, r.status, d.source_address, d.duration FROM requests r JOIN deliveries d USING (delivery_id) WHERE r.status = 200 LIMIT 10")]
    [InlineData("SELECT host, status, lag(time) OVER (PARTITION BY client_ip ORDER BY time) AS before, row_number() OVER (PARTITION BY host ORDER BY time) AS n FROM requests QUALIFY n < 10")]
    [InlineData("WITH errors AS (SELECT date_trunc('hour', time) AS hour, count(*) AS n FROM requests WHERE status >= 200 GROUP BY hour), every AS (SELECT * FROM range(TIMESTAMP '2026-11-20', TIMESTAMP '2026-11-21', INTERVAL 1 HOUR) t(hour)) SELECT every.hour, coalesce(n, 0) FROM every LEFT JOIN errors USING (hour) ORDER BY 1")]
    [InlineData("WITH RECURSIVE days AS (SELECT DATE '2026-11-01' AS day UNION ALL SELECT day + 1 FROM days WHERE day < DATE '2026-11-20') SELECT day, strftime(day, '%A %d %B') FROM days")]
    [InlineData("WITH RECURSIVE steps AS (SELECT 'a' AS way, 1 AS n UNION ALL SELECT left(way || '/b', 100), n + 1 FROM steps WHERE n < 9) SELECT * FROM steps")]
    [InlineData("SELECT host, status, count(*), sum(bytes_sent), avg(time_taken), min(time), max(time), any_value(path) FROM requests GROUP BY ROLLUP (host, status)")]
    [InlineData("SELECT host, arg_max(path, time_taken), approx_top_k(left(path, 50), 3), count(DISTINCT client_ip) FROM requests GROUP BY host")]
    [InlineData("SELECT json_extract_string('{\"a\":{\"b\":' || status || '}}', '$.a.b'), to_json({'path': left(path, 100), 'status': status}) FROM requests LIMIT 5")]
    [InlineData("SELECT url_decode(query), md5(path), length(path), strip_accents(lower(host)), trim(user_agent), substr(path, 1, 20) || '…' FROM requests LIMIT 10")]
    [InlineData("SELECT status, count(*) FROM requests WHERE status IN (200, 301, 404) AND path NOT ILIKE '%.PNG' AND host <> '' GROUP BY 1 HAVING count(*) > 1 UNION ALL SELECT 0, count(*) FROM rejects ORDER BY 1")]
    public async Task An_ordinary_statement_passes_over_long_paths_too(string sql) => (await asked.Server.SqlAsync(sql)).Expect(200);

    [Fact]
    public async Task A_text_that_is_too_long_is_named_with_the_remedy_and_the_remedy_works()
    {
        var reply = (await asked.Server.SqlAsync("SELECT count(*) FROM requests WHERE len(string_split(path, '/')) > 2")).Expect(422);

        Assert.Equal("urn:cistern:problem:out-of-memory", reply.Type);
        Assert.Contains("path[1:100]", reply.Body, StringComparison.Ordinal);
        (await asked.Server.SqlAsync("SELECT count(*) FROM requests WHERE len(string_split(path[1:100], '/')) > 2")).Expect(200);
    }
}
