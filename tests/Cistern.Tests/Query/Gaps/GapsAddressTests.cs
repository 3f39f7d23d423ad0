namespace Cistern.Tests.Query.Gaps;

public class GapsAddressTests(TestStore kind = TestStore.Embedded) : IAsyncLifetime
{
    private QueryHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await QueryHost.StartAsync(kind);

    // 'old' had 3 rows a minute for a month and none from 10:00 to 10:30; 'young' began at 9:00 and stopped at 11:00, its rows take two minutes to come.
    [Fact]
    public async Task Gaps_of_each_stream_are_found_in_the_range()
    {
        Insert("old", "2026-10-20 00:00:00", "2026-11-20 10:00:00", 20);
        Insert("old", "2026-11-20 10:30:00", "2026-11-20 12:00:00", 20);
        Insert("young", "2026-11-20 09:00:00", "2026-11-20 11:00:00", 15);

        var reply = (await _host.GetAsync("/api/gaps?from=-4h")).Expect(200);

        Assert.Equal(
            """[{"stream":"old","from":"2026-11-20T10:00:00.000Z","to":"2026-11-20T10:30:00.000Z","minutes":30,"expected":3,"basis":"weeks"},{"stream":"young","from":"2026-11-20T11:00:00.000Z","to":"2026-11-20T11:57:00.000Z","minutes":57,"expected":4,"basis":"hour"}]""",
            reply.Json.GetProperty("gaps").GetRawText());
        Assert.Equal("2026-11-20T08:00:00.000Z", reply.Meta.GetProperty("from").GetString());
    }

    [Fact]
    public async Task Nothing_stored_is_no_gap() => Assert.Equal("[]", (await _host.GetAsync("/api/gaps")).Expect(200).Json.GetProperty("gaps").GetRawText());

    [Theory]
    [InlineData("from=-8d", "limit-exceeded")]
    [InlineData("from=-1h&to=-2h", "range-invalid")]
    [InlineData("stream=x", "parameter-invalid")]
    public async Task What_cannot_be_asked_is_refused(string query, string type) =>
        Assert.Equal($"urn:cistern:problem:{type}", (await _host.GetAsync($"/api/gaps?{query}")).Expect(400).Type);

    // Only what is judged by is read: no statement spans more than the range and the hour before it, but that of the deliveries.
    [Fact]
    public async Task The_cost_does_not_grow_with_the_history()
    {
        (await _host.GetAsync("/api/gaps?from=-1d")).Expect(200);

        Assert.Equal(6, _host.Store.Asked.Count);
        Assert.All(_host.Store.Asked.Where(asked => asked.Tables.Contains("requests")), asked => Assert.InRange(asked.Range!.Value.To - asked.Range.Value.From, TimeSpan.FromHours(24), TimeSpan.FromHours(26)));
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private void Insert(string stream, string from, string to, int seconds)
    {
        var delay = stream == "young" ? 120 : 1;
        _host.Store.Execute($"INSERT INTO requests (time, received, stream) SELECT t, t + INTERVAL {delay} SECOND, '{stream}' FROM range(TIMESTAMP '{from}', TIMESTAMP '{to}', INTERVAL {seconds} SECOND) r(t)");
        _host.Store.Execute($"INSERT INTO deliveries (time, received, stream) VALUES (TIMESTAMP '{from}', TIMESTAMP '{from}', '{stream}')");
    }
}

public sealed class GapsAddressOnClickHouseTests() : GapsAddressTests(TestStore.ClickHouse);
