using System.Text;
using Cistern.Enrich.Rules;

namespace Cistern.Tests.Enrich;

public sealed class RuleStoreTests : IDisposable
{
    private readonly RulesFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_program_has_rules_of_its_own_with_a_date()
    {
        Assert.InRange(RuleSet.Own.Agents.Count, 200, 1000);
        Assert.True(RuleSet.Own.Version.Date >= new DateOnly(2026, 11, 27));
        Assert.NotEqual(0, RuleSet.Own.Version.Number);
        Assert.Matches(@"^\d{4}-\d\d-\d\d\.[0-9a-f]{8}$", RuleSet.Own.Version.ToString());
        Assert.Empty(RuleSet.Own.Agents.GroupBy(agent => agent.Token, StringComparer.OrdinalIgnoreCase).Where(one => one.Count() > 1).Select(one => one.Key));
    }

    [Fact]
    public void A_file_of_the_data_folder_adds_replaces_and_removes()
    {
        _folder.Write("agents.tsv", "# version: 2027-01-02", "ExampleBot\ttoken\tExample\tExample Inc\ttraining", "GPTBot\ttoken\tGPTBot\tOpenAI\tsearch", "-CCBot");
        var rules = _folder.Open().Current;

        Assert.Equal("Example", NameOf(rules, "examplebot/2"));
        Assert.Equal(AgentClass.Search, rules.Agents.Single(agent => agent.Token == "GPTBot").Class);
        Assert.Null(NameOf(rules, "CCBot/2.0"));
        Assert.Equal("CCBot", NameOf(RuleSet.Own, "CCBot/2.0"));
        Assert.Equal(new DateOnly(2027, 1, 2), rules.Version.Date);
        Assert.NotEqual(RuleSet.Own.Version, rules.Version);
    }

    [Fact]
    public void A_list_can_be_removed_and_one_that_is_there_twice_is_the_later_one()
    {
        _folder.Write("lists.tsv", "-gptbot", "bing\tMicrosoft\tbingbot\thttps://a.example/", "bing\tMicrosoft\tbingbot\thttps://b.example/");
        var store = _folder.Open();

        Assert.Empty(store.Problems);
        Assert.Equal(-1, store.Current.Lists.PlaceOf("gptbot"));
        Assert.Equal("https://b.example/", store.Current.Lists.Sources[store.Current.Lists.PlaceOf("bing")].Url);
        Assert.Equal("unlisted", new EnrichedRow { UserAgent = "GPTBot/1" }.Enrich(store)["proof"]);
    }

    [Fact]
    public void Rules_without_a_name_can_be_changed_too()
    {
        _folder.Write("automation.tsv", "part\tmyintranet\ttool\tany", "-tail\tbot\tother-bot\ttext", "except\texamplecrawler");
        var rules = _folder.Open().Current;

        Assert.Equal(AgentClass.Tool, ClassOf(rules, "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/1 MyIntranet/2"));
        Assert.Equal(AgentClass.HumanLike, ClassOf(rules, "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/1 ExampleCrawler/2"));
        Assert.Equal(AgentClass.HumanLike, ClassOf(rules, "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/1 Somebot/2"));
        Assert.Equal(AgentClass.OtherBot, ClassOf(RuleSet.Own, "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/1 Somebot/2"));
    }

