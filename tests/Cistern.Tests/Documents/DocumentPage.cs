namespace Cistern.Tests.Documents;

/// <summary>A block of code on a page.</summary>
/// <param name="Language">What stands behind the fence: <c>sh</c> is commands, which a test runs.</param>
/// <param name="Line">Of its fence, from 1.</param>
/// <param name="NotRun">Why a test cannot run it, from a comment <c>&lt;!-- not run: … --&gt;</c> right before it; null if it can.</param>
internal sealed record CodeBlock(string Language, int Line, string Text, string? NotRun);

/// <summary>A page of the documentation.</summary>
internal sealed class DocumentPage
{
    private const string Fence = "```";
    private const string NotRunBegin = "<!-- not run: ";
    private const string NotRunEnd = " -->";

    public DocumentPage(string name)
    {
        Name = name;
        Text = File.ReadAllText(Path.Combine(Repository.Root, name));
        Blocks = [.. Read(Text.Split('\n'))];
    }

    /// <summary>Every page for users, by its path in the repository.</summary>
    public static IEnumerable<string> Names { get; } =
    [
        "README.md", Path.Combine("src", "Cistern.Transform", "README.md"),
        .. new[] { "docs", "deploy" }.Select(folder => Path.Combine(Repository.Root, folder)).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.md", SearchOption.AllDirectories)).Select(path => Path.GetRelativePath(Repository.Root, path)).Order(StringComparer.Ordinal),
    ];

    public string Name { get; }

    public string Text { get; }

    public IReadOnlyList<CodeBlock> Blocks { get; }

    public override string ToString() => Name;

    private static IEnumerable<CodeBlock> Read(string[] lines)
    {
        for (var place = 0; place < lines.Length; place++)
        {
            if (!lines[place].StartsWith(Fence, StringComparison.Ordinal))
            {
                continue;
            }

            var end = Array.FindIndex(lines, place + 1, line => line.TrimEnd() == Fence);
            Assert.True(end > place, $"the block of line {place + 1} has no end");
            yield return new CodeBlock(lines[place][Fence.Length..].Trim(), place + 1, string.Join('\n', lines[(place + 1)..end]), place > 0 ? ReasonOf(lines[place - 1]) : null);
            place = end;
        }
    }

    private static string? ReasonOf(string line) =>
        line.StartsWith(NotRunBegin, StringComparison.Ordinal) && line.EndsWith(NotRunEnd, StringComparison.Ordinal) ? line[NotRunBegin.Length..^NotRunEnd.Length] : null;
}
