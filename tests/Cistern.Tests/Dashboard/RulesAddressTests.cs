using System.Text.Json;
using Cistern.Enrich.Rules;
using Cistern.Ingest.Keys;
using Cistern.Journal;
using Cistern.Tests.Ingest;

namespace Cistern.Tests.Dashboard;

public sealed class RulesAddressTests
{
    private const string Json = "Content-Type: application/json";
    private const string Text = "Content-Type: text/plain";
    private const string Agent = """{"token":"OurMonitor","form":"product","agent":"Our Monitor","operator":"Example Inc","class":"other-bot","robots":"follows"}""";

    [Fact]
    public async Task Who_may_read_sees_the_rules_and_who_may_administer_changes_them()
    {
        await using var server = await DashboardServer.StartAsync();
        var reader = $"X-API-Key: {server.NewKey("reader", KeyScopes.Read | KeyScopes.Ingest)}";

        var rules = Expect(await server.GetAsync("/api/rules", reader));

        Assert.Equal(RuleSet.Own.Version.ToString(), rules.GetProperty("version").GetString());
        Assert.Equal(["version", "problems", "agents", "lists", "robots", "sites", "changes", "history"], rules.EnumerateObject().Select(member => member.Name));
        Assert.Equal(
            """{"token":"GPTBot","form":"token","name":"GPTBot","operator":"OpenAI","class":"training","lists":["gptbot"],"robots":"follows","purpose":"bulk crawl for model training","own":false}""",
            Of(rules, "agents", "token", "GPTBot").GetRawText());
        var list = Of(rules, "lists", "id", "gptbot");
        Assert.Equal(("OpenAI", "GPTBot", "https://openai.com/gptbot.json", false), (list.GetProperty("operator").GetString(), list.GetProperty("agent").GetString(), list.GetProperty("url").GetString(), list.GetProperty("whole").GetBoolean()));
        foreach (var (method, path) in new[] { ("POST", "agents"), ("DELETE", "agents/x"), ("POST", "lists/gptbot"), ("POST", "robots"), ("DELETE", "robots/a.example/now"), ("PUT", "sites") })
        {
            Problem.Assert(await server.SendAsync(method, $"/api/rules/{path}", "{}", reader, Json), 403, "scope-missing");
        }

        Assert.False(Directory.Exists(Path.Combine(server.Folder, "rules")));
    }

    [Fact]
    public async Task An_agent_counts_when_the_answer_comes_and_no_longer_when_it_was_removed()
    {
        await using var server = await DashboardServer.StartAsync();
        var session = await server.SignInAsync();

        var added = Expect(await server.SendAsync("POST", "/api/rules/agents", Agent, session, Json, DashboardServer.Origin));

        Assert.Equal("""{"token":"OurMonitor","form":"product","name":"Our Monitor","operator":"Example Inc","class":"other-bot","lists":[],"robots":"follows","purpose":"","own":true}""", Of(added, "agents", "token", "OurMonitor").GetRawText());
        Assert.NotEqual(RuleSet.Own.Version.ToString(), added.GetProperty("version").GetString());
        Assert.Equal(added.GetProperty("version").GetString(), server.Part<RuleStore>().Current.Version.ToString());
        Assert.Contains("OurMonitor\tproduct\tOur Monitor\tExample Inc\tother-bot\t\tfollows\n", await ReadAsync(server, RuleFiles.Agents), StringComparison.Ordinal);

        var removed = Expect(await server.SendAsync("DELETE", "/api/rules/agents/ourmonitor", "", session, DashboardServer.Origin));
        Assert.DoesNotContain(removed.GetProperty("agents").EnumerateArray(), agent => agent.GetProperty("own").GetBoolean());
        Problem.Assert(await server.SendAsync("DELETE", "/api/rules/agents/ourmonitor", "", session, DashboardServer.Origin), 404, "rule-not-found");
        Problem.Assert(await server.SendAsync("POST", "/api/rules/agents", Agent, session, Json, "Origin: http://elsewhere"), 403, "cross-origin");
    }

