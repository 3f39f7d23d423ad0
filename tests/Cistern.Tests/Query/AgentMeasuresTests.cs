namespace Cistern.Tests.Query;

/// <summary>Each formula about agents and their referrals over a small log whose answers are worked out here by hand.</summary>
public class AgentMeasuresTests(TestStore kind = TestStore.Embedded) : IAsyncLifetime
{
    private QueryHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await QueryHost.StartAsync(kind);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    // Page reads of AI are 1 to 8 (weights 1, 1, 1, 1, 1, 1, 4, 1 = 11): delivered 1, 2, 7 and 8 (1 + 1 + 4 + 1 = 7), blocked 3, missing 4, failed 5 and 6.
    private const string Reads = """
        INSERT INTO requests (time, class, agent, operator, proof, kind, method, status, host, path, weight, bytes_sent, cs_accept, result_type, origin_fbl) SELECT * FROM (VALUES
            (TIMESTAMP '2026-11-20 09:00:00', 'training', 'GPTBot', 'OpenAI', 'address', 'page', 'GET', 200, 'a.example', '/x%20y', 1.0, 100, '', 'Hit', NULL),
            (TIMESTAMP '2026-11-20 09:01:00', 'search', 'OAI-SearchBot', 'OpenAI', 'signed', 'page', 'GET', 304, 'a.example', '/x y', 1.0, 10, 'text/markdown, text/html', 'RefreshHit', NULL),
            (TIMESTAMP '2026-11-20 09:02:00', 'user-fetch', 'ChatGPT-User', 'OpenAI', 'mismatch', 'page', 'GET', 403, 'a.example', '/x', 1.0, 5, 'text/html, text/markdown', 'Error', NULL),
            (TIMESTAMP '2026-11-20 09:03:00', 'agent', 'Devin', 'Cognition', 'unlisted', 'page', 'GET', 410, 'a.example', '/x', 1.0, 5, 'text/markdown', 'Error', 0.1),
            (TIMESTAMP '2026-11-20 09:04:00', 'coding', 'Claude-Code', 'Anthropic', 'unlisted', 'page', 'GET', 503, 'a.example', '/x', 1.0, 5, '*/*', 'Miss', 0.1),
            (TIMESTAMP '2026-11-20 09:05:00', 'data-provider', 'Firecrawl', 'Firecrawl', 'unlisted', 'page', 'GET', 0, 'a.example', '/x', 1.0, 0, '', '', NULL),
            (TIMESTAMP '2026-11-20 09:06:00', 'training', 'CCBot', 'Common Crawl', 'address', 'page', 'GET', 200, 'b.example', '/x y', 4.0, 100, '', 'Miss', 0.2),
            (TIMESTAMP '2026-11-20 09:07:00', 'search', 'PerplexityBot', 'Perplexity', 'address', 'page', 'GET', 299, 'a.example', '/%zz', 1.0, 7, '', 'Hit', NULL),
            -- No page reads of AI: a HEAD, an asset, robots.txt, a search engine, an undocumented one, a preview, and a row from before there were classes.
            (TIMESTAMP '2026-11-20 09:08:00', 'training', 'GPTBot', 'OpenAI', 'address', 'page', 'HEAD', 200, 'a.example', '/h', 1.0, 3, '', 'Hit', NULL),
            (TIMESTAMP '2026-11-20 09:09:00', 'training', 'GPTBot', 'OpenAI', 'address', 'asset', 'GET', 200, 'a.example', '/a.png', 1.0, 1000, '', 'Hit', NULL),
            (TIMESTAMP '2026-11-20 09:10:00', 'training', 'GPTBot', 'OpenAI', 'address', 'machine', 'GET', 200, 'a.example', '/robots.txt', 1.0, 50, '', 'Hit', NULL),
            (TIMESTAMP '2026-11-20 09:11:00', 'search-engine', 'Googlebot', 'Google', 'address', 'page', 'GET', 200, 'a.example', '/g', 1.0, 1, '', 'Hit', NULL),
            (TIMESTAMP '2026-11-20 09:12:00', 'undocumented', 'Odd', '', 'unlisted', 'page', 'GET', 200, 'a.example', '/o', 1.0, 1, '', 'Hit', NULL),
            (TIMESTAMP '2026-11-20 09:13:00', 'preview', 'Slackbot', 'Slack', 'unlisted', 'page', 'GET', 200, 'a.example', '/g', 1.0, 1, '', 'Hit', NULL),
            (TIMESTAMP '2026-11-20 09:14:00', '', '', '', '', '', 'GET', 200, 'a.example', '/old', 1.0, 1, '', 'Hit', NULL))
            AS t(time, class, agent, operator, proof, kind, method, status, host, path, weight, bytes_sent, cs_accept, result_type, origin_fbl);
        """;

