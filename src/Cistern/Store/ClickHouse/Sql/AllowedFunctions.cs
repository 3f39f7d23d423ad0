using System.Collections.Frozen;

namespace Cistern.Store.ClickHouse.Sql;

/// <summary>Which functions a user's statement may use in ClickHouse: the reviewed list <c>functions-allowed.txt</c> beside this file, built into the program.</summary>
internal static class AllowedFunctions
{
    private static readonly string[] Combinators = ["If", "Array", "Distinct", "OrDefault", "OrNull", "ForEach", "Map", "ArgMin", "ArgMax"];

    private static readonly List<(string Heading, string[] Names)> Groups = ReadGroups();

    // Many have a second name in capital letters.
    private static readonly FrozenSet<string> All = Groups.SelectMany(group => group.Names).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Aggregates = Groups.Single(group => group.Heading.StartsWith("Aggregates", StringComparison.Ordinal)).Names.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Their second argument is the name of a type.</summary>
    public static FrozenSet<string> Casts { get; } = Groups.Single(group => group.Heading.StartsWith("Conversions", StringComparison.Ordinal)).Names.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Their second argument can be the name of a table.</summary>
    public static FrozenSet<string> Memberships { get; } = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "in", "notIn", "globalIn", "globalNotIn", "nullIn", "notNullIn", "globalNullIn", "globalNotNullIn");

    /// <summary>What FROM may call.</summary>
    public static FrozenSet<string> Tables { get; } = FrozenSet.Create(StringComparer.Ordinal, "numbers", "numbers_mt", "zeros", "zeros_mt", "generate_series", "generateSeries", "SQLStandardValues");

    public static IEnumerable<string> Names => All;

    public static bool Contains(string name) => All.Contains(name) || IsCombined(name);

    private static bool IsCombined(string name) => Combinators.Any(combinator =>
        name.EndsWith(combinator, StringComparison.Ordinal) && name[..^combinator.Length] is var rest && (Aggregates.Contains(rest) || IsCombined(rest)));

    // A line that begins with '#' heads the names after it.
    private static List<(string Heading, string[] Names)> ReadGroups()
    {
        using var stream = typeof(AllowedFunctions).Assembly.GetManifestResourceStream("clickhouse-functions-allowed.txt")
            ?? throw new InvalidOperationException("functions-allowed.txt of ClickHouse is not built into the program");
        using var reader = new StreamReader(stream);
        var groups = reader.ReadToEnd().Split("# ", StringSplitOptions.RemoveEmptyEntries).Select(group => group.Split('\n', 2));
        return [.. groups.Select(group => (group[0], group[1].Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)))];
    }
}
