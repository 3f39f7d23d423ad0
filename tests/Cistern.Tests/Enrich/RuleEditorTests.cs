using Cistern.Enrich.Kinds;
using Cistern.Enrich.Naming;
using Cistern.Enrich.Robots;
using Cistern.Enrich.Rules;
using Cistern.Journal;
using Cistern.Operations.Shared;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cistern.Tests.Enrich;

public sealed class RuleEditorTests : IDisposable
{
    private static readonly DateTimeOffset Past = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);

    private readonly string _root = Directory.CreateTempSubdirectory("cistern-editor-").FullName;

    private DataFolder Folder => new(_root);

    private RuleEditor Editor => new(new LocalFolder(_root), TimeProvider.System);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void An_agent_is_added_replaced_and_removed_and_all_else_in_the_file_stays()
    {
        const string Kept = "# my notes\r\n\n-CCBot\nOther\ttoken\tOther\tOther Inc\tother-bot\n";
        Write(RuleFiles.Agents, Kept + "OurMonitor\tproduct\tOurMonitor\tExample Inc\tother-bot");

        Assert.Equal(RuleChange.Made, Editor.AddAgent(Agent("ourmonitor", name: "Monitor", agentClass: "tool")));
        Assert.Equal(Kept + "ourmonitor\ttoken\tMonitor\tExample Inc\ttool\n", Read(RuleFiles.Agents));
        Assert.Equal(RuleChange.Made, Editor.AddAgent(Agent("Second", robots: "follows")));
        Assert.Equal((AgentClass.Tool, true, false), (Named("ourmonitor").Class, Named("Second").IsOwn, Named("GPTBot").IsOwn));

        Assert.Equal(RuleChange.Made, Editor.RemoveAgent("OURMONITOR"));
        Assert.Equal(Kept + "Second\ttoken\tSecond\tExample Inc\tother-bot\t\tfollows\n", Read(RuleFiles.Agents));
        Assert.Equal(RuleFault.NotFound, Editor.RemoveAgent("OurMonitor").Fault);
        Assert.Equal(RuleFault.NotFound, Editor.RemoveAgent("GPTBot").Fault);
        Assert.Equal(RuleFault.NotFound, Editor.RemoveAgent("-CCBot").Fault);
    }

    [Fact]
    public void What_is_known_of_the_same_operators_agent_stays_when_it_is_replaced()
    {
        Assert.Null(Editor.AddAgent(Agent("GPTBot", name: "GPTBot", operatorName: "OpenAI", agentClass: "search")).Fault);
        Assert.Equal((AgentClass.Search, "gptbot", RobotsStance.Follows, true), (Named("GPTBot").Class, Named("GPTBot").Lists.Single(), Named("GPTBot").Robots, Named("GPTBot").Purpose.Length > 0));

        Assert.Null(Editor.AddAgent(Agent("GPTBot", operatorName: "Somebody Else")).Fault);
        Assert.Equal((0, RobotsStance.Unsaid), (Named("GPTBot").Lists.Count, Named("GPTBot").Robots));
        Assert.Null(Editor.RemoveAgent("GPTBot").Fault);
        Assert.Equal("OpenAI", Named("GPTBot").Operator);
    }

    [Theory]
    [InlineData("A", "", "x", "tool", "a token has 2 to 128")]
    [InlineData("", "", "x", "tool", "a token has 2 to 128")]
    [InlineData("12.0", "", "x", "tool", "a letter among them")]
    [InlineData("Bot\tBot", "", "x", "tool", "visible ASCII")]
    [InlineData("Bot\nEvil\ttoken", "", "x", "tool", "visible ASCII")]
    [InlineData("Böt", "", "x", "tool", "visible ASCII")]
    [InlineData("-GPTBot", "", "x", "tool", "begins with neither")]
    [InlineData("#GPTBot", "", "x", "tool", "begins with neither")]
    [InlineData(" Bot", "", "x", "tool", "visible ASCII")]
    [InlineData("OurBot", "regex", "x", "tool", "the form 'regex' is none")]
    [InlineData("OurBot", "signature", "x", "tool", "the form 'signature' is none")]
    [InlineData("OurBot", "", "", "tool", "the operator is missing")]
    [InlineData("OurBot", "", "  ", "tool", "the operator is missing")]
    [InlineData("OurBot", "", "a\tb", "tool", "a control character")]
    [InlineData("OurBot", "", "x", "human-like", "the class 'human-like' is none")]
    [InlineData("OurBot", "", "x", "", "the class '' is none")]
    [InlineData("Mozilla", "", "x", "tool", "browsers of people hold this token: 'Mozilla'")]
    [InlineData("Mozilla/", "whole", "x", "tool", "browsers of people hold this token")]
    [InlineData("gecko", "", "x", "tool", "browsers of people hold this token")]
    [InlineData("Chrome", "product", "x", "tool", "browsers of people hold this token")]
    [InlineData("Safari", "", "x", "tool", "browsers of people hold this token")]
    [InlineData("Mobile", "", "x", "tool", "browsers of people hold this token")]
    [InlineData("Version", "", "x", "tool", "browsers of people hold this token")]
    [InlineData("Windows", "", "x", "tool", "browsers of people hold this token")]
    [InlineData("(KHTML, like Gecko)", "", "x", "tool", "browsers of people hold this token: Mozilla/5.0 (")]
    [InlineData("Win64; x64", "", "x", "tool", "browsers of people hold this token: Mozilla/5.0 (")]
    [InlineData("Intel Mac OS X", "", "x", "tool", "browsers of people hold this token: Mozilla/5.0 (")]
    [InlineData("Edg", "product", "x", "tool", "browsers of people hold this token: Mozilla/5.0 (")]
    [InlineData("Instagram", "", "x", "tool", "browsers of people hold this token: Mozilla/5.0 (")]
    [InlineData("Gemini", "", "x", "tool", "browsers of people hold this token: 'Gemini'")]
    public void An_agent_that_cannot_be_is_refused_and_nothing_is_written(string token, string form, string operatorName, string agentClass, string reason)
    {
        var refused = Editor.AddAgent(new NewAgent(token, form, "", operatorName, agentClass, ""));

        Assert.Equal(RuleFault.Invalid, refused.Fault);
        Assert.Contains(reason, refused.Problem, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Folder.Rules));
    }

    [Fact]
    public void None_of_the_programs_own_agents_is_named_by_a_persons_browser()
    {
        // Cursor is an editor's window as well, which its rule says itself.
        var refused = RuleSet.Own.Agents.Where(agent => agent.Form != TokenForm.Signature && agent.Unless.Length == 0 && PeoplesBrowsers.NamedBy(agent) is not null).Select(agent => agent.Token);

        Assert.Empty(refused);
    }

    [Fact]
    public void A_change_that_would_make_the_rules_unusable_is_refused_with_the_reason()
    {
        Editor.AddAgent(Agent("OurMonitor"));
        Write(RuleFiles.Lists, "mine\tExample Inc\tOurMonitor\n");

        var refused = Editor.RemoveAgent("OurMonitor");

        Assert.Equal(RuleFault.Invalid, refused.Fault);
        Assert.Contains("the list 'mine' proves the agent 'OurMonitor', which is not in agents.tsv", refused.Problem, StringComparison.Ordinal);
        Assert.True(Named("OurMonitor").IsOwn);
    }

    [Fact]
    public void Broken_rules_take_nothing_more_but_what_mends_them()
    {
        Write(RuleFiles.Agents, "BadBot\ttoken\tBad\tBad\tnothing\n");

        Assert.Contains("mend them first: rules/agents.tsv, line 1: the class 'nothing'", Editor.AddAgent(Agent("OurMonitor")).Problem, StringComparison.Ordinal);
        Assert.Contains("mend them first", Editor.AddRobots("a.example", Past, "").Problem, StringComparison.Ordinal);
        Assert.Contains("mend them first", Editor.ImportList("gptbot", "192.0.2.0/24", null, false).Problem, StringComparison.Ordinal);
        Assert.Contains("mend them first", Editor.SetSites(["a.example"]).Problem, StringComparison.Ordinal);
        Assert.Equal("BadBot\ttoken\tBad\tBad\tnothing\n", Read(RuleFiles.Agents));
        Assert.Null(Editor.RemoveAgent("BadBot").Fault);
        Assert.Null(Editor.AddAgent(Agent("OurMonitor")).Fault);
    }

    [Fact]
    public void There_can_be_a_thousand_agents()
    {
        Write(RuleFiles.Agents, string.Concat(Enumerable.Range(0, RuleEditor.OwnMax).Select(number => $"Own{number}x\ttoken\tA\tA\ttool\n")));

        Assert.Contains("there are 1000", Editor.AddAgent(Agent("OneMore")).Problem, StringComparison.Ordinal);
        Assert.Null(Editor.AddAgent(Agent("Own7x")).Fault);
    }

    [Fact]
    public void Hosts_are_set_as_a_whole_and_their_notes_stay()
    {
        Write(RuleFiles.Sites, "# ours\nwww.example.com\tthe shop\nold.example.com\tgone\n");

        Assert.Null(Editor.SetSites([" WWW.Example.com ", "docs.example.com", "docs.example.com"]).Fault);
        Assert.Equal("# ours\nwww.example.com\tthe shop\ndocs.example.com\n", Read(RuleFiles.Sites));
        Assert.Equal(["www.example.com", "docs.example.com"], Rules().Sites);
        Assert.Null(Editor.SetSites([]).Fault);
        Assert.Empty(Rules().Sites);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a b")]
    [InlineData("a\nb.example")]
    [InlineData("a\tb")]
    [InlineData("-a.example")]
    [InlineData("#a.example")]
    [InlineData("a..example")]
    [InlineData("a.example.")]
    [InlineData("ä.example")]
    [InlineData("a@20260101T000000Z")]
    [InlineData("a.example:8443:1")]
    [InlineData("a.example:443")]
    [InlineData("a.example:08443")]
    [InlineData("a.example:x")]
    public void A_text_that_is_no_host_becomes_no_file_and_no_line(string host)
    {
        Assert.Equal(RuleFault.Invalid, Editor.SetSites([host]).Fault);
        Assert.Equal(RuleFault.Invalid, Editor.AddRobots(host, Past, "").Fault);
        Assert.Equal(RuleFault.NotFound, Editor.RemoveRobots(host, Past).Fault);
        Assert.False(Directory.Exists(Folder.Rules));
    }

    [Theory]
    [InlineData("www.example.com", true)]
    [InlineData("localhost", true)]
    [InlineData("xn--bcher-kva.example", true)]
    [InlineData("my_host.example", true)]
    [InlineData("192.0.2.7", true)]
    [InlineData("www.example.com:8443", true)]
    [InlineData("[::1]", false)]
    public void Hosts_have_names_in_their_written_form(string host, bool isOne) => Assert.Equal(isOne, HostText.IsNameWithPort(host));

    [Fact]
    public void A_host_of_more_than_253_characters_is_none() => Assert.False(HostText.IsName(string.Join('.', Enumerable.Repeat("abcdefg", 40))));

    [Fact]
    public void Versions_of_robots_txt_are_listed_by_host_newest_first_and_one_of_the_same_second_is_replaced()
    {
        Assert.Null(Editor.AddRobots("b.example", Past, "b").Fault);
        Assert.Null(Editor.AddRobots("A.example:8443", Past, "old").Fault);
        Assert.Null(Editor.AddRobots("a.example:8443", Past.AddMilliseconds(900), "older").Fault);
        Assert.Null(Editor.AddRobots("a.example:8443", Past.AddDays(1), "").Fault);
        Write("robots/nonsense.txt", "x");
        Write("robots/../robots/a@b@20260101T000000Z.txt", "x");

        Assert.Equal(["a.example:8443@20261121T000000Z.txt 0", "a.example:8443@20261120T000000Z.txt 5", "b.example@20261120T000000Z.txt 1"], Robots());
        Assert.Equal("older", Read("robots/a.example:8443@20261120T000000Z.txt"));
        Assert.Null(Editor.RemoveRobots("A.example:8443", Past).Fault);
        Assert.Equal(RuleFault.NotFound, Editor.RemoveRobots("a.example:8443", Past).Fault);
        Assert.Equal(2, Robots().Length);
    }

    [Fact]
    public void A_robots_txt_is_bounded_in_size_number_and_time()
    {
        Assert.Contains("more than 512000 bytes", Editor.AddRobots("a.example", Past, new string('ä', (RobotsTxt.BytesMax / 2) + 1)).Problem, StringComparison.Ordinal);
        Assert.Contains("a time to come", Editor.AddRobots("a.example", DateTimeOffset.UtcNow.AddHours(1), "").Problem, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Folder.Rules));

        for (var number = 0; number < RuleEditor.OwnMax; number++)
        {
            Write($"robots/h{number}.example@20261120T000000Z.txt", "");
        }

        Assert.Contains("1000 versions are stored", Editor.AddRobots("a.example", Past, "").Problem, StringComparison.Ordinal);
        Assert.Null(Editor.AddRobots("h7.example", Past, "User-agent: *").Fault);
    }

    [Fact]
    public void Versions_of_robots_txt_have_a_bound_together()
    {
        foreach (var number in Enumerable.Range(0, (int)(RobotsFiles.BytesMax / RobotsTxt.BytesMax)))
        {
            Assert.Null(Editor.AddRobots($"h{number}.example", Past, new string('x', RobotsTxt.BytesMax)).Fault);
        }

        Assert.Contains("16777216 bytes together", Editor.AddRobots("a.example", Past, new string('x', RobotsTxt.BytesMax)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_writers_at_the_same_time_none_undoes_what_another_did()
    {
        var changes = await Task.WhenAll(Enumerable.Range(0, 12).Select(number => Task.Run(() => Editor.AddAgent(Agent($"Own{number}x")))));

        Assert.All(changes, change => Assert.Equal("", change.Problem));
        Assert.Equal(12, Rules().Agents.Count(agent => agent.IsOwn));
    }

    [Fact]
    public void Files_are_their_owners_alone_and_nothing_is_left_beside_them()
    {
        Editor.AddAgent(Agent("OurMonitor"));
        Editor.AddRobots("a.example", Past, "x");

        var files = Directory.GetFiles(_root, "*", SearchOption.AllDirectories);
        Assert.Equal(["rules.lock", "rules/agents.tsv", "rules/robots/a.example@20261120T000000Z.txt"], files.Select(file => Path.GetRelativePath(_root, file)).Order(StringComparer.Ordinal));
        foreach (var file in files)
        {
            Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite), file);
        }
    }

    [Fact]
    public void A_snapshot_of_a_list_is_not_of_a_time_to_come()
    {
        Assert.Contains("a time to come", Editor.ImportList("gptbot", "192.0.2.0/24", DateTimeOffset.UtcNow.AddHours(1), false).Problem, StringComparison.Ordinal);
        Assert.Equal(1, Editor.ImportList("gptbot", "192.0.2.0/24", Past, false).Prefixes);
    }

    // A change that leaves time and length of a file as they were is seen by nobody who looks at these.
    [Fact]
    public void A_store_that_is_told_to_reads_what_its_stamp_does_not_show()
    {
        Write(RuleFiles.Agents, "OurBot\ttoken\tOurBot\tA\tsearch\n");
        var store = new RuleStore(Folder.Rules, NullLogger.Instance);
        var time = File.GetLastWriteTimeUtc(Path.Combine(Folder.Rules, RuleFiles.Agents));
        Write(RuleFiles.Agents, "OurBot\ttoken\tOurBot\tA\tcoding\n");
        File.SetLastWriteTimeUtc(Path.Combine(Folder.Rules, RuleFiles.Agents), time);

        Assert.False(store.ReloadIfChanged());
        Assert.True(store.ReloadNow());
        Assert.Equal(AgentClass.Coding, store.Current.Agents.Single(agent => agent.Token == "OurBot").Class);
    }

    private static NewAgent Agent(string token, string name = "", string operatorName = "Example Inc", string agentClass = "other-bot", string robots = "") => new(token, "", name, operatorName, agentClass, robots);

    private AgentRule Named(string token) => Rules().Agents.Single(agent => agent.Token == token);

    private string[] Robots() => [.. RobotsFiles.List(Folder.Rules).Select(file => $"{Path.GetFileName(file.Path)} {file.Bytes}")];

    private RuleSet Rules()
    {
        List<RuleProblem> problems = [];
        var rules = RuleSet.Read(Folder.Rules, problems);
        Assert.Empty(problems);
        return rules!;
    }

    private string Read(string name) => File.ReadAllText(Path.Combine(Folder.Rules, name));

    private void Write(string name, string text)
    {
        var path = Path.Combine(Folder.Rules, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