    [Fact]
    public async Task A_token_may_hold_what_paths_and_addresses_treat_otherwise()
    {
        await using var server = await DashboardServer.StartAsync();
        var admin = Admin(server);
        const string Token = "Ours (+http://a.example/b?c=%2F&d)";
        Expect(await server.SendAsync("POST", "/api/rules/agents", JsonSerializer.Serialize(new Dictionary<string, string> { ["token"] = Token, ["operator"] = "<b>&\"", ["class"] = "tool" }), admin, Json));

        Assert.Equal(["Ours (+http://a.example/b?c=%2F&d)"], server.Part<RuleStore>().Current.Agents.Where(agent => agent.IsOwn).Select(agent => agent.Token));
        Expect(await server.SendAsync("DELETE", $"/api/rules/agents/{Uri.EscapeDataString(Token)}", "", admin));
        Assert.DoesNotContain(server.Part<RuleStore>().Current.Agents, agent => agent.IsOwn);
    }

    [Theory]
    [InlineData("POST", "agents", """{"token":"Mozilla","operator":"x","class":"tool"}""", 400, "rule-invalid")]
    [InlineData("POST", "agents", """{"token":"OurBot","operator":"x","class":"robot"}""", 400, "rule-invalid")]
    [InlineData("POST", "agents", """{"token":"OurBot\tx","operator":"x","class":"tool"}""", 400, "rule-invalid")]
    [InlineData("POST", "agents", """{"token":5}""", 400, "parameter-invalid")]
    [InlineData("POST", "agents", """{"token":"a1","token":"b1"}""", 400, "parameter-invalid")]
    [InlineData("POST", "agents", """{"lists":"gptbot"}""", 400, "parameter-invalid")]
    [InlineData("POST", "agents", "{}", 400, "rule-invalid")]
    [InlineData("POST", "agents", "[]", 400, "body-malformed")]
    [InlineData("POST", "agents", "", 400, "body-malformed")]
    [InlineData("POST", "agents", """{"token":"\ud800"}""", 400, "body-malformed")]
    [InlineData("POST", "agents?force=true", "{}", 400, "parameter-invalid")]
    [InlineData("DELETE", "agents/GPTBot", "", 404, "rule-not-found")]
    [InlineData("DELETE", "agents/..%2Fagents.tsv", "", 404, "rule-not-found")]
    [InlineData("POST", "robots", """{"host":"../../keys","from":"now","text":""}""", 400, "rule-invalid")]
    [InlineData("POST", "robots", """{"host":"a.example","from":"soon","text":""}""", 400, "parameter-invalid")]
    [InlineData("POST", "robots", """{"host":"a.example","from":"now+1h","text":""}""", 400, "rule-invalid")]
    [InlineData("POST", "robots", """{"host":"a.example","from":"now","text":null}""", 400, "parameter-invalid")]
    [InlineData("DELETE", "robots/a.example/2026-11-20T00:00:00Z", "", 404, "rule-not-found")]
    [InlineData("DELETE", "robots/..%2F..%2Fkeys.json/2026-11-20T00:00:00Z", "", 404, "rule-not-found")]
    [InlineData("DELETE", "robots/a.example/yesterday", "", 400, "parameter-invalid")]
    [InlineData("PUT", "sites", """{"hosts":["a/b"]}""", 400, "rule-invalid")]
    [InlineData("PUT", "sites", """{"hosts":"a.example"}""", 400, "parameter-invalid")]
    [InlineData("PUT", "sites", """{"hosts":[5]}""", 400, "parameter-invalid")]
    public async Task What_cannot_be_is_refused_with_the_reason_and_nothing_is_written(string method, string path, string body, int status, string name)
    {
        await using var server = await DashboardServer.StartAsync();

        Problem.Assert(await server.SendAsync(method, $"/api/rules/{path}", body, Admin(server), Json), status, name);

        Assert.False(Directory.Exists(Path.Combine(server.Folder, "rules")));
        Assert.Equal(RuleSet.Own.Version, server.Part<RuleStore>().Current.Version);
    }

