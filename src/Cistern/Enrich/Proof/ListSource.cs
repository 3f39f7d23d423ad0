using Cistern.Enrich.Rules;

namespace Cistern.Enrich.Proof;

/// <summary>A published list of addresses: a line of <c>lists.tsv</c>.</summary>
/// <param name="Agent">Whom it proves where a user agent names nobody; empty if it covers several.</param>
/// <param name="Url">Where its operator publishes it.</param>
internal sealed record ListSource(string Id, string Operator, string Agent, string Url, string Note)
{
    public static IReadOnlyList<string> Columns { get; } = ["id", "operator", "agent", "url", "note"];

    public static ListSource? Read(RuleLine line, List<RuleProblem> problems)
    {
        if (line[0].All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-') && line[1].Length > 0)
        {
            return new ListSource(line[0], line[1], line[2], line[3], line[4]);
        }

        problems.Add(line.Problem(line[1].Length == 0 ? "the operator is missing" : $"the id '{line[0]}' has other characters than lower-case letters, digits and '-'"));
        return null;
    }
}

/// <summary>What a list held from a moment on.</summary>
/// <param name="ValidFrom">The moment; the list is in force until the next snapshot of it.</param>
/// <param name="IsComplete">It is the whole list: an address outside of it is none of the operator's.</param>
internal sealed record ListSnapshot(string List, DateTimeOffset ValidFrom, bool IsComplete, IReadOnlyList<NetPrefix> Prefixes);
