namespace Cistern.Tests.Query;

/// <summary><c>having</c> over a log of four paths; it is noon of 20 November.</summary>
public class HavingTests(TestStore kind = TestStore.Embedded) : IAsyncLifetime
{
    private QueryHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await QueryHost.StartAsync(kind);

        // Requests / errors / last seen: /a 4 / 1 / 11:30; /b 2 / 2 / 10:00; /c 1 / 0 / 09:00; /d 1 without a status / 08:00. The day before: /a 1, /c 2.
        _host.Store.Execute("""
            INSERT INTO requests (time, path, status, host, weight) SELECT * FROM (VALUES
                (TIMESTAMP '2026-11-20 11:00:00', '/a', 200, 'h', 2.0), (TIMESTAMP '2026-11-20 11:10:00', '/a', 500, 'h', 1.0), (TIMESTAMP '2026-11-20 11:30:00', '/a', 200, 'g', 1.0),
                (TIMESTAMP '2026-11-20 09:30:00', '/b', 404, 'h', 1.0), (TIMESTAMP '2026-11-20 10:00:00', '/b', 500, 'h', 1.0),
                (TIMESTAMP '2026-11-20 09:00:00', '/c', 200, 'g', 1.0),
                (TIMESTAMP '2026-11-20 08:00:00', '/d', NULL, 'h', 1.0),
                (TIMESTAMP '2026-11-19 11:00:00', '/a', 200, 'h', 1.0), (TIMESTAMP '2026-11-19 11:00:00', '/c', 200, 'h', 2.0))
                AS t(time, path, status, host, weight)
            """);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("requests>1", "/a /b")]
    [InlineData("requests>=1 errors<1", "/c /d")]
    [InlineData("requests:2", "/b")]
    [InlineData("requests:2-4", "/a /b")]
    [InlineData("errors:*", "/a /b")] // A count has a value if it is above 0.
    [InlineData("-errors:*", "/c /d")]
    [InlineData("error_rate:*", "/a /b /c")] // Of /d no status is known: no rate, which 0 is one of.
    [InlineData("error_rate<0.5", "/a /c")] // And what does not exist meets no comparison.
    [InlineData("-error_rate>=0.5", "/a /c /d")]
    [InlineData("last_seen<-2h", "/c /d")] // 10:00 is not before 10:00.
    [InlineData("last_seen>=-2h requests<4", "/b")]
    [InlineData("last_seen<2026-11-20T08:00:01Z OR requests>3", "/a /d")]
    [InlineData("requests>100", "")]
    public async Task Groups_are_kept_for_which_it_holds(string having, string expected) => Assert.Equal(expected, await PathsAsync(having));

    [Fact]
    public async Task The_limit_counts_what_is_left()
    {
        // By requests the first two are /a and /b, which are errors.
        var reply = await AskAsync("""{"measures":["requests","errors"],"by":["path"],"having":"errors<1","limit":1}""");

        Assert.Equal(["""["/c",1,0]"""], reply.Rows);
    }

    [Fact]
    public async Task A_whole_is_a_group_too()
    {
        Assert.Equal(["[8]"], (await AskAsync("""{"measures":["requests"],"having":"requests>7"}""")).Rows);
        Assert.Empty((await AskAsync("""{"measures":["requests"],"having":"requests>8"}""")).Rows);
    }

    [Fact]
    public async Task Comparisons_can_be_tested()
    {
        const string Ask = """{"from":"2026-11-20T00:00:00Z","to":"2026-11-21T00:00:00Z","measures":["requests"],"by":["path"],"compare":true,"order":"path","having":"HAVING"}""";

        Assert.Equal(["""["/a",4,1,null]"""], (await _host.AskAsync(Ask.Replace("HAVING", "requests_before<2 requests_before>0", StringComparison.Ordinal))).Expect(200).Rows);

        // What was nowhere counts as 0, not as unknown.
        Assert.Equal(["""["/b",2,0,null]""", """["/d",1,0,null]"""], (await _host.AskAsync(Ask.Replace("HAVING", "-requests_before:*", StringComparison.Ordinal))).Expect(200).Rows);
        Assert.Empty((await _host.AskAsync(Ask.Replace("HAVING", "requests_change>0", StringComparison.Ordinal))).Expect(200).Rows);
    }

    [Theory]
    [InlineData("path")] // Many values: picked by a pass of its own.
    [InlineData("method")] // Few values: picked from the groups of the same pass, if what is tested adds up.
    public async Task A_series_is_judged_as_a_whole(string dimension)
    {
        _host.Store.Execute("UPDATE requests SET method = path");
        foreach (var (measures, having) in new[] { ("\"requests\"", "requests>=4"), ("\"requests\",\"last_seen\"", "last_seen>=11:00"), ("\"requests\",\"time_taken_max\"", "requests>3") })
        {
            var reply = await AskAsync($$"""{"measures":[{{measures}}],"by":["time:30m","{{dimension}}"],"having":"{{having.Replace("11:00", "2026-11-20T11:00:00Z", StringComparison.Ordinal)}}"}""");

            // No point of /a alone has 4 requests.
            Assert.Equal(["2026-11-20T11:00:00.000Z /a", "2026-11-20T11:30:00.000Z /a"], reply.Json.GetProperty("rows").EnumerateArray().Select(row => $"{row[0]} {row[1]}"));
        }
    }

    [Theory]
    [InlineData("""{"measures":["requests"],"by":["path"],"having":"errors>1"}""", "filter-invalid", "cannot read having at 0: unknown measure 'errors'; it tests the measures of the question: requests")]
    [InlineData("""{"measures":["requests"],"by":["path"],"having":"request>1"}""", "filter-invalid", "did you mean 'requests'?")]
    [InlineData("""{"measures":["requests"],"by":["path"],"having":"requests>1 or"}""", "filter-invalid", "cannot read having at 11: 'or' is no test; write measure>0")]
    [InlineData("""{"measures":["requests"],"by":["path"],"having":"requests>many"}""", "filter-invalid", "'many' is not a number")]
    [InlineData("""{"measures":["last_seen"],"by":["path"],"having":"last_seen:today"}""", "filter-invalid", "last_seen is a time")]
    [InlineData("""{"measures":["requests"],"by":["path","time:1h"],"compare":true,"having":"requests_before>1"}""", "filter-invalid", "unknown measure 'requests_before'")]
    [InlineData("""{"measures":["requests"],"by":["time:1h"],"having":"requests>1"}""", "parameter-invalid", "time as the only dimension")]
    public async Task What_cannot_be_tested_is_refused(string question, string type, string detail)
    {
        var reply = (await _host.AskAsync(question)).Expect(400);

        Assert.EndsWith(type, reply.Type, StringComparison.Ordinal);
        Assert.Contains(detail, reply.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_become_parameters()
    {
        await AskAsync("""{"measures":["requests"],"by":["path"],"having":"requests>1.5"}""");

        Assert.DoesNotContain("1.5", Assert.Single(_host.Store.Asked).Sql, StringComparison.Ordinal);
    }

    private async Task<string> PathsAsync(string having) => string.Join(
        ' ', (await AskAsync($$"""{"measures":["requests","errors","error_rate","last_seen"],"by":["path"],"order":"path","having":"{{having}}"}""")).Json.GetProperty("rows").EnumerateArray().Select(row => row[0].GetString()));

    private async Task<Reply> AskAsync(string question) => (await _host.AskAsync("""{"from":"-12h",""" + question[1..])).Expect(200);
}

public sealed class HavingOnClickHouseTests() : HavingTests(TestStore.ClickHouse);
