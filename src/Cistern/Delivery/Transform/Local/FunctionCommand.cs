using System.Text.RegularExpressions;

namespace Cistern.Delivery.Transform.Local;

/// <summary>A function of this machine: its name and the executable that is it.</summary>
/// <param name="Name">The function's name in ARNs.</param>
/// <param name="Program">A path, or a name that is looked for in <c>PATH</c>.</param>
internal sealed partial record FunctionCommand(string Name, string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>Environment variables that it gets besides Lambda's and our own.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Reads <c>NAME=COMMAND</c>, as <c>--function</c> takes it.</summary>
    /// <param name="problem">What is wrong with the text, or null.</param>
    public static FunctionCommand? Parse(string text, out string? problem)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? "" : text[..equals];
        problem = null;
        if (!Names().IsMatch(name))
        {
            problem = $"cannot use the function '{text}': write NAME=COMMAND, the name with up to 140 letters, digits, '-' and '_'";
            return null;
        }

        if (!CommandWords.TrySplit(text[(equals + 1)..], out var words))
        {
            problem = $"cannot use the command of function '{name}': a quote is not closed, or a backslash is last";
            return null;
        }

        if (words.Count == 0 || words[0].Length == 0)
        {
            problem = $"cannot use the function '{name}': it has no command; write {name}=COMMAND";
            return null;
        }

        return new FunctionCommand(name, words[0], [.. words.Skip(1)]);
    }

    // What Lambda allows.
    [GeneratedRegex("^[A-Za-z0-9_-]{1,140}$")]
    private static partial Regex Names();
}