    [Fact]
    public async Task Reads_of_agents_follow_their_definitions()
    {
        _host.Store.Execute(Reads);

        // Agent requests: 11 and HEAD, asset and robots.txt. Delivered 7, blocked 1, missing 1, failed 2 of 11.
        Assert.Equal("[14,11,7,0.6363636363636364,1,1,2]", await OneAsync("agent_requests", "page_reads", "delivered_page_reads", "delivery_rate", "blocked_page_reads", "missing_page_reads", "failed_page_reads"));

        // Pages: 'a.example/x y' twice, 'b.example/x y', and '/%zz' that is no escape. Live ones also '/g', which two others read, and '/o'; the row without a kind is none.
        Assert.Equal("[3,5]", await OneAsync("pages_touched", "live_pages"));
        // By class the delivered 7 are 1 + 4 for training and 2 for search; the other classes were blocked, found nothing or failed. Anyone's: 7, '/g' twice and '/o'.
        Assert.Equal("[5,2,0,0,0,0,10]", await OneAsync("training_reads", "search_reads", "user_fetch_reads", "acting_agent_reads", "coding_reads", "data_provider_reads", "live_reads"));

        // GPTBot, OAI-SearchBot, ChatGPT-User, Devin, Claude-Code, Firecrawl, CCBot, PerplexityBot, Googlebot, Odd, Slackbot.
        Assert.Equal("[11,0]", await OneAsync("agents", "redirected_page_reads"));
        Assert.Equal("[1,1]", await OneAsync("machine_file_reads", "robots_checks"));

        // Markdown before or without HTML: 2 and 4 of the four with an Accept.
        Assert.Equal("[0.5]", await OneAsync("markdown_demand"));

        // 100 + 10 + 5 + 5 + 5 + 0 + 400 + 7 + 3 + 1000 + 50. From the origin: 410 with a time, the miss with 503, the miss of weight 4 = 6 of 13 with a result.
        Assert.Equal("[1585]", await OneAsync("agent_bytes"));
        Assert.Equal("[0.46153846153846156]", await OneAsync("agent_origin_share"));
        Assert.Equal(
            """["2026-11-20T09:07:00.000Z","2026-11-20T09:06:00.000Z","2026-11-20T09:07:00.000Z",null]""",
            await OneAsync("last_delivered_read", "last_training_read", "last_search_read", "last_user_read"));
        Assert.Equal("""["2026-11-20T09:01:00.000Z",null,"2026-11-20T09:13:00.000Z"]""", await OneAsync("first_search_read", "first_user_read", "last_live_read"));
    }

    [Fact]
    public async Task A_page_is_first_read_because_a_person_asked_when_it_was_delivered()
    {
        _host.Store.Execute("""
            INSERT INTO requests (time, class, agent, kind, method, status, host, path, weight) VALUES
                (TIMESTAMP '2026-11-20 09:00:00', 'user-fetch', 'ChatGPT-User', 'page', 'GET', 403, 'a.example', '/x', 1),
                (TIMESTAMP '2026-11-20 09:01:00', 'search', 'PerplexityBot', 'page', 'GET', 200, 'a.example', '/x', 1),
                (TIMESTAMP '2026-11-20 09:02:00', 'agent', 'Devin', 'page', 'GET', 200, 'a.example', '/x', 1),
                (TIMESTAMP '2026-11-20 09:03:00', 'user-fetch', 'ChatGPT-User', 'page', 'GET', 304, 'a.example', '/x', 1)
            """);

        Assert.Equal("""["2026-11-20T09:02:00.000Z","2026-11-20T09:03:00.000Z"]""", await OneAsync("first_user_read", "last_user_read"));
    }

