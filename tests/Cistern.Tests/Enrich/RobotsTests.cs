using Cistern.Enrich.Robots;
using Cistern.Enrich.Rules;

namespace Cistern.Tests.Enrich;

/// <summary>The column <c>robots</c>: which version was in force, for whom it speaks, and who is not judged.</summary>
public sealed class RobotsTests : IDisposable
{
    // Seen from a row at 12:00 of 27 November: 'old' since 1 November, the file in force since noon of 20 November, and one that comes later.
    private static readonly DateTimeOffset Since = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private readonly RulesFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("/open", "Mozilla/5.0 (compatible; GPTBot/1.2)", "allowed")]
    [InlineData("/closed/a", "Mozilla/5.0 (compatible; GPTBot/1.2)", "disallowed")]
    [InlineData("/closed/a", "Mozilla/5.0 (compatible; ClaudeBot/1.0)", "allowed")] // Its group is '*'.
    [InlineData("/%63losed/%61", "GPTBot", "disallowed")] // One encoding for pattern and path.
    [InlineData("/find", "ClaudeBot", "allowed")]
    [InlineData("/closed/a", "ChatGPT-User/1.0", "exempt")] // The operator says that it may not apply.
    [InlineData("/open", "ChatGPT-User/1.0", "allowed")]
    [InlineData("/tools", "Claude-User (claude-code/2.1; +https://support.anthropic.com/)", "disallowed")] // Its token is no product's; the agent's name is.
    [InlineData("/tools", "Claude-User/1.0", "allowed")]
    [InlineData("/closed/a", "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", "")] // Nobody whom the rules know.
    [InlineData("/closed/a", "SomethingBot/1.0", "")]
    [InlineData("/robots.txt", "GPTBot", "")] // No page.
    public void A_page_of_an_agent_is_judged_by_its_group(string path, string userAgent, string expected)
    {
        WriteVersions();

        Assert.Equal(expected, Robots(new EnrichedRow { Path = path, UserAgent = userAgent, ContentType = path == "/robots.txt" ? "text/plain" : "text/html" }));
    }

    [Theory]
    [InlineData("GET", "text/html", "disallowed")]
    [InlineData("HEAD", "text/html", "")]
    [InlineData("GET", "image/png", "")]
    public void Only_pages_that_were_asked_for_with_GET_are_judged(string method, string type, string expected)
    {
        WriteVersions();

        Assert.Equal(expected, Robots(new EnrichedRow { Path = "/closed/a", UserAgent = "GPTBot", Method = method, ContentType = type }));
    }

    [Fact]
    public void The_query_belongs_to_the_path()
    {
        WriteVersions();

        Assert.Equal("disallowed", Robots(new EnrichedRow { Path = "/find", Query = "s=1", UserAgent = "ClaudeBot" }));
        Assert.Equal("allowed", Robots(new EnrichedRow { Path = "/find", Query = "t=1", UserAgent = "ClaudeBot" }));
    }

    // 24 hours to the millisecond: less is grace, as much is none. Before the version came into force the one before counts, and before that none.
    [Theory]
    [InlineData("2026-10-31T23:59:59.999Z", "")]
    [InlineData("2026-11-01T00:00:00.000Z", "allowed")]
    [InlineData("2026-11-20T11:59:59.999Z", "allowed")]
    [InlineData("2026-11-20T12:00:00.000Z", "grace")]
    [InlineData("2026-11-21T11:59:59.999Z", "grace")]
    [InlineData("2026-11-21T12:00:00.000Z", "disallowed")]
    [InlineData("2026-12-01T00:00:00.000Z", "allowed")]
    public void A_row_is_judged_by_the_version_in_force_at_its_time(string time, string expected)
    {
        WriteVersions();

        Assert.Equal(expected, Robots(new EnrichedRow { Path = "/closed/a", UserAgent = "GPTBot", Time = DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture) }));
    }

    [Theory]
    [InlineData("www.example.com", "disallowed")]
    [InlineData("WWW.example.com", "disallowed")]
    [InlineData("www.example.com:443", "disallowed")]
    [InlineData("www.example.com:80", "disallowed")]
    [InlineData("www.example.com:8443", "allowed")]
    [InlineData("example.com", "")]
    [InlineData("other.www.example.com", "")]
    public void Each_host_has_its_own(string host, string expected)
    {
        WriteVersions();
        _folder.Write("robots/www.example.com:8443@20261101T000000Z.txt", "User-agent: *", "Allow: /");

        Assert.Equal(expected, Robots(new EnrichedRow { Path = "/closed/a", UserAgent = "GPTBot", Host = host }));
    }

    [Fact]
    public void A_version_that_is_added_changes_the_rules()
    {
        var rules = _folder.Open();
        var before = rules.Current.Version;
        Assert.Equal("", Robots(new EnrichedRow { Path = "/closed/a", UserAgent = "GPTBot" }, rules));

        WriteVersions();
        Assert.True(rules.ReloadIfChanged());
        Assert.NotEqual(before, rules.Current.Version);
        Assert.Equal("disallowed", Robots(new EnrichedRow { Path = "/closed/a", UserAgent = "GPTBot" }, rules));

        var second = rules.Current.Version;
        _folder.Write("robots/www.example.com@20261120T120000Z.txt", "User-agent: *", "Allow: /");
        Assert.True(rules.ReloadIfChanged());
        Assert.NotEqual(second, rules.Current.Version);
        Assert.Equal("allowed", Robots(new EnrichedRow { Path = "/closed/a", UserAgent = "GPTBot" }, rules));
    }

    [Theory]
    [InlineData("www.example.com.txt")]
    [InlineData("www.example.com@20261120.txt")]
    [InlineData("WWW.example.com@20261120T120000Z.txt")]
    [InlineData("www.example.com:443@20261120T120000Z.txt")]
    [InlineData("www_example com@20261120T120000Z.txt")]
    public void A_file_with_another_name_is_a_problem(string name)
    {
        _folder.Write($"robots/{name}", "User-agent: *");

        Assert.Contains("HOST@20261120T000000Z.txt", Assert.Single(_folder.Open().Problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_version_is_written_under_the_name_that_is_read()
    {
        var path = RobotsFiles.PathOf(_folder.Path, "www.example.com", Since);
        _folder.Write(Path.GetRelativePath(_folder.Path, path), "User-agent: *");

        var version = Assert.Single(_folder.Open().Current.Robots.Versions);
        Assert.Equal(("www.example.com", Since), (version.Host, version.ValidFrom));
    }

    [Fact]
    public void To_judge_a_row_allocates_nothing()
    {
        WriteVersions();
        var rules = _folder.Open();
        var history = rules.Current.Robots;
        var agent = rules.Current.Agents.Single(one => one.Name == "GPTBot");
        history.Judge("www.example.com"u8, 1_795_780_800_000_000, agent, "/closed/a"u8);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var closed = 0;
        for (var row = 0; row < 1000; row++)
        {
            closed += history.Judge("www.example.com"u8, 1_795_780_800_000_000, agent, "/closed/a"u8).Length;
        }

        Assert.Equal((0, "disallowed".Length * 1000), (GC.GetAllocatedBytesForCurrentThread() - before, closed));
    }

    private void WriteVersions()
    {
        _folder.Write("robots/www.example.com@20261101T000000Z.txt", "User-agent: *", "Disallow: /old");
        _folder.Write(
            "robots/www.example.com@20261120T120000Z.txt",
            "User-agent: GPTBot", "User-agent: ChatGPT-User", "Disallow: /closed/", "", "User-agent: claude-code", "Disallow: /tools", "", "User-agent: *", "Disallow: /find?s=");
        _folder.Write("robots/www.example.com@20261201T000000Z.txt", "");
    }

    private string Robots(EnrichedRow row, RuleStore? rules = null) => row.Enrich(rules ?? _folder.Open()).GetValueOrDefault("robots", "");
}