    [Theory]
    [InlineData("lists/nothing", "192.0.2.0/24", 400, "list-invalid")]
    [InlineData("lists/..%2Fx", "192.0.2.0/24", 400, "list-invalid")]
    [InlineData("lists/gptbot", "nonsense", 400, "list-invalid")]
    [InlineData("lists/gptbot", "", 400, "list-invalid")]
    [InlineData("lists/gptbot?from=soon", "192.0.2.0/24", 400, "parameter-invalid")]
    [InlineData("lists/gptbot?from=now%2B1h", "192.0.2.0/24", 400, "list-invalid")]
    [InlineData("lists/gptbot?force=perhaps", "192.0.2.0/24", 400, "parameter-invalid")]
    [InlineData("lists/gptbot?list=x", "192.0.2.0/24", 400, "parameter-invalid")]
    public async Task A_list_that_cannot_be_taken_is_refused(string path, string body, int status, string name)
    {
        await using var server = await DashboardServer.StartAsync();

        Problem.Assert(await server.SendAsync("POST", $"/api/rules/{path}", body, Admin(server), Text), status, name);

        Assert.False(Directory.Exists(Path.Combine(server.Folder, "rules")));
    }

    [Fact]
    public async Task A_list_is_imported_counts_as_whole_and_needs_force_to_shrink()
    {
        await using var server = await DashboardServer.StartAsync();
        var admin = Admin(server);

        var first = Expect(await server.SendAsync("POST", "/api/rules/lists/gptbot?from=2026-11-20T00:00:00Z", Prefixes(10), admin, Text));
        Assert.Equal("""{"prefixes":10,"prefixesBefore":0,"file":"gptbot@20261120T000000Z.txt"}""", first.GetRawText());
        var list = Of(Expect(await server.GetAsync("/api/rules", admin)), "lists", "id", "gptbot");
        Assert.Equal(("2026-11-20T00:00:00.000Z", true, 10, false), (list.GetProperty("inForceSince").GetString(), list.GetProperty("whole").GetBoolean(), list.GetProperty("prefixes").GetInt32(), list.GetProperty("shipped").GetBoolean()));
        Assert.True(list.GetProperty("ageDays").GetInt32() >= 0);

        Assert.Contains("by force", Problem.Assert(await server.SendAsync("POST", "/api/rules/lists/gptbot", Prefixes(4), admin, Text), 400, "list-invalid"), StringComparison.Ordinal);
        Assert.Equal(10, Expect(await server.SendAsync("POST", "/api/rules/lists/gptbot?force=true", Prefixes(4), admin, Text)).GetProperty("prefixesBefore").GetInt32());
        Problem.Assert(await server.SendAsync("POST", "/api/rules/lists/gptbot", Prefixes(10), admin, Json), 415, "media-type-unknown");
        Problem.Assert(await server.SendAsync("POST", "/api/rules/lists/gptbot", new string(' ', (16 << 20) + 1), admin, Text), 400, "limit-exceeded");
    }

    [Fact]
    public async Task What_the_program_ships_of_a_list_is_marked()
    {
        await using var server = await DashboardServer.StartAsync();

        var lists = Expect(await server.GetAsync("/api/rules", Admin(server))).GetProperty("lists").EnumerateArray().ToArray();

        Assert.Contains(lists, list => list.GetProperty("shipped").GetBoolean() && !list.GetProperty("whole").GetBoolean() && list.GetProperty("prefixes").GetInt32() > 0);
        Assert.All(lists.Where(list => list.GetProperty("prefixes").GetInt32() == 0), list => Assert.Equal((JsonValueKind.Null, JsonValueKind.Null, false), (list.GetProperty("inForceSince").ValueKind, list.GetProperty("ageDays").ValueKind, list.GetProperty("shipped").GetBoolean())));
    }