    [Fact]
    public async Task Reads_of_anyone_are_those_of_agents_and_of_the_others_beside_them()
    {
        _host.Store.Execute(Reads);

        // The 11 of AI agents, and one each of a search engine, an undocumented one and a preview; the row without a kind is none.
        Assert.Equal("[14,10,1,2]", await OneAsync("reads", "live_reads", "blocked_reads", "failed_reads"));
        Assert.Equal("[0.7142857142857143]", await OneAsync("delivered_share"));
    }

    [Fact]
    public async Task Proof_is_counted_apart_from_claims()
    {
        _host.Store.Execute(Reads);

        // Proven: 1, 2, 7 (weight 4), 8, HEAD, asset, robots.txt, Googlebot = 11; one impostor; unlisted 4, 5, 6, the undocumented one and the preview.
        Assert.Equal("[11,1,5,0.9166666666666666]", await OneAsync("proven_requests", "impostor_requests", "unlisted_requests", "proven_share"));
        Assert.Equal("[0,0,3,null]", await WhereAsync("class:agent,coding,data-provider", "proven_requests", "impostor_requests", "unlisted_requests", "proven_share"));
    }

    [Fact]
    public async Task Visits_from_AI_products_are_delivered_page_reads_of_browsers()
    {
        Visit("v1");
        Visit("same visitor again");
        Visit("another address", address: "203.0.113.8");
        Visit("the day before", time: "2026-11-19 23:59:59");
        Visit("not found", status: 404);
        Visit("no page read of a browser", arrival: "");
        Visit("a prefetch", arrival: "prefetch");
        Visit("within the site", arrival: "inside");
        Visit("no product", source: "");

        // The first four, and as visitors a day: the second is the first one again.
        Assert.Equal("[4,3]", await OneAsync("ai_visits", "ai_visitors"));
        Assert.Equal("""["2026-11-19T23:59:59.000Z","2026-11-20T09:00:00.000Z"]""", await OneAsync("first_ai_visit", "last_ai_visit"));
    }

    [Fact]
    public async Task The_share_of_arrivals_leaves_out_who_moves_within_the_site()
    {
        Visit("from ChatGPT");
        Visit("direct", source: "");
        Visit("from elsewhere", source: "");
        Visit("within", source: "", arrival: "inside");
        Visit("in case it is wanted", source: "", arrival: "prefetch");
        Visit("not delivered, and still an arrival", source: "", status: 500);
        Visit("an agent's", source: "", arrival: "");

        Assert.Equal("[6,4,0.25]", await OneAsync("human_page_reads", "entry_page_reads", "ai_share_of_arrivals"));

        // Five of the six were delivered; what is refused to people is no failure.
        Visit("refused", status: 403);
        Assert.Equal("[5,1]", await OneAsync("human_delivered_reads", "human_blocked_reads"));
    }

    [Theory]
    [InlineData(0, "null")]
    [InlineData(9, "null")]
    [InlineData(10, "0.6")]
    public async Task Reads_per_visit_needs_ten_visits(int visits, string expected)
    {
        // Of the delivered reads those of a coding tool and a data provider would not count; here are none: 1, 2, 7 (weight 4) = 6 but for b.example's, and 8.
        _host.Store.Execute(Reads);
        _host.Store.Execute("UPDATE requests SET weight = 3 WHERE path = '/x y' AND host = 'b.example'");
        for (var visit = 0; visit < visits; visit++)
        {
            Visit($"v{visit}");
        }

        Assert.Equal($"[{expected}]", await OneAsync("reads_per_visit"));
    }

