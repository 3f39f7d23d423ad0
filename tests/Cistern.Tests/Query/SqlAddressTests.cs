using Cistern.Query;

namespace Cistern.Tests.Query;

public sealed class SqlAddressTests : IAsyncLifetime
{
    private const string Sample = "SELECT 1 AS n, 'a,\"b\"' AS t, NULL AS x, '' AS e, TIMESTAMP '2026-11-20 11:00:00.5' AS at, 'AB'::BLOB AS b, [1, 2] AS l, {'k': 1.5} AS m, TRUE AS y, 1, 1";

    private QueryHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await QueryHost.StartAsync(
        new QuestionLimits { SqlTime = TimeSpan.FromSeconds(5), SqlRows = 1_000 }, ("memory_limit", "100MB"), ("max_temp_directory_size", "0MB"));

    [Fact]
    public async Task A_result_is_json_unless_something_else_is_asked_for()
    {
        var reply = (await _host.SqlAsync(Sample)).Expect(200);

        Assert.Equal("""[1,"a,\"b\"",null,"","2026-11-20T11:00:00.500Z","QUI=",[1,2],{"k":1.5},true,1,1]""", Assert.Single(reply.Rows));
        Assert.Equal(["n", "t", "x", "e", "at", "b", "l", "m", "y", "1", "1"], reply.Columns);
        Assert.Equal(1, reply.Meta.GetProperty("rows").GetInt64());
    }

    [Fact]
    public async Task A_result_can_be_csv()
    {
        var reply = (await _host.SqlAsync(Sample, "text/csv")).Expect(200);

        Assert.Equal("text/csv; charset=utf-8", reply.ContentType);
        Assert.Equal("n,t,x,e,at,b,l,m,y,1,1\r\n1,\"a,\"\"b\"\"\",,\"\",2026-11-20T11:00:00.500Z,QUI=,\"[1,2]\",\"{\"\"k\"\":1.5}\",true,1,1\r\n", reply.Body);
    }

    [Fact]
    public async Task A_result_can_be_one_object_a_line()
    {
        var reply = (await _host.SqlAsync("SELECT i, i AS i FROM range(2) t(i) ORDER BY 1", "application/x-ndjson")).Expect(200);

        Assert.Equal("{\"i\":0,\"i_2\":0}\n{\"i\":1,\"i_2\":1}\n", reply.Body);
    }

    [Theory]
    [InlineData("*/*", "application/json")]
    [InlineData("text/*", "text/csv; charset=utf-8")]
    [InlineData("text/html, text/csv;q=0.5, application/x-ndjson;q=0.9", "application/x-ndjson")]
    [InlineData("application/json;q=0, */*;q=0.1", "application/json")]
    public async Task Accept_chooses_the_format(string accept, string expected) => Assert.Equal(expected, (await _host.SqlAsync("SELECT 1", accept)).Expect(200).ContentType);

    [Fact]
    public async Task A_format_that_is_not_known_is_refused() => (await _host.SqlAsync("SELECT 1", "text/html")).Expect(406);

    [Theory]
    [InlineData("COPY requests TO '/tmp/x'", 403, "sql-refused")]
    [InlineData("SELECT * FROM enable_logging('QueryLog')", 403, "sql-refused")]
    [InlineData("SELECT nothing FROM requests", 400, "sql-invalid")]
    [InlineData("SELECT 'a'::INT", 400, "sql-invalid")]
    [InlineData("SELEC 1", 400, "body-malformed")]
    [InlineData("   ", 400, "body-malformed")]
    [InlineData("SELECT * FROM range(1001)", 422, "too-many-rows")]
    [InlineData("SELECT count(DISTINCT i) FROM range(200000000) t(i)", 422, "out-of-memory")]
    [InlineData("SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE (a.range * b.range) % 7 = 3", 504, "timed-out")]
    public async Task A_statement_that_fails_has_its_problem_and_harms_no_later_one(string sql, int status, string type)
    {
        var reply = (await _host.SqlAsync(sql, "text/csv")).Expect(status);

        Assert.Equal("application/problem+json", reply.ContentType);
        Assert.Equal($"urn:cistern:problem:{type}", reply.Type);
        Assert.Equal(["[0]"], (await _host.SqlAsync("SELECT count(*) FROM requests")).Expect(200).Rows);
    }

    [Fact]
    public async Task The_store_is_asked_in_the_pool_for_statements_for_the_tables_that_they_name()
    {
        (await _host.SqlAsync("SELECT count(*) FROM deliveries JOIN rejects USING (delivery_id)")).Expect(200);

        var asked = Assert.Single(_host.Store.Asked);
        Assert.Equal(Cistern.Store.QueryPool.Sql, asked.Pool);
        Assert.Equal(["deliveries", "rejects"], asked.Tables);
        Assert.Null(asked.Range);
    }

    [Fact]
    public async Task A_statement_comes_as_plain_text()
    {
        (await _host.PostAsync("/api/sql", "SELECT 1", "application/x-www-form-urlencoded")).Expect(415);
        (await _host.PostAsync("/api/sql", "SELECT 1", "text/plain; charset=utf-8")).Expect(200);
        (await _host.PostAsync("/api/sql", "SELECT 1 --" + new string('x', 70_000), "text/plain")).Expect(400);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
