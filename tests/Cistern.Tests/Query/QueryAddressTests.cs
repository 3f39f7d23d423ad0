using System.Text.Json;
using Cistern.Query.Catalogue;
using Cistern.Store;

namespace Cistern.Tests.Query;

/// <summary><c>POST /api/query</c> over a socket and the real engine.</summary>
public class QueryAddressTests(TestStore kind = TestStore.Embedded) : IAsyncLifetime
{
    private QueryHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await QueryHost.StartAsync(kind);
        // Three hours of today and, for comparisons, of the day before.
        _host.Store.Execute("""
            INSERT INTO requests BY NAME SELECT * FROM (VALUES
                (TIMESTAMP '2026-11-20 09:10:00', '/a', 200, 'Hit', 100, 0.1, 1.0, 'x', '1.1.1.1'),
                (TIMESTAMP '2026-11-20 09:20:00', '/a', 404, 'Error', 200, 0.2, 1.0, 'x', '1.1.1.1'),
                (TIMESTAMP '2026-11-20 11:10:00', '/b', 500, 'Error', 300, 0.3, 1.0, 'y', '1.1.1.2'),
                (TIMESTAMP '2026-11-20 11:20:00', '/a', 304, 'RefreshHit', 400, 0.4, 1.0, 'x', '1.1.1.3'),
                (TIMESTAMP '2026-11-20 11:30:00', '/c', 301, 'Redirect', NULL, NULL, 1.0, 'x', ''),
                (TIMESTAMP '2026-11-20 11:40:00', '/c', NULL, '', 5, 0.5, NULL, 'x', '1.1.1.1'))
                AS t(time, path, status, result_type, bytes_sent, time_taken, weight, user_agent, client_ip);
            INSERT INTO requests (time, path, status, weight) SELECT TIMESTAMP '2026-11-20 07:05:00' + INTERVAL (i) SECOND, '/a', 200, 1 FROM range(40) t(i);
            UPDATE requests SET received = time + INTERVAL 2 SECOND;
            """);
    }

    [Fact]
    public async Task Counts_sums_ratios_and_quantiles_follow_their_definitions()
    {
        var reply = (await _host.AskAsync("""
            {"from":"2026-11-20T09:00:00Z","to":"now","measures":["requests","rows","bytes_sent","status_4xx","status_5xx","errors","error_rate","cache_hit_ratio",
             "time_taken_max","time_taken_avg","ingest_delay_max","client_ips","paths","first_seen"]}
            """)).Expect(200);

        // error_rate: 2 of the 5 with a known status. cache_hit_ratio: Hit and RefreshHit of Hit, RefreshHit and two Errors.
        Assert.Equal("""[6,6,1005,1,1,2,0.4,0.5,0.5,0.3,2,3,3,"2026-11-20T09:10:00.000Z"]""", Assert.Single(reply.Rows));
        Assert.Equal("application/json", reply.ContentType);
        Assert.Equal("""{"name":"error_rate","type":"number","unit":"ratio"}""", reply.Json.GetProperty("columns")[6].GetRawText());
        Assert.InRange(reply.Meta.GetProperty("rowsRead").GetInt64(), kind == TestStore.Embedded ? 42 : 1, 46);
        Assert.False(reply.Meta.GetProperty("scaled").GetBoolean());
        Assert.Equal("2026-11-20T12:00:00.000Z", reply.Meta.GetProperty("to").GetString());
    }

    [Fact]
    public async Task Groups_come_in_order_and_no_more_than_asked()
    {
        var reply = (await _host.AskAsync("""{"from":"-3h","measures":["requests"],"by":["path"],"order":"-requests,path","limit":2}""")).Expect(200);

        Assert.Equal(["""["/a",3]""", """["/c",2]"""], reply.Rows);
    }

    [Fact]
    public async Task Time_alone_has_a_row_for_every_bucket()
    {
        var reply = (await _host.AskAsync("""{"from":"2026-11-20T09:00:00Z","measures":["requests","time_taken_max"],"by":["time:1h"]}""")).Expect(200);

        Assert.Equal(["""["2026-11-20T09:00:00.000Z",2,0.2]""", """["2026-11-20T10:00:00.000Z",0,null]""", """["2026-11-20T11:00:00.000Z",4,0.5]"""], reply.Rows);
        Assert.Equal("1h", reply.Meta.GetProperty("bucket").GetString());

        var backwards = (await _host.AskAsync("""{"from":"2026-11-20T09:00:00Z","measures":["requests"],"by":["time:1h"],"order":"-time"}""")).Expect(200);
        Assert.Equal(["""["2026-11-20T11:00:00.000Z",4]""", """["2026-11-20T10:00:00.000Z",0]""", """["2026-11-20T09:00:00.000Z",2]"""], backwards.Rows);

        var none = (await _host.AskAsync("""{"from":"-3h","by":["time:1h"],"where":"path:/none"}""")).Expect(200);
        Assert.Equal(3, none.Rows.Length);
    }

    [Fact]
    public async Task Time_with_another_dimension_gives_the_best_series_with_all_their_points()
    {
        var reply = (await _host.AskAsync("""{"from":"2026-11-20T09:00:00Z","measures":["requests"],"by":["path","time:1h"],"order":"-requests","limit":1}""")).Expect(200);

        Assert.Equal(["path", "time", "requests"], reply.Columns);
        Assert.Equal(["""["/a","2026-11-20T09:00:00.000Z",2]""", """["/a","2026-11-20T11:00:00.000Z",1]"""], reply.Rows);
    }

    [Fact]
    public async Task A_series_whose_dimension_is_unknown_is_a_series_too()
    {
        var reply = (await _host.AskAsync("""{"from":"2026-11-20T09:00:00Z","by":["time:1d","asn"]}""")).Expect(200);

        Assert.Equal(["""["2026-11-20T00:00:00.000Z",null,6]"""], reply.Rows);
    }

    [Fact]
    public async Task Days_begin_at_midnight_of_the_time_zone()
    {
        var reply = (await _host.AskAsync("""{"from":"2026-11-20T09:00:00Z","by":["time:1d"],"tz":"America/Los_Angeles"}""")).Expect(200);
        Assert.Equal(["""["2026-11-20T08:00:00.000Z",6]"""], reply.Rows);

        var hours = (await _host.AskAsync("""{"from":"2026-11-20T09:00:00Z","by":["hour_of_day"],"order":"hour_of_day","tz":"Asia/Kathmandu"}""")).Expect(200);
        Assert.Equal(["[14,1]", "[15,1]", "[16,1]", "[17,3]"], hours.Rows);
    }

    [Fact]
    public async Task A_comparison_shows_the_range_before_and_hides_changes_of_little()
    {
        var reply = (await _host.AskAsync("""{"from":"2026-11-20T09:00:00Z","to":"2026-11-20T12:00:00Z","measures":["requests","error_rate","last_seen"],"by":["path"],"order":"path","compare":true}""")).Expect(200);

        Assert.Equal(["path", "requests", "requests_before", "requests_change", "error_rate", "error_rate_before", "error_rate_change", "last_seen"], reply.Columns);
        Assert.Equal("""["/a",3,40,-0.925,0.3333333333333333,0,null,"2026-11-20T11:20:00.000Z"]""", reply.Rows[0]);
        Assert.Equal("""["/b",1,0,null,1,null,null,"2026-11-20T11:10:00.000Z"]""", reply.Rows[1]);
    }

    [Fact]
    public async Task A_comparison_over_time_shifts_the_range_before_onto_this_one()
    {
        var reply = (await _host.AskAsync("""{"from":"2026-11-20T09:00:00Z","to":"2026-11-20T12:00:00Z","by":["time:1h"],"compare":true}""")).Expect(200);

        Assert.Equal(
            ["""["2026-11-20T09:00:00.000Z",2,0,null]""", """["2026-11-20T10:00:00.000Z",0,40,-1]""", """["2026-11-20T11:00:00.000Z",4,0,null]"""], reply.Rows);
    }

    [Fact]
    public async Task A_group_that_is_gone_is_shown_in_a_comparison()
    {
        var reply = (await _host.AskAsync("""{"from":"2026-11-20T09:00:00Z","to":"2026-11-20T12:00:00Z","by":["status"],"where":"status:200","compare":true,"measures":["requests"]}""")).Expect(200);
        Assert.Equal(["[200,1,40,-0.975]"], reply.Rows);

        var gone = (await _host.AskAsync("""{"from":"2026-11-20T10:00:00Z","to":"2026-11-20T11:00:00Z","by":["path"],"compare":true}""")).Expect(200);
        Assert.Equal(["""["/a",0,2,null]"""], gone.Rows);
    }

    [Fact]
    public async Task Sampled_rows_are_scaled_and_the_answer_says_so()
    {
        _host.Store.Execute("INSERT INTO requests (time, path, status, weight, bytes_sent) VALUES (TIMESTAMP '2026-11-20 11:50:00', '/sampled', 200, 20, 10)");
        var reply = (await _host.AskAsync("""{"from":"-1h","measures":["requests","rows","bytes_sent"],"where":"path:/sampled"}""")).Expect(200);

        Assert.Equal(["[20,1,200]"], reply.Rows);
        Assert.True(reply.Meta.GetProperty("scaled").GetBoolean());
        Assert.Contains("sampled", reply.Meta.GetProperty("note").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quantiles_are_within_one_percent_of_rank()
    {
        const int Rows = 100_000;
        _host.Store.Execute($"INSERT INTO requests (time, path, time_taken) SELECT TIMESTAMP '2026-11-20 11:00:00', '/q', exp(6 * ((i * 7919) % {Rows}) / {Rows}) FROM range({Rows}) t(i)");
        var reply = (await _host.AskAsync("""{"from":"-1h","measures":["time_taken_p50","time_taken_p90","time_taken_p95","time_taken_p99"],"where":"path:/q"}""")).Expect(200);
        var estimates = reply.Json.GetProperty("rows")[0].EnumerateArray().Select(value => value.GetDouble()).ToArray();

        // The value at rank r is exp(6 r), so an estimate tells its own rank.
        foreach (var (estimate, share) in estimates.Zip([0.5, 0.9, 0.95, 0.99]))
        {
            Assert.InRange(Math.Log(estimate) / 6, share - 0.01, share + 0.01);
        }
    }

    // A line of the catalogue that the engine does not take would only be found by a user.
    [Fact]
    public async Task Every_measure_and_every_field_of_the_catalogue_runs()
    {
        foreach (var signal in Signals.All)
        {
            foreach (var measure in signal.Measures)
            {
                (await _host.AskAsync($$"""{"signal":"{{signal.Name}}","from":"-7d","measures":["{{measure.Name}}"],"by":["time:1d","stream_name"],"compare":true}""")).Expect(200);
            }

            foreach (var field in signal.Fields.Where(field => field.IsDimension))
            {
                (await _host.AskAsync($$"""{"signal":"{{signal.Name}}","from":"-7d","by":["{{field.Name}}"],"where":"{{field.Name}}:*"}""")).Expect(200);
            }

            var words = (await _host.AskAsync($$"""{"signal":"{{signal.Name}}","from":"-7d","where":"anything"}""")).Expect(200);
            Assert.Equal(["[0]"], words.Rows);
        }
    }

    [Fact]
    public async Task Every_signal_is_asked_in_its_own_table()
    {
        _host.Store.Execute("""
            INSERT INTO deliveries (time, received, stream, records, rows, rejected, repeats, bytes, sent_at, duration, attributes)
                VALUES (TIMESTAMP '2026-11-20 11:00:00', TIMESTAMP '2026-11-20 11:00:00', 'arn:aws:firehose:eu-central-1:1:deliverystream/web', 10, 90, 5, 5, 1000, TIMESTAMP '2026-11-20 10:59:58', 0.25, MAP {'env': 'live'});
            INSERT INTO rejects (time, stream, reason, data) VALUES (TIMESTAMP '2026-11-20 11:00:00', 's', 'no list has 12 fields', 'a	b'::BLOB);
            INSERT INTO events (time, kind, count) VALUES (TIMESTAMP '2026-11-20 11:00:00', 'refused', 3), (TIMESTAMP '2026-11-20 11:01:00', 'repeat', 4);
            """);
        var deliveries = await _host.AskAsync("""{"signal":"deliveries","measures":["deliveries","records","rows","rejected","repeats","bytes","reject_rate","delay_max","duration_max"],"by":["stream_name","attributes.env"]}""");
        Assert.Equal(["""["web","live",1,10,90,5,5,1000,0.05,2,0.25]"""], deliveries.Expect(200).Rows);
        Assert.Equal(["[1,3]"], (await _host.AskAsync("""{"signal":"rejects","measures":["rejects","bytes"],"where":"\"12 fields\" data:*\"\\\\x09\"*"}""")).Expect(200).Rows);
        Assert.Equal(["""["repeat",4]""", """["refused",3]"""], (await _host.AskAsync("""{"signal":"events","by":["kind"]}""")).Expect(200).Rows);
    }

    [Theory]
    [InlineData("""{"measure":["requests"]}""", "body-malformed", "did you mean 'measures'?")]
    [InlineData("""{"measures":"requests"}""", "body-malformed", "$.measures")]
    [InlineData("""{"from":true}""", "body-malformed", "a time is text")]
    [InlineData("""not json""", "body-malformed", "JSON")]
    [InlineData("""{"signal":"request"}""", "name-unknown", "did you mean 'requests'?")]
    [InlineData("""{"measures":["request"]}""", "name-unknown", "did you mean 'requests'?")]
    [InlineData("""{"measures":[null]}""", "name-unknown", "none of that name")]
    [InlineData("""{"by":["paht"]}""", "name-unknown", "did you mean 'path'?")]
    [InlineData("""{"by":["received"]}""", "parameter-invalid", "it is a time")]
    [InlineData("""{"by":["time:7h"]}""", "parameter-invalid", "divides a day")]
    [InlineData("""{"by":["time","time:1h"]}""", "parameter-invalid", "twice")]
    [InlineData("""{"by":["time:1s"]}""", "limit-exceeded", "2000 points")]
    [InlineData("""{"by":["path"],"order":"-bytes"}""", "name-unknown", "cannot order by 'bytes'")]
    [InlineData("""{"limit":0}""", "limit-exceeded", "1 to 10000")]
    [InlineData("""{"limit":10001}""", "limit-exceeded", "1 to 10000")]
    [InlineData("""{"tz":"Mars/Olympus"}""", "name-unknown", "Europe/Berlin")]
    [InlineData("""{"from":"yesterday"}""", "range-invalid", "-24h")]
    [InlineData("""{"from":"now","to":"-1h"}""", "range-invalid", "ends before it begins")]
    [InlineData("""{"from":0,"to":9223372036854775807}""", "range-invalid", "cannot read to")]
    public async Task A_question_that_cannot_be_answered_is_refused_with_a_remedy(string json, string type, string hint)
    {
        var reply = (await _host.AskAsync(json)).Expect(400);

        Assert.Equal("application/problem+json", reply.ContentType);
        Assert.Equal($"urn:cistern:problem:{type}", reply.Type);
        Assert.Equal(400, reply.Json.GetProperty("status").GetInt32());
        Assert.Contains(hint, reply.Detail, StringComparison.Ordinal);
        Assert.Empty(_host.Store.Asked);
    }

    [Fact]
    public async Task A_filter_that_cannot_be_read_has_its_position_in_the_problem()
    {
        var reply = (await _host.AskAsync("""{"where":"path:/a stauts:200"}""")).Expect(400);

        Assert.Equal("urn:cistern:problem:filter-invalid", reply.Type);
        Assert.Equal(8, reply.Json.GetProperty("position").GetInt32());
    }

    [Theory]
    [InlineData(StoreQueryFault.Invalid, 400, "sql-invalid")]
    [InlineData(StoreQueryFault.TimedOut, 504, "timed-out")]
    [InlineData(StoreQueryFault.OutOfMemory, 422, "out-of-memory")]
    [InlineData(StoreQueryFault.TooManyRows, 422, "too-many-rows")]
    [InlineData(StoreQueryFault.Canceled, 499, "canceled")]
    [InlineData(StoreQueryFault.Unavailable, 503, "unavailable")]
    public async Task A_failure_of_the_store_has_one_status_each(StoreQueryFault fault, int status, string type)
    {
        _host.Store.Failure = new StoreQueryException(fault, "the store said so");
        foreach (var reply in new[] { await _host.AskAsync("{}"), await _host.GetAsync("/api/rows"), await _host.GetAsync("/api/facets?field=path"), await _host.SqlAsync("SELECT 1") })
        {
            reply.Expect(status);
            Assert.Equal($"urn:cistern:problem:{type}", reply.Type);
            Assert.StartsWith("the store said so", reply.Detail, StringComparison.Ordinal);
            Assert.Equal(fault == StoreQueryFault.Unavailable, reply.Headers.RetryAfter is not null);
        }
    }

    [Theory]
    [InlineData("text/plain", 415)]
    [InlineData("application/json; charset=latin1", 415)]
    [InlineData("application/json; charset=utf-8", 200)]
    [InlineData(null, 200)]
    public async Task A_body_of_another_type_is_refused(string? contentType, int status) => (await _host.PostAsync("/api/query", "{}", contentType)).Expect(status);

    [Fact]
    public async Task A_body_over_the_limit_is_refused()
    {
        var reply = (await _host.AskAsync($$"""{"where":"{{new string('a', 70_000)}}"}""")).Expect(400);

        Assert.Equal("urn:cistern:problem:limit-exceeded", reply.Type);
    }

    [Fact]
    public async Task The_store_is_asked_in_the_panels_pool_for_the_range_and_its_limits()
    {
        (await _host.AskAsync("""{"from":"-2h","compare":true}""")).Expect(200);

        var asked = Assert.Single(_host.Store.Asked);
        Assert.Equal(QueryPool.Panels, asked.Pool);
        Assert.Equal(["requests"], asked.Tables);
        Assert.Equal(new TimeRange(QueryHost.Noon.AddHours(-4), QueryHost.Noon), asked.Range);
        Assert.Equal(10_000, asked.Limits.Rows);
    }

    [Fact]
    public async Task The_catalogue_lists_every_measure_and_field_with_a_description()
    {
        var catalogue = (await _host.GetAsync("/api/catalogue")).Expect(200).Json.GetProperty("signals").EnumerateArray().ToArray();

        Assert.Equal(Signals.Names, catalogue.Select(signal => signal.GetProperty("name").GetString()));
        foreach (var (signal, written) in Signals.All.Zip(catalogue))
        {
            Assert.Equal(signal.Measures.Count, Described(written, "measures"));
            Assert.Equal(signal.Fields.Count, Described(written, "fields"));
        }
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private static int Described(JsonElement signal, string list) =>
        signal.GetProperty(list).EnumerateArray().Count(entry => entry.GetProperty("description").GetString() is { Length: > 10 });
}

public sealed class QueryAddressOnClickHouseTests() : QueryAddressTests(TestStore.ClickHouse);
