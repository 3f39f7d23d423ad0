using System.Text.Json;

namespace Cistern.Tests.Query;

public class AgentFieldsTests(TestStore kind = TestStore.Embedded) : IAsyncLifetime
{
    private QueryHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await QueryHost.StartAsync(kind);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("/docs/a%20b", "/docs/a b")]
    [InlineData("/docs/", "/docs/")] // A slash at the end makes another page.
    [InlineData("/%zz", "/%zz")] // No escape.
    [InlineData("/a+b%2Fc%25", "/a+b/c%")]
    [InlineData("/%E4%BD%A0", "/你")]
    [InlineData("/%ff", "/%ff")] // A stranger can ask for bytes that are no text; that is no reason to answer nothing.
    public async Task A_page_is_host_and_decoded_path_and_leads_to_its_rows(string path, string page)
    {
        Insert("path, host, method, kind, status, class", $"'{path}', 'www.a.example', 'GET', 'page', 200, 'search'");
        Insert("path, host, method, kind, status, class", "'/other', 'www.a.example', 'GET', 'page', 200, 'search'");

        Assert.Equal([$"www.a.example{page}", "www.a.example/other"], (await GroupsAsync("page", "")).OrderBy(name => name == "www.a.example/other"));
        Assert.Equal("[2]", Assert.Single((await AskAsync("\"pages_touched\"", "", "")).Rows));
        Assert.Equal("[1]", Assert.Single((await AskAsync("\"pages_touched\"", "", $"page:\"www.a.example{page}\"")).Rows));
        Assert.Equal([path], (await RowsAsync($"page:\"www.a.example{page}\"")).Select(row => row[0].GetString()));
    }

    [Theory]
    [InlineData("Mozilla/5.0 (compatible; MixBot/7.0; +http://mix.example/robot/)", "MixBot")]
    [InlineData("Mozilla/5.0 (compatible; Gluten Free Crawler/1.0; +http://glutenfreepleasure.com/)", "Gluten Free Crawler")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/78.0.3904.108 Safari/537.36 DareBoost", "DareBoost")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64; Splunk Synthetics) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.6533.88 Safari/537.36", "Splunk Synthetics")]
    [InlineData("mozilla/5.0 (windows nt 5.1) brokenlinkcheck.com/1.2", "brokenlinkcheck.com")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/100.0.4896.88 Safari/537.36", "HeadlessChrome")]
    [InlineData("ADmantX Platform Semantic Analyzer - ADmantX Inc. - www.admantx.com - support@admantx.com", "ADmantX Platform Semantic Analyzer")]
    [InlineData("python-requests/2.31.0", "python-requests")]
    [InlineData("curl/8.5.0", "curl")]
    [InlineData("Go-http-client/1.1", "Go-http-client")]
    [InlineData("ClamAV 0.95.3", "ClamAV")]
    [InlineData("Mozilla/5.0", "Mozilla/5.0")] // Nothing looks like a name: the user agent as it is.
    [InlineData("", "")]
    public async Task An_unnamed_bot_is_called_what_it_calls_itself(string userAgent, string name)
    {
        Insert("user_agent, class", $"'{userAgent}', 'other-bot'");

        Assert.Equal([name], await GroupsAsync("bot_name", ""));
        Assert.Equal([userAgent], (await RowsAsync($"bot_name:\"{name}\"", "user_agent")).Select(row => row[0].GetString()));
    }

    [Theory]
    [InlineData("other-bot", "AhrefsBot", "AhrefsBot")] // The rules name it.
    [InlineData("tool", "", "curl")]
    [InlineData("undocumented", "Odd", "Odd")]
    [InlineData("empty", "", "curl")]
    [InlineData("human-like", "", "")]
    [InlineData("training", "GPTBot", "")]
    [InlineData("", "", "")]
    public async Task Only_automation_that_may_be_unnamed_is_a_bot(string type, string agent, string name)
    {
        Insert("user_agent, class, agent", $"'curl/8.5', '{type}', '{agent}'");

        Assert.Equal([name], await GroupsAsync("bot_name", ""));
    }

    [Theory]
    [InlineData("Mozilla/5.0 (compatible; MixBot/7.0; +http://mix.example/robot/)", "http://mix.example/robot/")]
    [InlineData("evc-batch/2.0 <https://a.example/x?y=1>; mail", "https://a.example/x?y=1")]
    [InlineData("curl/8.5", "")]
    public async Task A_bot_says_where_it_is_explained(string userAgent, string contact)
    {
        Insert("user_agent, class", $"'{userAgent}', 'other-bot'");

        Assert.Equal([contact], await GroupsAsync("bot_contact", ""));
    }

    [Theory]
    [InlineData("ChatGPT", "https://chatgpt.com/", "utm_source=chatgpt.com", "referer")] // The referring page decides, as it did when the row was stored.
    [InlineData("ChatGPT", "https://user@www.CHATGPT.com.:443/c/1", "utm_source=perplexity", "referer")]
    [InlineData("ChatGPT", "https%3A%2F%2Fchatgpt.com%2Fc", "utm_source=x", "referer")]
    [InlineData("ChatGPT", "", "a=b&utm_source=chatgpt.com", "utm")]
    [InlineData("ChatGPT", "https://www.google.com/", "utm_source=chatgpt.com", "utm")]
    [InlineData("ChatGPT", "https://notchatgpt.com/chatgpt.com", "utm_source=chatgpt.com", "utm")]
    [InlineData("Ours", "https://chat.ours.example/", "", "referer")] // A host that only the operator's own rules name.
    [InlineData("", "https://www.google.com/", "", "")]
    public async Task A_visit_says_how_its_product_was_found(string source, string referer, string query, string basis)
    {
        Insert("ai_source, referer, query", $"'{source}', '{referer}', '{query}'");

        Assert.Equal([basis], await GroupsAsync("referral_basis", ""));
    }

    [Theory]
    [InlineData("/docs/api/a.html", "/docs/api/")]
    [InlineData("/docs/api/", "/docs/api/")]
    [InlineData("/a.html", "/")]
    public async Task A_directory_is_everything_up_to_the_last_slash(string path, string directory)
    {
        Insert("path", $"'{path}'");

        Assert.Equal([directory], await GroupsAsync("path_directory", ""));
    }

    private void Insert(string columns, string values) =>
        _host.Store.Execute($"INSERT INTO requests (time, weight, {columns}) VALUES (TIMESTAMP '2026-11-20 11:00:00', 1, {values})");

    private async Task<string[]> GroupsAsync(string dimension, string where) =>
        [.. (await AskAsync("\"requests\"", $"\"{dimension}\"", where)).Json.GetProperty("rows").EnumerateArray().Select(row => row[0].GetString()!)];

    private async Task<JsonElement[]> RowsAsync(string where, string column = "path") =>
        [.. (await _host.GetAsync($"/api/rows?columns={column}&where={Uri.EscapeDataString(where)}")).Expect(200).Json.GetProperty("rows").EnumerateArray()];

    private async Task<Reply> AskAsync(string measures, string by, string where) => (await _host.AskAsync(
        $$"""{"measures":[{{measures}}],"by":[{{by}}],"where":{{JsonSerializer.Serialize(where)}}}""")).Expect(200);
}

public sealed class AgentFieldsOnClickHouseTests() : AgentFieldsTests(TestStore.ClickHouse);