    // A row that stands for ten requests is ten visits, and its reads count as often.
    [Fact]
    public async Task Ratios_are_of_scaled_counts()
    {
        Visit("v", weight: 10);
        Insert("training", "'/r', 5.0, 200"); // 5 delivered
        Insert("training", "'/r', 15.0, 404"); // 15 not

        Assert.Equal("[0.5,0.25,10,1]", await OneAsync("reads_per_visit", "delivery_rate", "ai_visits", "ai_visitors"));
    }

    [Fact]
    public async Task A_ratio_of_nothing_is_null()
    {
        // Somebody came, but nobody whom one of these is about: no agent, no judged proof, no arrival, no Accept, no result.
        Insert("search-engine", "'/', 1.0, 200");

        Assert.Equal(
            "[1,null,null,null,null,null,null,null,null]",
            await OneAsync("requests", "delivery_rate", "proven_share", "ai_share_of_arrivals", "markdown_demand", "agent_origin_share", "reads_per_visit", "robots_first_share", "requests_per_episode"));
    }

    // The same visitor just before and after midnight of UTC at the end of October: a visitor of each day. In Berlin both are of November, which changes the bucket and not the days.
    [Theory]
    [InlineData("UTC", "2026-10-01T00:00:00.000Z 1 1; 2026-11-01T00:00:00.000Z 1 1")]
    [InlineData("Europe/Berlin", "2026-09-30T22:00:00.000Z 0 ; 2026-10-31T23:00:00.000Z 2 2")]
    public async Task Visitors_are_counted_by_day_over_the_end_of_a_month(string zone, string expected)
    {
        Visit("before", time: "2026-10-31 23:59:59.999");
        Visit("after", time: "2026-11-01 00:00:00");

        Assert.Equal(expected, await ByAsync(zone, "2026-10-31T20:00:00Z", "time:1mo", ["ai_visits", "ai_visitors"]));
    }

    // Berlin's clock went back at 01:00 UTC of 25 October 2026: 02:30 came twice, and the day has 25 hours. On 29 March it skipped 02:00 to 03:00: 23 hours.
    [Fact]
    public async Task Hours_and_days_follow_the_wall_clock_of_the_time_zone()
    {
        foreach (var time in new[] { "2026-10-24 22:00:00", "2026-10-25 00:30:00", "2026-10-25 01:30:00", "2026-10-25 22:59:59", "2026-10-25 23:00:00" })
        {
            Insert("training", "'/', 1.0, 200", time);
        }

        Assert.Equal("0 2; 2 2; 23 1", await ByAsync("Europe/Berlin", "2026-10-24T22:00:00Z", "hour_of_day", ["page_reads"], "hour_of_day"));
        Assert.Equal("7 4; 1 1", await ByAsync("Europe/Berlin", "2026-10-24T22:00:00Z", "day_of_week", ["page_reads"]));
        Assert.Equal(
            "2026-10-24T22:00:00.000Z 4; 2026-10-25T23:00:00.000Z 1", await ByAsync("Europe/Berlin", "2026-10-24T22:00:00Z", "time:1d", ["page_reads"], to: "2026-10-26T23:00:00Z"));
    }

    [Fact]
    public async Task The_day_on_which_the_clock_skips_an_hour_has_twenty_three()
    {
        foreach (var time in new[] { "2026-03-28 23:00:00", "2026-03-29 00:59:59", "2026-03-29 01:00:00", "2026-03-29 21:59:59", "2026-03-29 22:00:00" })
        {
            Insert("training", "'/', 1.0, 200", time);
        }

        Assert.Equal("0 2; 1 1; 3 1; 23 1", await ByAsync("Europe/Berlin", "2026-03-28T23:00:00Z", "hour_of_day", ["page_reads"], "hour_of_day"));
        Assert.Equal(
            "2026-03-28T23:00:00.000Z 4; 2026-03-29T22:00:00.000Z 1", await ByAsync("Europe/Berlin", "2026-03-28T23:00:00Z", "time:1d", ["page_reads"], to: "2026-03-30T22:00:00Z"));
    }

