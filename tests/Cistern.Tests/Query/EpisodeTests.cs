using System.Text.Json;

namespace Cistern.Tests.Query;

/// <summary>Read episodes over small logs whose episodes are told apart here by hand.</summary>
public class EpisodeTests(TestStore kind = TestStore.Embedded) : IAsyncLifetime
{
    private QueryHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await QueryHost.StartAsync(kind);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    // OpenAI at a.example: robots.txt at :00, pages at :04 and :14 (10 s are no gap), :24.001 (10.001 s are one), then 11:00 from another address and agent of the same operator
    // within 2 s. At b.example and of Anthropic at the same times: episodes of their own.
    private const string Log = """
        INSERT INTO requests (time, class, agent, operator, host, path, client_ip, kind, method, status, weight) SELECT * FROM (VALUES
            (TIMESTAMP '2026-11-20 10:00:00', 'user-fetch', 'ChatGPT-User', 'OpenAI', 'a.example', '/robots.txt', '1', 'machine', 'GET', 200, 1.0),
            (TIMESTAMP '2026-11-20 10:00:04', 'user-fetch', 'ChatGPT-User', 'OpenAI', 'a.example', '/a', '2', 'page', 'GET', 200, 1.0),
            (TIMESTAMP '2026-11-20 10:00:14', 'user-fetch', 'ChatGPT-User', 'OpenAI', 'a.example', '/b', '3', 'page', 'GET', 200, 10.0),
            (TIMESTAMP '2026-11-20 10:00:24.001', 'user-fetch', 'ChatGPT-User', 'OpenAI', 'a.example', '/a', '1', 'page', 'GET', 200, 1.0),
            (TIMESTAMP '2026-11-20 11:00:00', 'user-fetch', 'ChatGPT-User', 'OpenAI', 'a.example', '/a', '1', 'page', 'GET', 200, 1.0),
            (TIMESTAMP '2026-11-20 11:00:02', 'agent', 'ChatGPT agent', 'OpenAI', 'a.example', '/b', '9', 'page', 'GET', 200, 1.0),
            (TIMESTAMP '2026-11-20 10:00:04', 'user-fetch', 'ChatGPT-User', 'OpenAI', 'b.example', '/a', '1', 'page', 'GET', 200, 1.0),
            (TIMESTAMP '2026-11-20 10:00:04', 'user-fetch', 'Claude-User', 'Anthropic', 'a.example', '/a', '1', 'page', 'GET', 200, 1.0),
            (TIMESTAMP '2026-11-20 10:00:05', 'training', 'GPTBot', 'OpenAI', 'a.example', '/a', '1', 'page', 'GET', 200, 1.0),
            (TIMESTAMP '2026-11-20 10:00:20', 'human-like', '', '', 'a.example', '/a', '1', 'page', 'GET', 200, 1.0))
            AS t(time, class, agent, operator, host, path, client_ip, kind, method, status, weight);
        """;

    [Fact]
    public async Task An_episode_ends_with_a_gap_of_more_than_ten_seconds()
    {
        _host.Store.Execute(Log);

        // Three of OpenAI at a.example, one at b.example, one of Anthropic; 8 rows of these classes whatever their weights; robots.txt in the first. All rows are counted beside it: 19.
        Assert.Equal(["[5,1.6,0.2,19]"], await RowsAsync("", "", "read_episodes", "requests_per_episode", "robots_first_share", "requests"));
        Assert.Equal(["[5,19]"], await RowsAsync("", "", "read_episodes", "requests"));
    }

    [Fact]
    public async Task An_episode_counts_in_the_group_in_which_it_begins()
    {
        _host.Store.Execute(Log);

        // The one at 11:00 begins with ChatGPT-User; the agent's request belongs to it and begins none. Groups without episodes have 0.
        Assert.Equal(
            ["""["",0,null,null]""", """["ChatGPT agent",0,null,null]""", """["ChatGPT-User",4,1.5,0.25]""", """["Claude-User",1,1,0]""", """["GPTBot",0,null,null]"""],
            await RowsAsync("agent", "", "read_episodes", "requests_per_episode", "robots_first_share"));
        Assert.Equal(["""["a.example",4]""", """["b.example",1]"""], await RowsAsync("host", "", "read_episodes"));
        Assert.Equal(["""["2026-11-20T10:00:00.000Z",4,0.25]""", """["2026-11-20T11:00:00.000Z",1,0]"""], await RowsAsync("time:1h", "", "read_episodes", "robots_first_share"));
        Assert.Equal(
            ["""["2026-11-20T10:00:00.000Z","Anthropic",1]""", """["2026-11-20T10:00:00.000Z","OpenAI",3]""", """["2026-11-20T11:00:00.000Z","OpenAI",1]"""],
            await RowsAsync("time:1h\",\"operator", "operator:*", "read_episodes"));
    }

