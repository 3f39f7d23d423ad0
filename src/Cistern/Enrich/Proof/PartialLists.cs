using System.Globalization;
using Cistern.Enrich.Rules;

namespace Cistern.Enrich.Proof;

/// <summary>A single prefix that was seen in a list: a line of <c>prefixes.tsv</c>.</summary>
internal sealed record SeenPrefix(string List, DateOnly From, NetPrefix Prefix);

/// <summary>Lists of which single prefixes are known: they prove true claims, and say nothing of others.</summary>
internal static class PartialLists
{
    public static IReadOnlyList<string> Columns { get; } = ["list", "from", "prefix"];

    public static string KeyOf(RuleLine line) => $"{line[0]} {line[2]}";

    public static SeenPrefix? Read(RuleLine line, List<RuleProblem> problems)
    {
        if (!DateOnly.TryParseExact(line[1], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var from))
        {
            problems.Add(line.Problem($"'{line[1]}' is no date; write it as 2026-11-27"));
            return null;
        }

        if (!NetPrefix.TryParse(line[2], out var prefix))
        {
            problems.Add(line.Problem($"'{line[2]}' is no prefix; write it as 192.0.2.0/24, with all bits behind the length clear"));
            return null;
        }

        return new SeenPrefix(line[0], from, prefix);
    }

    /// <summary>The snapshots that they make: at each date a list holds what was seen until then.</summary>
    public static IEnumerable<ListSnapshot> From(IReadOnlyList<SeenPrefix> prefixes) =>
        from list in prefixes.GroupBy(prefix => prefix.List)
        from date in list.Select(prefix => prefix.From).Distinct()
        select new ListSnapshot(
            list.Key, new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero), IsComplete: false, [.. list.Where(prefix => prefix.From <= date).Select(prefix => prefix.Prefix)]);
}