    // Judged are those that the file allowed or disallowed: 2 + 3 of 2 + 3 + 4 + 5.
    [Fact]
    public async Task Violations_are_page_reads_that_were_disallowed()
    {
        foreach (var (robots, weight) in new[] { ("allowed", 2), ("disallowed", 3), ("grace", 4), ("exempt", 5), ("", 6) })
        {
            _host.Store.Execute($"INSERT INTO requests (time, weight, class, robots) VALUES (TIMESTAMP '2026-11-20 09:00:00', {weight}, 'search-engine', '{robots}')");
        }

        Assert.Equal("[5,3]", await OneAsync("robots_judged", "robots_violations"));
        Assert.Equal("[3,3]", await WhereAsync("robots:disallowed", "requests", "robots_violations"));
    }

    // Delivered, sent on, blocked, missing and failed are all of the page reads, but for what has no such status.
    [Fact]
    public async Task Each_status_of_a_page_read_is_of_one_kind()
    {
        foreach (var status in Enumerable.Range(100, 500).Append(0))
        {
            Insert("search", $"'/', 1.0, {status}");
        }

        // 200 to 299 and 304; 300 to 399 without it; the six; the two; 500 to 599 and 000.
        Assert.Equal("[501,101,99,6,2,101]", await OneAsync("page_reads", "delivered_page_reads", "redirected_page_reads", "blocked_page_reads", "missing_page_reads", "failed_page_reads"));
    }

    [Fact]
    public async Task Every_measure_of_an_empty_range_is_zero_or_nothing()
    {
        Assert.Equal(
            "[0,0,0,null,0,null,0,0,null,null]",
            await OneAsync("agent_requests", "page_reads", "delivered_page_reads", "delivery_rate", "pages_touched", "proven_share", "ai_visits", "agent_bytes", "reads_per_visit", "last_delivered_read"));
    }

    private void Visit(
        string path, string time = "2026-11-20 09:00:00", int status = 200, string source = "ChatGPT", string arrival = "entry", string address = "203.0.113.7", double weight = 1) =>
        _host.Store.Execute(string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"""
            INSERT INTO requests (time, class, proof, kind, method, status, host, path, weight, user_agent, client_ip, ai_source, arrival) VALUES
                (TIMESTAMP '{time}', 'human-like', 'none', 'page', 'GET', {status}, 'a.example', '/{path.Replace("'", "''", StringComparison.Ordinal)}', {weight}, 'Mozilla/5.0', '{address}', '{source}', '{arrival}')
            """));

    private void Insert(string type, string pathWeightStatus, string time = "2026-11-20 09:00:00") => _host.Store.Execute(
        $"INSERT INTO requests (time, class, kind, method, proof, host, path, weight, status) VALUES (TIMESTAMP '{time}', '{type}', 'page', 'GET', 'none', 'a.example', {pathWeightStatus})");

    private async Task<string> ByAsync(string zone, string from, string dimension, string[] measures, string order = "", string to = "now") => string.Join("; ", (await _host.AskAsync(
        $$"""{"from":"{{from}}","to":"{{to}}","tz":"{{zone}}","by":["{{dimension}}"],"order":"{{order}}","measures":[{{string.Join(',', measures.Select(name => $"\"{name}\""))}}]}""")).Expect(200)
        .Json.GetProperty("rows").EnumerateArray().Select(row => string.Join(' ', row.EnumerateArray().Select(value => $"{value}"))));

    private Task<string> OneAsync(params string[] measures) => WhereAsync("", measures);

    private async Task<string> WhereAsync(string where, params string[] measures) => Assert.Single((await _host.AskAsync(
        $$"""{"from":"2026-11-19T00:00:00Z","to":"now","where":"{{where}}","measures":[{{string.Join(',', measures.Select(name => $"\"{name}\""))}}]}""")).Expect(200).Rows);
}

public sealed class AgentMeasuresOnClickHouseTests() : AgentMeasuresTests(TestStore.ClickHouse);
