using Cistern.Enrich.Naming;

namespace Cistern.Enrich.Rules;

/// <summary>What an agent of the operator's own shall be, as it was given.</summary>
/// <param name="Form"><c>token</c>, <c>product</c> or <c>whole</c>; empty for <c>token</c>.</param>
/// <param name="Name">What is stored in the column <c>agent</c>; empty for the token.</param>
/// <param name="Robots"><c>follows</c>, <c>may-ignore</c> or <c>unsaid</c>; empty for what was said of this agent before, else <c>unsaid</c>.</param>
internal sealed record NewAgent(string Token, string Form, string Name, string Operator, string Class, string Robots)
{
    private const int TokenMax = 128;
    private const int NameMax = 100;

    // Columns that are not asked for: what is known of the agent stays.
    private const int Operators = 3;
    private const int Lists = 5;
    private const int Stance = 6;
    private const int Signer = 7;
    private const int Unless = 8;
    private const int Purpose = 9;

    /// <summary>Why there can be no such agent; null if there can.</summary>
    public string? Check()
    {
        if (Token.Length is < 2 or > TokenMax || !Token.All(letter => letter is >= ' ' and <= '~') || !Token.Any(char.IsAsciiLetter) || Token[0] is '#' or '-' || Token.Trim() != Token)
        {
            return $"a token has 2 to {TokenMax} visible ASCII characters, a letter among them, and begins with neither '#' nor '-'";
        }

        if (new[] { Name, Operator }.FirstOrDefault(text => text.Length > NameMax || text.Any(char.IsControl)) is { } wrong)
        {
            return $"'{wrong}' has more than {NameMax} characters or a control character";
        }

        if (Form is not ("" or "token" or "product" or "whole"))
        {
            return $"the form '{Form}' is none; use token, product or whole";
        }

        List<RuleProblem> problems = [];
        var rule = AgentRule.Read(new RuleLine(RuleFiles.OverPrefix + RuleFiles.Agents, 0, [Token, Form, Name.Trim(), Operator.Trim(), Class, "", Robots]), new HashSet<string>(), problems);
        return rule is null ? string.Join("; ", problems.Select(problem => problem.Reason))
            : PeoplesBrowsers.NamedBy(rule) is { } person ? $"browsers of people hold this token: {person}; take what only the agent's user agent holds"
            : null;
    }

    /// <summary>Its line in the file. What the rules know of the same operator's agent with this token (lists, signer, exceptions, purpose) stays.</summary>
    public string ToLine(RuleFiles files)
    {
        List<RuleProblem> problems = [];
        var table = RuleTable.Read(RuleFiles.Agents, files.Own[RuleFiles.Agents], AgentRule.Columns, default, problems)
            .With(RuleTable.Read(RuleFiles.Agents, files.Over.GetValueOrDefault(RuleFiles.Agents, ""), AgentRule.Columns, default, problems), line => line[0]);
        var known = table.Lines.LastOrDefault(line =>
            line[0].Equals(Token, StringComparison.OrdinalIgnoreCase) && line[Operators].Equals(Operator.Trim(), StringComparison.OrdinalIgnoreCase)) ?? new RuleLine("", 0, []);
        string[] cells =
        [
            Token, Form.Length > 0 ? Form : "token", Name.Trim().Length > 0 ? Name.Trim() : Token, Operator.Trim(), Class,
            known[Lists], Robots.Length > 0 ? Robots : known[Stance], known[Signer], known[Unless], known[Purpose],
        ];
        return string.Join('\t', cells).TrimEnd('\t');
    }
}
