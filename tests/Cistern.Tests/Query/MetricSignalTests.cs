namespace Cistern.Tests.Query;

/// <summary>Points of metric streams on the real engine: statistics over periods and series, dimensions.</summary>
public class MetricSignalTests(TestStore kind = TestStore.Embedded) : IAsyncLifetime
{
    private QueryHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await QueryHost.StartAsync(kind);
        _host.Store.Execute("""
            INSERT INTO metrics BY NAME SELECT * FROM (VALUES
                (TIMESTAMP '2026-11-20 11:00:00', 'AWS/EC2', 'CPU', 'Percent', MAP {'InstanceId': 'i-1'}, 1.0, 5.0, 9.0, 3.0, MAP {'p99': 0.1, 'TM(25%:75%)': 2.5}),
                (TIMESTAMP '2026-11-20 11:01:00', 'AWS/EC2', 'CPU', 'Percent', MAP {'InstanceId': 'i-1'}, 2.0, 4.0, 6.0, 2.0, MAP {'p99': 0.7}),
                (TIMESTAMP '2026-11-20 11:00:00', 'AWS/EC2', 'CPU', 'Percent', MAP {'InstanceId': 'i-2', 'Zone': 'a, b'}, -1.0, 50.0, 100.0, 5.0, MAP {}),
                (TIMESTAMP '2026-11-20 11:02:00', 'AWS/EC2', 'CPU', 'Percent', MAP {}, NULL, NULL, NULL, NULL, MAP {'p99': 9.0})) AS t(time, namespace, metric, unit, dimensions, min, max, sum, count, quantiles)
            """);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Statistics_of_periods_add_up_over_time_and_series()
    {
        var reply = await _host.AskAsync("""{"signal":"metrics","measures":["average","sum","minimum","maximum","sample_count","points","series","last_seen"]}""");
        Assert.Equal(["""[11.5,115,-1,50,10,4,3,"2026-11-20T11:02:00.000Z"]"""], reply.Expect(200).Rows);
        Assert.Equal("metric", reply.Json.GetProperty("columns")[0].GetProperty("unit").GetString());
        var split = await _host.AskAsync("""{"signal":"metrics","measures":["average","sum"],"by":["InstanceId"],"order":"InstanceId"}""");
        Assert.Equal(["""["",null,null]""", """["i-1",3,15]""", """["i-2",20,100]"""], split.Expect(200).Rows);
        var minutes = await _host.AskAsync("""{"signal":"metrics","from":"2026-11-20T11:00:00Z","to":"2026-11-20T11:04:00Z","measures":["sum","sample_count"],"by":["time:1m"]}""");
        Assert.Equal(["[109,8]", "[6,2]", "[null,0]", "[null,0]"], minutes.Expect(200).Rows.Select(row => "[" + row[(row.IndexOf(',', StringComparison.Ordinal) + 1)..]));
    }

    // 0.1 * 3 / 3 is not 0.1 in doubles: of one point the value itself is given.
    [Fact]
    public async Task A_percentile_is_exact_for_one_point_and_else_weighted_by_samples()
    {
        var minutes = await _host.AskAsync("""{"signal":"metrics","measures":["statistic.p99","statistic.TM(25%:75%)","statistic.p1"],"by":["time:1m","InstanceId"],"where":"InstanceId:i-1","order":"time"}""");
        Assert.Equal(["0.1,2.5,null]", "0.7,null,null]"], minutes.Expect(200).Rows.Select(row => row[(row.IndexOf("\"i-1\",", StringComparison.Ordinal) + 6)..]));
        var both = (await _host.AskAsync("""{"signal":"metrics","measures":["statistic.p99"],"where":"InstanceId:i-1","having":"statistic.p99>0.3 statistic.p99<0.4","order":"-statistic.p99","by":["metric"],"compare":true}""")).Expect(200);
        Assert.Equal(((0.1 * 3) + (0.7 * 2)) / 5, both.Json.GetProperty("rows")[0][1].GetDouble(), 1e-12);
        Assert.Equal(["metric", "statistic.p99", "statistic.p99_before", "statistic.p99_change"], both.Columns);
    }

    [Theory]
    [InlineData("statistic.", "none of that name")]
    [InlineData("statistics.p99", "none of that name")]
    [InlineData("p99", "none of that name")]
    public async Task A_statistic_without_a_name_is_refused(string measure, string hint) =>
        Assert.Contains(hint, (await _host.AskAsync($$"""{"signal":"metrics","measures":["{{measure}}"]}""")).Expect(400).Detail, StringComparison.Ordinal);

    [Fact]
    public async Task The_name_of_a_statistic_is_only_a_parameter()
    {
        foreach (var name in new[] { "a'b", "\\\"x\\\"", "] OR 1=1 --", "ключ" })
        {
            Assert.Equal(["[null]"], (await _host.AskAsync($$"""{"signal":"metrics","measures":["statistic.{{name}}"]}""")).Expect(200).Rows);
        }
    }

    [Fact]
    public async Task Series_and_the_names_of_dimensions_are_fields()
    {
        var reply = await _host.AskAsync("""{"signal":"metrics","by":["series","dimension_names"],"measures":["points"],"order":"series"}""");
        Assert.Equal(["""["","",1]""", """["InstanceId=i-1","InstanceId",2]""", """["InstanceId=i-2, Zone=a, b","InstanceId, Zone",1]"""], reply.Expect(200).Rows);
        var facets = await _host.GetAsync("/api/facets?signal=metrics&field=namespace,dimensions.InstanceId");
        Assert.Equal("""[{"value":"AWS/EC2","count":4}]""", facets.Expect(200).Json.GetProperty("facets")[0].GetProperty("values").GetRawText());
        var fields = (await _host.GetAsync("/api/fields?signal=metrics&q=i")).Expect(200);
        Assert.Contains("""{"name":"dimensions.InstanceId","rows":3,"number":false}""", fields.Body, StringComparison.Ordinal);
        Assert.Contains("""{"name":"quantiles.p99","rows":3,"number":true}""", fields.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_follow_each_other_within_one_delivery_and_minute()
    {
        _host.Store.Execute("INSERT INTO metrics (time, received, delivery_id, metric, dimensions) SELECT TIMESTAMP '2026-11-20 11:30:00', TIMESTAMP '2026-11-20 11:31:00', 'd', 'page', MAP {'n': i::VARCHAR} FROM range(25) t(i)");
        var (seen, cursor) = (new List<string>(), "");
        do
        {
            var page = (await _host.GetAsync($"/api/rows?signal=metrics&where=metric:page&columns=n,time&limit=10&cursor={cursor}")).Expect(200).Json;
            seen.AddRange(page.GetProperty("rows").EnumerateArray().Select(row => row[0].GetString()!));
            cursor = page.GetProperty("meta").GetProperty("cursor").GetString();
        }
        while (cursor is not null);

        Assert.Equal(25, seen.Distinct().Count());
        Assert.Equal(25, seen.Count);
    }
}

public sealed class MetricSignalOnClickHouseTests() : MetricSignalTests(TestStore.ClickHouse);
