using System.Text;
using Cistern.Enrich.Rules;
using Naming = Cistern.Enrich.Naming.Naming;

namespace Cistern.Tests.Enrich;

public sealed class LabelledAgentsTests
{
    private const double BotsFoundMin = 0.98;
    private const double PeopleFlaggedMax = 0.005;

    [Fact]
    public void Every_agent_of_the_operators_documents_has_its_name_and_its_class()
    {
        var wrong = LabelledAgent.Read("ua-labelled-operators.tsv").Select(row => (row, Found: NamingOf(row.UserAgent))).Where(one => !IsRight(one.row, one.Found))
            .Select(one => $"{one.row.Label}, {one.row.Category}: found {one.Found.Agent?.Name ?? "-"}, {one.Found.Class}: {one.row.UserAgent}");

        Assert.Empty(wrong);
    }

    [Fact]
    public void Bots_are_found_and_people_are_left_alone()
    {
        var rows = LabelledAgent.Read("ua-labelled-isbot.tsv");
        var missed = rows.Where(row => row.Kind == "bot" && !IsAutomation(NamingOf(row.UserAgent))).ToList();
        var flagged = rows.Where(row => row.Kind == "human" && IsAutomation(NamingOf(row.UserAgent))).ToList();
        var (bots, people) = (rows.Count(row => row.Kind == "bot"), rows.Count(row => row.Kind == "human"));
        TestContext.Current.SendDiagnosticMessage($"{bots - missed.Count} of {bots} bots found, {flagged.Count} of {people} people flagged");

        Assert.Equal((623, 512), (bots, people));
        Assert.True(missed.Count <= bots * (1 - BotsFoundMin), string.Join('\n', missed.Select(row => row.UserAgent)));
        Assert.True(flagged.Count <= people * PeopleFlaggedMax, string.Join('\n', flagged.Select(row => row.UserAgent)));
    }

    internal static Naming NamingOf(string userAgent) => NamingOf(RuleSet.Own, Encoding.UTF8.GetBytes(userAgent));

    internal static Naming NamingOf(RuleSet rules, ReadOnlySpan<byte> userAgent) => rules.UserAgents.Namings[rules.UserAgents.Classify(userAgent)];

    internal static bool IsAutomation(Naming naming) => naming.Class != AgentClass.HumanLike;

    private static bool IsRight(LabelledAgent row, Naming found) => row.Kind switch
    {
        "bot" => found.Agent?.Name == row.Label && AgentClasses.NameOf(found.Class) == row.Category,
        "human" or "app" or "undetectable" => found.Agent is null && found.Class == AgentClass.HumanLike,
        "claim" => found.Agent is null && found.IsRefusedToken && found.Class == AgentClass.OtherBot,
        "tool" => found.Agent is null && IsAutomation(found),
        _ => false,
    };
}
