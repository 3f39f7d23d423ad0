using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cistern.Tests.Commands;

public sealed class AgentsCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cistern-agents-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task An_imported_list_is_shown_with_age_size_and_source()
    {
        var before = await CommandRun.RunAsync($"agents lists --data {_folder}");
        Assert.DoesNotMatch(@"gptbot\s+OpenAI\s+\S+\s+\d+ d\s+yes", before.Out);

        var import = await CommandRun.RunAsync($"agents import gptbot - --data {_folder} --from {DateTimeOffset.UtcNow.AddDays(-3):yyyy-MM-dd}", List(3));
        Assert.Equal((0, ""), (import.ExitCode, import.Out));
        Assert.Contains("gptbot: 3 prefixes in force (0 before)", import.Error, StringComparison.Ordinal);

        var after = await CommandRun.RunAsync($"agents lists --data {_folder}");
        Assert.Matches(@"gptbot\s+OpenAI\s+\d{4}-\d\d-\d\d\s+3 d\s+yes\s+3\s+https://openai\.com/gptbot\.json", after.Out);
    }

    [Fact]
    public async Task A_list_that_lost_more_than_half_needs_force()
    {
        await CommandRun.RunAsync($"agents import gptbot - --data {_folder} --from 2026-11-01", List(10));

        var refused = await CommandRun.RunAsync($"agents import gptbot - --data {_folder} --from 2026-11-02", List(4));
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("4 are left of 10", refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await CommandRun.RunAsync($"agents import gptbot - --data {_folder} --from 2026-11-02 --force", List(4))).ExitCode);
    }

    [Theory]
    [InlineData("agents import nothing - --data {0}", "there is no list 'nothing'; lists are gptbot")]
    [InlineData("agents import gptbot - --data {0}", "the list 'gptbot' cannot be read: it holds no prefix")]
    [InlineData("agents import gptbot /nowhere.json --data {0}", "/nowhere.json")]
    [InlineData("agents refresh nothing --data {0}", "there is no list 'nothing'")]
    public async Task What_cannot_be_done_is_exit_code_1_with_the_reason(string commandLine, string message)
    {
        var run = await CommandRun.RunAsync(string.Format(CultureInfo.InvariantCulture, commandLine, _folder));

        Assert.Equal((1, ""), (run.ExitCode, run.Out));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refresh_takes_what_it_can_fetch_and_names_the_rest()
    {
        await using var operators = await ServeAsync();
        WriteLists(
            $"good\tExample\t\t{operators.Urls.Single()}/good.json\t", $"gone\tExample\t\t{operators.Urls.Single()}/gone.json\t", "plain\tExample\t\thttp://lists.example.com/x.json\t");

        var run = await CommandRun.RunAsync($"agents refresh good gone plain --data {_folder}");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("good: 5 prefixes in force (0 before)", run.Error, StringComparison.Ordinal);
        Assert.Contains("gone: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("answered 404", run.Error, StringComparison.Ordinal);
        Assert.Contains("plain: 'http://lists.example.com/x.json' is no https address", run.Error, StringComparison.Ordinal);
        Assert.Contains("2 lists could not be refreshed", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_agent_is_named_by_the_rules_of_the_folder()
    {
        var own = await CommandRun.RunAsync(["agents", "name", "Mozilla/5.0 (compatible; GPTBot/1.2; +https://openai.com/gptbot)"]);
        Assert.Matches(@"class\s+training\nagent\s+GPTBot\noperator\s+OpenAI\nlists\s+gptbot", own.Out);

        Directory.CreateDirectory(Path.Combine(_folder, "rules"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "rules", "agents.tsv"), "OurMonitor\tproduct\tOurMonitor\tExample Inc\tother-bot\n");
        Assert.Matches(@"agent\s+OurMonitor\noperator\s+Example Inc", (await CommandRun.RunAsync(["agents", "name", "OurMonitor/2", "--data", _folder])).Out);
        Assert.Matches(@"class\s+human-like\nagent\s+-", (await CommandRun.RunAsync(["agents", "name", "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"])).Out);
    }

    [Fact]
    public async Task An_agent_of_ones_own_is_added_and_named()
    {
        var added = await CommandRun.RunAsync(["agents", "add", "OurMonitor", "--agent", "Our Monitor", "--operator", "Example Inc", "--class", "other-bot", "--form", "product", "--robots", "follows", "--data", _folder]);

        Assert.Equal((0, ""), (added.ExitCode, added.Out));
        Assert.Contains("OurMonitor: added", added.Error, StringComparison.Ordinal);
        Assert.Matches(@"class\s+other-bot\nagent\s+Our Monitor\noperator\s+Example Inc", (await CommandRun.RunAsync(["agents", "name", "OurMonitor/2", "--data", _folder])).Out);
        var refused = await CommandRun.RunAsync($"agents add Chrome --operator x --class tool --data {_folder}");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("cannot add the agent 'Chrome': browsers of people hold this token", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Versions_of_robots_txt_are_added_and_listed()
    {
        var added = await CommandRun.RunAsync($"agents robots add --host www.example.com --file - --from 2026-11-20 --data {_folder}", "User-agent: *\nDisallow: /private\n");

        Assert.Equal((0, ""), (added.ExitCode, added.Out));
        Assert.Contains("www.example.com: in force since 2026-11-20 00:00:00Z", added.Error, StringComparison.Ordinal);
        Assert.Matches(@"www\.example\.com\s+2026-11-20 00:00:00Z\s+33", (await CommandRun.RunAsync($"agents robots list --data {_folder}")).Out);
        Assert.Equal("User-agent: *\nDisallow: /private\n", await File.ReadAllTextAsync(Path.Combine(_folder, "rules", "robots", "www.example.com@20261120T000000Z.txt")));
        Assert.Equal(1, (await CommandRun.RunAsync($"agents robots add --host a/b --file - --data {_folder}", "")).ExitCode);
        Assert.Contains("more than 512000 bytes", (await CommandRun.RunAsync($"agents robots add --host a.example --file - --data {_folder}", new string('x', 600_000))).Error, StringComparison.Ordinal);
        Assert.Contains("/nowhere.txt", (await CommandRun.RunAsync($"agents robots add --host a.example --file /nowhere.txt --data {_folder}")).Error, StringComparison.Ordinal);
    }

    private static string List(int prefixes) => string.Join('\n', Enumerable.Range(0, prefixes).Select(number => $"192.0.{number}.0/24"));

    private void WriteLists(params string[] lines)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "rules"));
        File.WriteAllLines(Path.Combine(_folder, "rules", "lists.tsv"), lines);
    }

    private static async Task<WebApplication> ServeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/good.json", () => Results.Bytes(Encoding.UTF8.GetBytes(List(5)), "text/plain"));
        app.MapFallback(() => Results.StatusCode((int)HttpStatusCode.NotFound));
        await app.StartAsync();
        return app;
    }
}
