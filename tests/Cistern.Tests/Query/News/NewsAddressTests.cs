using System.Text.Json;

namespace Cistern.Tests.Query.News;

public class NewsAddressTests(TestStore kind = TestStore.Embedded) : IAsyncLifetime
{
    private QueryHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await QueryHost.StartAsync(kind);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    // It is noon of 20 November, and the range the last 24 hours. 'Old' came 25 times in the day before and not since; 'New' comes at 9:30, twice, of weight 3; 'Peak' came twice an hour
    // for 40 days and 60 times at 10; 'False' is claimed falsely at 11; a bot without a rule came 30 times; people make the store older.
    [Fact]
    public async Task Each_kind_of_news_is_found_in_a_log()
    {
        WriteLog();

        var reply = (await _host.GetAsync("/api/news")).Expect(200);

        Assert.Equal(
            [
                "impostor False Faker training 2026-11-20T11:00:00.000Z 1 null agent:False proof:mismatch",
                "new-agent New Newer search 2026-11-20T09:30:00.000Z 6 null agent:New",
                "silent Old Older training 2026-11-19T11:24:00.000Z 0 25 agent:Old",
                "spike Peak Peaker training 2026-11-20T10:00:00.000Z 62 2 agent:Peak",
                "new-bot python-requests  tool 2026-11-20T08:00:00.000Z 30 null bot_name:python-requests agent:\"\"",
            ],
            Items(reply));
        Assert.Equal("2026-11-19T12:00:00.000Z", reply.Meta.GetProperty("from").GetString());
    }

    [Fact]
    public async Task The_filter_of_each_leads_to_its_rows()
    {
        WriteLog();

        foreach (var item in (await _host.GetAsync("/api/news")).Expect(200).Json.GetProperty("news").EnumerateArray().Where(item => item.GetProperty("requests").GetInt64() > 0))
        {
            var rows = (await _host.GetAsync($"/api/rows?limit=10000&where={Uri.EscapeDataString(item.GetProperty("filter").GetString()!)}")).Expect(200).Rows.Length;
            Assert.True(rows > 0, item.GetRawText());
        }
    }

    [Fact]
    public async Task Hours_are_those_of_the_time_zone()
    {
        WriteLog();

        // In Kathmandu, 5:45 ahead, hours begin at a quarter past those of UTC. The 60 were in the one from 10:15 on, with two of each quarter of an hour's.
        Assert.Contains("spike Peak Peaker training 2026-11-20T10:15:00.000Z 62 2 agent:Peak", Items((await _host.GetAsync("/api/news?tz=Asia/Kathmandu")).Expect(200)));
    }

    [Fact]
    public async Task A_filter_chooses_what_is_looked_at()
    {
        WriteLog();

        Assert.Equal(["new-agent New Newer search 2026-11-20T09:30:00.000Z 6 null agent:New"], Items((await _host.GetAsync("/api/news?where=class:search,human-like")).Expect(200)));

        // All that is left is of the range, so that nothing is new.
        Assert.Empty(Items((await _host.GetAsync("/api/news?where=class:search")).Expect(200)));
    }

    [Fact]
    public async Task Nothing_stored_is_no_news() => Assert.Empty(Items((await _host.GetAsync("/api/news?from=-1y".Replace("1y", "400d", StringComparison.Ordinal))).Expect(200)));

    [Theory]
    [InlineData("from=-1h&to=-2h", "range-invalid")]
    [InlineData("limit=3", "parameter-invalid")]
    [InlineData("tz=Mars", "name-unknown")]
    [InlineData("where=agnt:x", "filter-invalid")]
    public async Task What_cannot_be_asked_is_refused(string query, string type) =>
        Assert.Equal($"urn:cistern:problem:{type}", (await _host.GetAsync($"/api/news?{query}")).Expect(400).Type);

    private static string[] Items(Reply reply) =>
    [
        .. reply.Json.GetProperty("news").EnumerateArray().Select(item => string.Join(
            ' ', new[] { "kind", "name", "operator", "class", "time", "requests", "before", "filter" }.Select(name => item.GetProperty(name) is { ValueKind: JsonValueKind.Null } ? "null" : $"{item.GetProperty(name)}"))),
    ];

    private void WriteLog() => _host.Store.Execute("""
        INSERT INTO requests (time, class, agent, operator, proof, weight, user_agent)
            SELECT t, 'human-like', '', '', 'none', 1, 'Mozilla/5.0' FROM range(TIMESTAMP '2026-10-01 00:00:00', TIMESTAMP '2026-11-20 12:00:00', INTERVAL 6 HOUR) r(t)
            UNION ALL SELECT t, 'training', 'Old', 'Older', 'none', 1, 'Old' FROM range(TIMESTAMP '2026-11-19 11:00:00', TIMESTAMP '2026-11-19 11:25:00', INTERVAL 1 MINUTE) r(t)
            UNION ALL SELECT t, 'search', 'New', 'Newer', 'none', 3, 'New' FROM range(TIMESTAMP '2026-11-20 09:30:00', TIMESTAMP '2026-11-20 09:32:00', INTERVAL 1 MINUTE) r(t)
            UNION ALL SELECT t, 'training', 'Peak', 'Peaker', 'none', 1, 'Peak' FROM range(TIMESTAMP '2026-10-11 00:00:00', TIMESTAMP '2026-11-20 12:00:00', INTERVAL 30 MINUTE) r(t)
            UNION ALL SELECT TIMESTAMP '2026-11-20 10:40:00', 'training', 'Peak', 'Peaker', 'none', 1, 'Peak' FROM range(60) r(i)
            UNION ALL SELECT TIMESTAMP '2026-10-20 10:40:00', 'training', 'False', 'Faker', 'address', 1, 'False'
            UNION ALL SELECT TIMESTAMP '2026-11-20 11:00:00', 'training', 'False', 'Faker', 'mismatch', 1, 'False'
            UNION ALL SELECT t, 'tool', '', '', 'none', 1, 'python-requests/2.31' FROM range(TIMESTAMP '2026-11-20 08:00:00', TIMESTAMP '2026-11-20 08:30:00', INTERVAL 1 MINUTE) r(t)
        """);
}

public sealed class NewsAddressOnClickHouseTests() : NewsAddressTests(TestStore.ClickHouse);