    [Fact]
    public async Task Versions_of_robots_txt_are_stored_as_they_are_shown_and_removed()
    {
        await using var server = await DashboardServer.StartAsync();
        var admin = Admin(server);
        var text = "User-agent: *\r\nDisallow: /\"ä\"\n";
        Expect(await server.SendAsync("POST", "/api/rules/robots", Body("WWW.example.com", "2026-11-20T08:00:00Z", text), admin, Json));
        var two = Expect(await server.SendAsync("POST", "/api/rules/robots", Body("www.example.com", "now", ""), admin, Json)).GetProperty("robots");

        Assert.Equal(["", text], two.EnumerateArray().Select(version => version.GetProperty("text").GetString()!));
        Assert.Equal(("www.example.com", "2026-11-20T08:00:00.000Z", 31), (two[1].GetProperty("host").GetString(), two[1].GetProperty("from").GetString(), two[1].GetProperty("bytes").GetInt32()));
        Assert.Equal(text, await ReadAsync(server, "robots/www.example.com@20261120T080000Z.txt"));

        Problem.Assert(await server.SendAsync("POST", "/api/rules/robots", Body("www.example.com", "now", new string('"', 512_001)), admin, Json), 400, "rule-invalid");
        Assert.Single(Expect(await server.SendAsync("DELETE", "/api/rules/robots/www.example.com/2026-11-20T08%3A00%3A00.000Z", "", admin)).GetProperty("robots").EnumerateArray());
    }

    [Fact]
    public async Task Hosts_of_our_own_are_set()
    {
        await using var server = await DashboardServer.StartAsync();

        var answer = Expect(await server.SendAsync("PUT", "/api/rules/sites", """{"hosts":["Shop.example.com","www.example.com"]}""", Admin(server), Json));

        Assert.Equal("""["shop.example.com","www.example.com"]""", answer.GetProperty("sites").GetRawText());
    }

    [Fact]
    public async Task Problems_of_files_are_told_with_their_lines_while_the_rules_before_stay()
    {
        await using var server = await DashboardServer.StartAsync();
        var folder = Directory.CreateDirectory(new DataFolder(server.Folder).Rules).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, RuleFiles.Agents), "# mine\nBadBot\ttoken\tBad\tBad\tnothing\n");
        server.Part<RuleStore>().ReloadIfChanged();

        var rules = Expect(await server.GetAsync("/api/rules", Admin(server)));

        var problem = Assert.Single(rules.GetProperty("problems").EnumerateArray());
        Assert.Equal(("rules/agents.tsv", 2), (problem.GetProperty("file").GetString(), problem.GetProperty("line").GetInt32()));
        Assert.StartsWith("the class 'nothing' is none", problem.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(RuleSet.Own.Version.ToString(), rules.GetProperty("version").GetString());
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_503()
    {
        await using var server = await DashboardServer.StartAsync();
        await File.WriteAllTextAsync(new DataFolder(server.Folder).Rules, "a file where the folder should be");

        var answer = await server.SendAsync("POST", "/api/rules/agents", Agent, Admin(server), Json);

        Problem.Assert(answer, 503, "unavailable");
        Assert.Equal("2", answer.Header("Retry-After"));
    }

    private static string Admin(DashboardServer server) => $"X-API-Key: {server.NewKey($"admin-{Guid.NewGuid():N}", KeyScopes.Admin)}";

    private static string Body(string host, string from, string text) => JsonSerializer.Serialize(new Dictionary<string, string> { ["host"] = host, ["from"] = from, ["text"] = text });

    private static string Prefixes(int count) => string.Join('\n', Enumerable.Range(0, count).Select(number => $"192.0.{number}.0/24"));

    private static Task<string> ReadAsync(DashboardServer server, string name) => File.ReadAllTextAsync(Path.Combine(new DataFolder(server.Folder).Rules, name));

    private static JsonElement Of(JsonElement rules, string list, string member, string value) => rules.GetProperty(list).EnumerateArray().Single(item => item.GetProperty(member).GetString() == value);

    private static JsonElement Expect(RawAnswer answer)
    {
        Assert.True(answer.Status == 200, $"{answer.Status}: {answer.Text}");
        return JsonDocument.Parse(answer.Body).RootElement;
    }
}
