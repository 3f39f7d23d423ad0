using Cistern.Query;

namespace Cistern.Tests.Query;

/// <summary><c>POST /api/sql</c> with ClickHouse's SQL.</summary>
public sealed class SqlAddressOnClickHouseTests : IAsyncLifetime
{
    private const string Sample = "SELECT 1 AS n, 'a,\"b\"' AS t, NULL AS x, '' AS e, toDateTime64('2026-11-20 11:00:00.5', 3, 'UTC') AS at, [1, 2] AS l, map('k', 1.5) AS m, true AS y, toInt128('170141183460469231731687303715884105727') AS i, nan AS f";

    private QueryHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await QueryHost.StartAsync(TestStore.ClickHouse, new QuestionLimits { SqlTime = TimeSpan.FromSeconds(5), SqlRows = 1_000 });

    [Fact]
    public async Task A_result_has_the_same_shape_as_of_any_store()
    {
        var reply = (await _host.SqlAsync(Sample)).Expect(200);

        Assert.Equal("""[1,"a,\"b\"",null,"","2026-11-20T11:00:00.500Z",[1,2],{"k":1.5},true,"170141183460469231731687303715884105727",null]""", Assert.Single(reply.Rows));
        Assert.Equal(["n", "t", "x", "e", "at", "l", "m", "y", "i", "f"], reply.Columns);
        Assert.Equal("i,i_2\r\n0,0\r\n1,1\r\n", (await _host.SqlAsync("SELECT number AS i, number AS i_2 FROM numbers(2)", "text/csv")).Expect(200).Body);
        Assert.Equal("{\"i\":0}\n", (await _host.SqlAsync("SELECT number AS i FROM numbers(1)", "application/x-ndjson")).Expect(200).Body);
    }

    [Fact]
    public async Task A_text_that_looks_like_a_place_for_a_value_is_a_text() =>
        Assert.Equal(["""["{p1:}","{p1:String}"]"""], (await _host.SqlAsync("SELECT '{p1:}' AS a, '{p1:String}' AS b")).Expect(200).Rows);

    [Theory]
    [InlineData("INSERT INTO requests_rows SELECT 1", 403, "sql-refused")]
    [InlineData("SELECT * FROM url('http://127.0.0.1/')", 403, "sql-refused")]
    [InlineData("SELECT nothing FROM requests", 400, "sql-invalid")]
    [InlineData("SELECT toInt32('a')", 400, "sql-invalid")]
    [InlineData("SELEC 1", 400, "body-malformed")]
    [InlineData("SELECT number FROM numbers(1001)", 422, "too-many-rows")]
    [InlineData("SELECT uniqExact(number) FROM numbers(200000000)", 422, "out-of-memory")]
    [InlineData("SELECT repeat('x', 900000) FROM numbers(999)", 422, "out-of-memory")]
    [InlineData("SELECT count() FROM numbers(10000000000) AS a WHERE cityHash64(number) % 7 = 8", 504, "timed-out")]
    public async Task A_statement_that_fails_has_its_problem_and_harms_no_later_one(string sql, int status, string type)
    {
        var reply = (await _host.SqlAsync(sql, "text/csv")).Expect(status);

        Assert.Equal($"urn:cistern:problem:{type}", reply.Type);
        Assert.Equal(["[0]"], (await _host.SqlAsync("SELECT count(*) FROM requests")).Expect(200).Rows);
    }

    [Fact]
    public async Task A_statement_sees_the_rows_of_the_views()
    {
        _host.Store.Execute("INSERT INTO requests (time, received, path, request_id, fields) VALUES (TIMESTAMP '2026-11-20 11:00:00', TIMESTAMP '2026-11-20 11:00:01', '/a', 'an-id==', MAP {'k': 'v'})");

        Assert.Equal(["""["/a","an-id==","v",1]"""], (await _host.SqlAsync("SELECT path, request_id, fields['k'], weight FROM requests WHERE time >= '2026-11-20'")).Expect(200).Rows);
        Assert.Equal(["requests"], _host.Store.Asked[^1].Tables);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
