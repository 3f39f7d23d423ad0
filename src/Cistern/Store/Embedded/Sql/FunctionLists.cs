using System.Collections.Frozen;

namespace Cistern.Store.Embedded.Sql;

/// <summary>Which functions a user's statement may use: two reviewed lists beside this file, built into the program.</summary>
internal static class FunctionLists
{
    /// <summary>What FROM may call.</summary>
    public static FrozenSet<string> Tables { get; } = Set(["range", "generate_series", "unnest"]);

    /// <summary>What an expression may call, and the rule in <see cref="FunctionSize"/> for how large its result can be; empty if the list names none.</summary>
    public static FrozenDictionary<string, string> Allowed { get; } = Groups("functions-allowed.txt")
        .Select(line => line.Key.Split(' '))
        .ToFrozenDictionary(line => line[0], line => line.ElementAtOrDefault(1) ?? "", StringComparer.OrdinalIgnoreCase);

    /// <summary>What was looked at and refused, with the reason that heads its group. Without an entry a function is refused all the same.</summary>
    public static FrozenDictionary<string, string> Refused { get; } = Groups("functions-refused.txt").ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static FrozenSet<string> Set(IEnumerable<string> names) => names.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    // A line that begins with '#' and a blank heads the names after it; '#' alone would be an operator.
    private static List<KeyValuePair<string, string>> Groups(string file)
    {
        using var stream = typeof(FunctionLists).Assembly.GetManifestResourceStream(file)
            ?? throw new InvalidOperationException($"{file} is not built into the program");
        using var reader = new StreamReader(stream);
        var (names, reason) = (new List<KeyValuePair<string, string>>(), "");
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("# ", StringComparison.Ordinal))
            {
                reason = line[2..];
            }
            else if (line.Length > 0)
            {
                names.Add(new(line, reason));
            }
        }

        return names;
    }
}