    [Fact]
    public async Task Episodes_are_made_of_the_rows_that_the_filter_lets_through()
    {
        _host.Store.Execute(Log);

        // Of pages alone none holds robots.txt. Of '/b' alone OpenAI's are at 10:00:14 and 11:00:02.
        Assert.Equal(["[5,0]"], await RowsAsync("", "kind:page", "read_episodes", "robots_first_share"));
        Assert.Equal(["[2,1]"], await RowsAsync("", "path:/b", "read_episodes", "requests_per_episode"));
        Assert.Equal(["[0,null,null]"], await RowsAsync("", "class:training", "read_episodes", "requests_per_episode", "robots_first_share"));
    }

    [Fact]
    public async Task Episodes_are_compared_with_those_of_the_range_before()
    {
        _host.Store.Execute(Log);

        // From 11:00 on one, in the hour before four; the last of those begins at 10:00:24.
        var reply = (await _host.AskAsync("""{"from":"2026-11-20T11:00:00Z","to":"2026-11-20T12:00:00Z","measures":["read_episodes"],"compare":true}""")).Expect(200);
        Assert.Equal(["[1,4,null]"], reply.Rows);
        Assert.Equal(["""["OpenAI",1,3]"""], [.. (await _host.AskAsync(
            """{"from":"2026-11-20T11:00:00Z","to":"2026-11-20T12:00:00Z","measures":["read_episodes"],"by":["operator"],"compare":true,"having":"read_episodes:*"}""")).Expect(200).Json.GetProperty("rows").EnumerateArray()
            .Select(row => $"[\"{row[0]}\",{row[1]},{row[2]}]")]);
    }

    [Fact]
    public async Task A_range_begins_with_an_episode_and_months_do_not_end_one()
    {
        _host.Store.Execute("""
            INSERT INTO requests (time, class, operator, host, path) SELECT t, 'user-fetch', 'OpenAI', 'a.example', '/' FROM range(TIMESTAMP '2026-10-31 23:59:42', TIMESTAMP '2026-11-01 00:00:20', INTERVAL 9 SECOND) r(t)
            """);

        // :42, :51, 0:00, 0:09, 0:18: one episode that began in October. Asked from November on its rows are an episode of November.
        Assert.Equal(["""["2026-10-01T00:00:00.000Z",1]""", """["2026-11-01T00:00:00.000Z",0]"""], await RowsSinceAsync("2026-10-31T00:00:00Z", "time:1mo", "", "read_episodes"));
        Assert.Equal(["""["2026-11-01T00:00:00.000Z",1]"""], await RowsSinceAsync("2026-11-01T00:00:00Z", "time:1mo", "", "read_episodes"));
    }

    // What asks at the same time has an order, so that each answer is the same.
    [Fact]
    public async Task Requests_of_the_same_time_are_one_episode()
    {
        _host.Store.Execute("INSERT INTO requests (time, class, operator, host, path, agent) SELECT TIMESTAMP '2026-11-20 10:00:00', 'agent', 'OpenAI', 'a.example', '/' || i, 'A' || i FROM range(1000) r(i)");

        Assert.Equal(["[1,1000]"], await RowsAsync("", "", "read_episodes", "requests_per_episode"));
        Assert.Equal(["""["A0",1]"""], (await RowsAsync("agent", "", "read_episodes")).Take(1));
    }

    [Fact]
    public async Task Other_questions_read_the_table_itself()
    {
        await RowsAsync("", "", "requests");

        Assert.DoesNotContain("OVER", Assert.Single(_host.Store.Asked).Sql, StringComparison.Ordinal);
    }

    private Task<string[]> RowsAsync(string by, string where, params string[] measures) => RowsSinceAsync("2026-11-20T10:00:00Z", by, where, measures);

    private async Task<string[]> RowsSinceAsync(string from, string by, string where, params string[] measures) => (await _host.AskAsync($$"""
        {"from":"{{from}}","to":"now","where":{{JsonSerializer.Serialize(where)}},"by":[{{(by.Length == 0 ? "" : $"\"{by}\"")}}],"order":"{{(by.Length == 0 || by.Contains("time", StringComparison.Ordinal) ? "" : by)}}","measures":[{{string.Join(',', measures.Select(name => $"\"{name}\""))}}]}
        """)).Expect(200).Rows;
}

public sealed class EpisodeOnClickHouseTests() : EpisodeTests(TestStore.ClickHouse);