    [Theory]
    [InlineData("agents.tsv", "A\ttoken\tA\tA\ttraining", "the token 'A' is not two or more")]
    [InlineData("agents.tsv", "AB\tword\tA\tA\ttraining", "the form 'word' is none")]
    [InlineData("agents.tsv", "AB\ttoken\tA\tA\trobot", "the class 'robot' is none")]
    [InlineData("agents.tsv", "AB\ttoken\tA\tA\thuman-like", "the class 'human-like' is none")]
    [InlineData("agents.tsv", "AB\ttoken\tA\t\ttraining", "the operator is missing")]
    [InlineData("agents.tsv", "AB\ttoken\tA\tA\ttraining\tnolist", "the list 'nolist' is not in lists.tsv")]
    [InlineData("agents.tsv", "AB\ttoken\tA\tA\ttraining\t\tnever", "'never' says nothing about robots.txt")]
    [InlineData("agents.tsv", "AB\tsignature\tA\tA\ttraining", "needs a signer")]
    [InlineData("agents.tsv", "AB\t1\t2\t3\t4\t5\t6\t7\t8\t9\t10", "the line has 11 cells")]
    [InlineData("agents.tsv", "# version: tomorrow", "the version 'tomorrow' is no date")]
    [InlineData("agents.tsv", "\ttoken", "the cell 'token' is empty")]
    [InlineData("automation.tsv", "regex\tfoo\ttool\tany", "the test 'regex' is none")]
    [InlineData("automation.tsv", "part\tfoo\ttraining\tany", "the class 'training' is none")]
    [InlineData("automation.tsv", "part\tfoo\ttool\teverywhere", "the scope 'everywhere' is none")]
    [InlineData("referrers.tsv", "not a host\tProduct", "'not a host' is no host name")]
    [InlineData("referrers.tsv", "example.org", "the product is missing")]
    [InlineData("lists.tsv", "My List\tOperator", "the id 'My List'")]
    [InlineData("lists.tsv", "mine\tOperator\tNoAgent", "which is not in agents.tsv")]
    [InlineData("prefixes.tsv", "gptbot\tsoon\t192.0.2.0/24", "'soon' is no date")]
    [InlineData("prefixes.tsv", "gptbot\t2026-01-01\t192.0.2.1/24", "is no prefix")]
    [InlineData("lists/gptbot.txt", "192.0.2.0/24", "its name is not")]
    [InlineData("lists/gptbot@20260101T000000Z.txt", "192.0.2.0", "", false)]
    [InlineData("lists/gptbot@20260101T000000Z.txt", "nonsense", "line 1 begins with no prefix: nonsense")]
    [InlineData("keys/example.org.json", "{}", "it has no array 'keys'")]
    [InlineData("keys/example.org.json", "nonsense", "it is no JSON")]
    [InlineData("keys/example.org.json", """{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA"}]}""", "is no Ed25519 public key")]
    public void A_broken_line_is_named_and_the_last_good_rules_stay(string file, string line, string reason, bool isBroken = true)
    {
        _folder.Write("agents.tsv", "GoodBot\ttoken\tGoodBot\tGood\ttraining");
        var store = _folder.Open();
        var good = store.Current;
        Assert.Equal("GoodBot", NameOf(good, "GoodBot"));

        _folder.Write(file, line);
        Assert.Equal(!isBroken, store.ReloadIfChanged());
        if (isBroken)
        {
            Assert.Same(good, store.Current);
            Assert.Contains(store.Problems, problem => problem.ToString().Contains(reason, StringComparison.Ordinal) && problem.File.EndsWith(Path.GetFileName(file), StringComparison.Ordinal));
        }
        else
        {
            Assert.Empty(store.Problems);
        }
    }

    [Fact]
    public void A_line_that_is_broken_has_its_number()
    {
        _folder.Write("agents.tsv", "# a comment", "", "GoodBot\ttoken\tGoodBot\tGood\ttraining", "BadBot\ttoken\tBadBot\tBad\tnothing");
        var problem = Assert.Single(_folder.Open().Problems);

        Assert.Equal(4, problem.Line);
        Assert.StartsWith("rules/agents.tsv, line 4: the class 'nothing'", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_is_taken_while_the_program_runs_and_the_same_files_are_the_same_version()
    {
        var store = _folder.Open();
        Assert.Equal(RuleSet.Own.Version, store.Current.Version);
        Assert.False(store.ReloadIfChanged());

        _folder.Write("agents.tsv", "NewBot\ttoken\tNewBot\tNew\ttraining");
        Assert.True(store.ReloadIfChanged());
        Assert.Equal("NewBot", NameOf(store.Current, "NewBot/1"));
        Assert.False(store.ReloadIfChanged());
        Assert.Equal(store.Current.Version, _folder.Open().Current.Version);

        _folder.Write("agents.tsv", "NewBot\ttoken\tNewBot\tNew\tnothing");
        Assert.False(store.ReloadIfChanged());
        Assert.Equal("NewBot", NameOf(store.Current, "NewBot/1"));
        Assert.NotEmpty(store.Problems);

        _folder.Write("agents.tsv", "NewBot\ttoken\tNewBot\tNew\tsearch");
        Assert.True(store.ReloadIfChanged());
        Assert.Empty(store.Problems);
    }

    private static string? NameOf(RuleSet rules, string userAgent) => LabelledAgentsTests.NamingOf(rules, Encoding.UTF8.GetBytes(userAgent)).Agent?.Name;

    private static AgentClass ClassOf(RuleSet rules, string userAgent) => LabelledAgentsTests.NamingOf(rules, Encoding.UTF8.GetBytes(userAgent)).Class;
}
