using System.Buffers;
using System.Text;
using Cistern.Demo;
using Cistern.Enrich;
using Cistern.Enrich.Rules;
using Cistern.Formats.Deliveries;
using Cistern.Journal;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Demo;

/// <summary>The demo's world is judged by the program's own rules, and comes out as it was meant.</summary>
public sealed class DemoStoryTests : IDisposable
{
    private const int Seed = 7;

    private static readonly DateTimeOffset Told = new(2026, 11, 18, 12, 0, 0, TimeSpan.Zero);

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_class_comes_with_the_proof_that_it_was_meant_to_have()
    {
        var rows = Rows(Told.AddHours(-6), Told);

        Assert.Contains(("GPTBot", "training", "address"), rows.Keys);
        Assert.Contains(("GPTBot", "training", "mismatch"), rows.Keys);
        Assert.Contains(("Googlebot", "search-engine", "mismatch"), rows.Keys);
        Assert.Contains(("Pilot", "agent", "signed"), rows.Keys);
        Assert.Contains(("ChatGPT-User", "user-fetch", "address-only"), rows.Keys);
        Assert.Contains(("FirecrawlAgent", "data-provider", "unlisted"), rows.Keys);
        Assert.Contains(("claude-code", "coding", "unlisted"), rows.Keys);
        Assert.Contains(("AhrefsBot", "other-bot", "address"), rows.Keys);
        Assert.Contains(("", "human-like", "none"), rows.Keys);
        Assert.Contains(("", "tool", "none"), rows.Keys);
        Assert.Contains(("", "empty", "none"), rows.Keys);
        Assert.DoesNotContain(rows.Keys, key => key is { Agent: "AhrefsBot", Proof: "address-only" }); // Scrapers share no network with it.
        Assert.Equal(["Pilot"], rows.Keys.Where(key => key.Proof == "signed").Select(key => key.Agent).Distinct());
    }

    [Fact]
    public void Some_are_new_some_are_gone_and_some_come_more_often()
    {
        var now = Rows(Told.AddHours(-15), Told);
        var before = Rows(Told.AddHours(-45), Told.AddHours(-30));
        int Of(Dictionary<(string Agent, string Class, string Proof), int> rows, string agent) => rows.Where(row => row.Key.Agent == agent).Sum(row => row.Value);

        Assert.True(Of(now, "Kimi-User") > 0 && Of(before, "Kimi-User") == 0);
        Assert.True(Of(now, "DuckAssistBot") == 0 && Of(before, "DuckAssistBot") > 0);
        Assert.True(now.ContainsKey(("ClaudeBot", "training", "mismatch")) && !before.ContainsKey(("ClaudeBot", "training", "mismatch")));
    }

    [Fact]
    public void Who_obeys_robots_does_so_from_the_change_on_and_who_does_not_reads_on()
    {
        var story = new DemoStory(Told);
        var site = new DemoSite();
        var gptbot = Machines.All.Single(machine => machine.Name == "GPTBot");
        var change = (Told - DemoStory.RobotsChange).ToUnixTimeMilliseconds();

        Assert.True(story.MayRead(gptbot, site["/blog/the-cost-of-fsync"], change - 1));
        Assert.False(story.MayRead(gptbot, site["/blog/the-cost-of-fsync"], change));
        Assert.True(story.MayRead(gptbot, site["/docs/install"], change));
        Assert.False(Machines.All.Single(machine => machine.Name == "Bytespider").Obeys);
    }

    [Fact]
    public void A_folder_that_was_used_for_something_else_gets_no_rules()
    {
        File.WriteAllText(Path.Combine(_folder, "manifest.json"), "{}");

        DemoRules.Prepare(_folder, Told);

        Assert.False(Directory.Exists(new DataFolder(_folder).Rules));
    }

    [Fact]
    public void A_demo_that_goes_on_tells_the_same_story()
    {
        DemoRules.Prepare(_folder, Told);

        var later = DemoRules.Prepare(_folder, Told.AddDays(3));

        var newcomer = Machines.All.Single(machine => machine.Name == "Kimi-User");
        Assert.True(later.Activity(newcomer, Told.AddHours(-1).ToUnixTimeMilliseconds()) > 0);
        Assert.Equal(0, later.Activity(newcomer, Told.AddHours(-16).ToUnixTimeMilliseconds()));
    }

    private Dictionary<(string Agent, string Class, string Proof), int> Rows(DateTimeOffset from, DateTimeOffset until)
    {
        var story = DemoRules.Prepare(_folder, Told);
        var rules = new RuleStore(new DataFolder(_folder).Rules, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        Assert.Empty(rules.Problems);
        using var feed = new DemoFeed(new DemoTraffic(Seed, from, rate: 2, story), TimeProvider.System, gzip: false);
        var decoder = new EnrichingDecoder(rules);
        var found = new Dictionary<(string, string, string), int>();
        var rows = new DecodedDelivery();
        while (feed.Next(until) is { } delivery)
        {
            rows.Clear();
            Assert.Null(decoder.Decode(new DeliveryContext { Route = DeliveryRoute.CloudFront, Framing = DeliveryFraming.Envelope, RequestId = delivery.RequestId }, new ReadOnlySequence<byte>(delivery.Body), rows));
            for (var row = 0; row < rows.Requests.RowCount; row++)
            {
                string Text(string column) => Encoding.UTF8.GetString(rows.Requests.Text(column)[row]);
                var key = (Text("agent"), Text("class"), Text("proof"));
                found[key] = found.GetValueOrDefault(key) + 1;
            }
        }

        return found;
    }
}
