using System.Text.Json.Nodes;
using Cistern.Query;
using Cistern.Query.Catalogue;
using Cistern.Query.Sql;
using Cistern.Store.Embedded;

namespace Cistern.Tests.Query;

/// <summary>Measures over rows that were added up first are those over the rows themselves.</summary>
public class FoldedRowsTests(TestStore kind = TestStore.Embedded) : IAsyncLifetime
{
    // Values that sums of doubles hold exactly, in whatever order they are added.
    private const string Rows = """
        INSERT INTO requests (time, class, agent, operator, proof, kind, method, status, host, path, arrival, ai_source, robots, result_type, weight, bytes_sent, time_taken, origin_fbl, cs_accept, client_ip)
        SELECT TIMESTAMP '2026-11-18 00:00:00' + to_seconds(n * 67 % 216000),
            ['training', 'search', 'user-fetch', 'agent', 'coding', 'data-provider', 'human-like', 'search-engine', ''][1 + n % 9], ['GPTBot', 'ClaudeBot', ''][1 + n % 3], ['OpenAI', 'Anthropic', ''][1 + n % 3],
            ['address', 'signed', 'mismatch', 'unlisted', ''][1 + n % 5], ['page', 'asset', 'machine', ''][1 + n % 4], ['GET', 'HEAD', 'POST'][1 + n // 2 % 3], [200, 304, 301, 403, 404, 503, 0, NULL][1 + n // 3 % 8],
            'a.example', ['/', '/x%20y', '/robots.txt', '/docs/a.html'][1 + n // 5 % 4], ['entry', 'inside', 'prefetch', ''][1 + n // 7 % 4], ['chatgpt', '', ''][1 + n // 2 % 3], ['allowed', 'disallowed', ''][1 + n % 3],
            ['Hit', 'Miss', 'Error', 'Redirect', ''][1 + n // 4 % 5], [1, 4, NULL][1 + n // 6 % 3], n % 1000, n % 40 * 0.25, [NULL, 0.5][1 + n % 2], ['text/markdown', 'text/html', ''][1 + n % 3], '192.0.2.' || (n % 7)
        FROM range(5000) AS t(n)
        """;

    private QueryHost _folded = null!;
    private QueryHost _flat = null!;

    public async ValueTask InitializeAsync()
    {
        (_folded, _flat) = (await QueryHost.StartAsync(kind, new QuestionLimits { FoldFrom = 1 }), await QueryHost.StartAsync(kind, new QuestionLimits { FoldFrom = int.MaxValue }));
        _folded.Store.Execute(Rows);
        _flat.Store.Execute(Rows);
    }

    public async ValueTask DisposeAsync()
    {
        await _folded.DisposeAsync();
        await _flat.DisposeAsync();
    }

    public static TheoryData<string, bool> Groups => new MatrixTheoryData<string, bool>(
        ["", "\"time:6h\"", "\"class\"", "\"page\"", "\"path_folder\",\"status\"", "\"time:1d\",\"class\"", "\"time:1d\",\"page\"", "\"client_ip\"", "\"day_of_week\",\"hour_of_day\""], [false, true]);

    [Theory]
    [MemberData(nameof(Groups))]
    public async Task Each_measure_is_the_same_folded_or_not(string by, bool compare)
    {
        foreach (var measures in Foldable().Chunk(25))
        {
            foreach (var where in kind == TestStore.Embedded ? ["", "status:200-399", "class:training -path:/robots.txt"] : new[] { "status:200-399" })
            {
                await SameAsync(measures, by, where, compare);
            }
        }
    }

    [Fact]
    public async Task Each_measure_alone_is_the_same_folded_or_not()
    {
        foreach (var measure in Foldable())
        {
            await SameAsync([measure], "", "", compare: true);
        }
    }

    private static string[] Foldable()
    {
        var signal = RequestSignal.Signal;
        var columns = signal.Fields.Where(field => !field.Computed).Select(field => field.Name).ToHashSet();
        string[] names = [.. signal.Measures.Where(measure => new FoldedRows(new DuckDbDialect(), columns, signal.FewValued.ToHashSet()).TryWrite(measure.Sql, out _)).Select(measure => measure.Name)];
        Assert.InRange(names.Length, 40, signal.Measures.Count - 10);
        return names;
    }

    [Fact]
    public async Task Nothing_that_was_stored_gives_the_same_too() => await SameAsync(["requests", "rows", "page_reads", "delivery_rate", "last_live_read", "first_seen"], "", "host:nowhere", compare: true);

    [Theory]
    [InlineData("\"page_reads\",\"delivery_rate\"", "", true)]
    [InlineData("\"page_reads\",\"delivery_rate\"", "\"page\"", true)]
    [InlineData("\"rows\",\"status_4xx\",\"last_seen\"", "\"time:1d\",\"class\"", true)]
    [InlineData("\"page_reads\",\"visitors\"", "", false)]
    [InlineData("\"page_reads\",\"time_taken_p95\"", "", false)]
    [InlineData("\"page_reads\",\"robots_checks\"", "", false)]
    [InlineData("\"page_reads\",\"read_episodes\"", "", false)]
    [InlineData("\"page_reads\",\"delivery_rate\"", "\"client_ip\"", false)]
    [InlineData("\"page_reads\",\"delivery_rate\"", "\"time:1d\",\"page\"", false)]
    public async Task Rows_are_added_up_where_that_gives_the_same_from_less(string measures, string by, bool expected)
    {
        await AskAsync(_folded, measures, by, "", compare: false);

        Assert.Equal(expected, _folded.Store.Asked[^1].Sql.Contains("AS folded", StringComparison.Ordinal));
    }

    private async Task SameAsync(string[] names, string by, string where, bool compare)
    {
        var measures = string.Join(',', names.Select(name => $"\"{name}\""));
        var (folded, flat) = (await AskAsync(_folded, measures, by, where, compare), await AskAsync(_flat, measures, by, where, compare));

        Assert.Equal(flat, folded);
    }

    private static async Task<string> AskAsync(QueryHost host, string measures, string by, string where, bool compare)
    {
        var reply = await host.AskAsync($$"""{"from":"2026-11-18T12:00:00Z","to":"2026-11-20T00:00:00Z","measures":[{{measures}}],"by":[{{by}}],"where":"{{where}}","compare":{{(compare ? "true" : "false")}},"limit":50}""");
        Assert.True(reply.Status == 200, $"{measures} by {by}: {reply.Body}");
        var answer = JsonNode.Parse(reply.Body)!.AsObject();
        answer["meta"]!.AsObject().Remove("elapsedMs");
        return answer.ToJsonString();
    }
}

public sealed class FoldedRowsOnClickHouseTests() : FoldedRowsTests(TestStore.ClickHouse);
