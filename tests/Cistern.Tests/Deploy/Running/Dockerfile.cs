using System.Text.RegularExpressions;

namespace Cistern.Tests.Deploy.Running;

/// <summary>An instruction of a Dockerfile, with its continued lines joined.</summary>
/// <param name="Stage">The name of the stage that it belongs to; empty before the first.</param>
internal sealed record DockerInstruction(string Stage, string Name, string Rest)
{
    /// <summary>Words that are no flags.</summary>
    public string[] Words => [.. Rest.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(word => !word.StartsWith("--", StringComparison.Ordinal))];

    public string? Flag(string name) =>
        Rest.Split(' ').FirstOrDefault(word => word.StartsWith($"--{name}=", StringComparison.Ordinal))?[(name.Length + 3)..];
}

/// <summary>deploy/Dockerfile, read as far as its tests need it.</summary>
internal static partial class Dockerfile
{
    public static IReadOnlyList<DockerInstruction> Read()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "deploy", "Dockerfile"));
        List<DockerInstruction> found = [];
        var stage = "";
        foreach (var line in Continued().Replace(Comment().Replace(text, ""), " ").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var parts = line.Split(' ', 2);
            if (parts[0] == "FROM")
            {
                stage = parts[1].Split(" AS ") is [_, var name] ? name : "";
            }

            found.Add(new DockerInstruction(stage, parts[0], parts[1].Trim()));
        }

        return found;
    }

    /// <summary>The user number of the image.</summary>
    public static string User => Read().Last(instruction => instruction.Name == "USER").Rest.Split(':')[0];

    [GeneratedRegex(@"^\s*#.*\n", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\\\n")]
    private static partial Regex Continued();
}

/// <summary>What a <c>.dockerignore</c> leaves of the context: the last pattern that matches decides.</summary>
internal sealed class DockerContext
{
    private readonly (bool Keep, Regex Form)[] _rules =
    [
        .. File.ReadAllLines(Path.Combine(Repository.Root, ".dockerignore"))
            .Select(line => line.Trim())
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => (line[0] == '!', new Regex($"^{FormOf(line.TrimStart('!').TrimEnd('/'))}(/.*)?$"))),
    ];

    public bool Holds(string path) => _rules.Aggregate(true, (kept, rule) => rule.Form.IsMatch(path) ? rule.Keep : kept);

    private static string FormOf(string pattern) =>
        Regex.Escape(pattern).Replace(@"\*\*/", "(.*/)?", StringComparison.Ordinal).Replace(@"\*\*", ".*", StringComparison.Ordinal).Replace(@"\*", "[^/]*", StringComparison.Ordinal);
}
