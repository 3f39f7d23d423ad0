namespace Cistern.Enrich.Rules;

/// <summary>How a token must stand in a user agent.</summary>
internal enum TokenForm
{
    /// <summary>Between characters that are no letters or digits.</summary>
    Token = 1,

    /// <summary>The same, with a '/' behind it.</summary>
    Product = 2,

    /// <summary>The token is the whole user agent.</summary>
    Whole = 3,

    /// <summary>In no user agent: the agent is known by its signature only.</summary>
    Signature = 4,
}

/// <summary>What an operator says about robots.txt.</summary>
internal enum RobotsStance
{
    Follows = 1,

    /// <summary>It may not apply, by the operator's own statement: reads are never judged against it.</summary>
    MayIgnore = 2,

    Unsaid = 3,
}

/// <summary>An agent that the rules know: a line of <c>agents.tsv</c>.</summary>
/// <param name="Token">What its user agent holds.</param>
/// <param name="Name">What is stored in the column <c>agent</c>.</param>
/// <param name="Lists">Ids of the lists that publish its addresses; empty if none does.</param>
/// <param name="Signer">The host of its <c>Signature-Agent</c>; empty if it does not sign.</param>
/// <param name="Unless">A text whose presence makes the user agent none of this agent; empty if there is none.</param>
/// <param name="Purpose">A sentence for people.</param>
internal sealed record AgentRule(
    string Token, TokenForm Form, string Name, string Operator, AgentClass Class, IReadOnlyList<string> Lists, RobotsStance Robots, string Signer, string Unless, string Purpose)
{
    /// <summary>The operator of this server wrote it.</summary>
    public bool IsOwn { get; init; }

    public static IReadOnlyList<string> Columns { get; } = ["token", "form", "agent", "operator", "class", "lists", "robots", "signer", "unless", "purpose"];

    /// <summary>Reads a line; null after a problem.</summary>
    public static AgentRule? Read(RuleLine line, ISet<string> lists, List<RuleProblem> problems)
    {
        var before = problems.Count;
        var form = ReadForm(line, problems);
        var robots = ReadRobots(line, problems);
        if (!AgentClasses.TryParse(line[4], out var agentClass) || agentClass is AgentClass.HumanLike or AgentClass.Empty)
        {
            problems.Add(line.Problem($"the class '{line[4]}' is none; use one of {string.Join(", ", ClassNames)}"));
        }

        string[] ids = line[5].Split(' ', StringSplitOptions.RemoveEmptyEntries);

        // A list that was removed may still be named by the program's own agents.
        problems.AddRange(ids.Where(id => line.IsOver && !lists.Contains(id)).Select(id => line.Problem($"the list '{id}' is not in lists.tsv; add it there")));
        if (line[3].Length == 0)
        {
            problems.Add(line.Problem("the operator is missing"));
        }

        if (line[0].Length < 2 || !line[0].All(char.IsAscii))
        {
            problems.Add(line.Problem($"the token '{line[0]}' is not two or more ASCII characters"));
        }

        return problems.Count > before
            ? null
            : new AgentRule(line[0], form, line[2].Length > 0 ? line[2] : line[0], line[3], agentClass, ids, robots, line[7].ToLowerInvariant(), line[8], line[9]) { IsOwn = line.IsOver };
    }

    /// <summary>The classes that an agent may be of.</summary>
    public static IEnumerable<string> ClassNames => AgentClasses.All.Where(one => one is not (AgentClass.HumanLike or AgentClass.Empty)).Select(AgentClasses.NameOf);

    public static string NameOf(TokenForm form) => form switch
    {
        TokenForm.Token => "token",
        TokenForm.Product => "product",
        TokenForm.Whole => "whole",
        TokenForm.Signature => "signature",
    };

    public static string NameOf(RobotsStance stance) => stance switch
    {
        RobotsStance.Follows => "follows",
        RobotsStance.MayIgnore => "may-ignore",
        RobotsStance.Unsaid => "unsaid",
    };

    private static TokenForm ReadForm(RuleLine line, List<RuleProblem> problems)
    {
        TokenForm? form = line[1] switch
        {
            "token" or "" => TokenForm.Token,
            "product" => TokenForm.Product,
            "whole" => TokenForm.Whole,
            "signature" => TokenForm.Signature,
            _ => null,
        };
        if (form is null || (form == TokenForm.Signature && line[7].Length == 0))
        {
            problems.Add(line.Problem(form is null ? $"the form '{line[1]}' is none; use token, product, whole or signature" : "an agent of the form signature needs a signer"));
        }

        return form ?? TokenForm.Token;
    }

    private static RobotsStance ReadRobots(RuleLine line, List<RuleProblem> problems)
    {
        RobotsStance? robots = line[6] switch
        {
            "follows" => RobotsStance.Follows,
            "may-ignore" => RobotsStance.MayIgnore,
            "unsaid" or "" => RobotsStance.Unsaid,
            _ => null,
        };
        if (robots is null)
        {
            problems.Add(line.Problem($"'{line[6]}' says nothing about robots.txt; use follows, may-ignore or unsaid"));
        }

        return robots ?? RobotsStance.Unsaid;
    }
}
