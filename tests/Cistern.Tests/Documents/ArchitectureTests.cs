using System.Text.RegularExpressions;

namespace Cistern.Tests.Documents;

public sealed partial class ArchitectureTests
{
    private static readonly string[] s_pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"];

    /// <summary>A page that names a file which moved would rot unseen.</summary>
    [Fact]
    public void Every_source_file_that_the_architecture_names_is_there()
    {
        var files = new[] { "src", Path.Combine("web", "src"), Path.Combine("web", "build") }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.*", SearchOption.AllDirectories)).Select(Path.GetFileName).ToHashSet();
        var named = SourceFile().Matches(File.ReadAllText(Path.Combine(Repository.Root, "ARCHITECTURE.md"))).Select(match => match.Groups[1].Value).Distinct().ToArray();

        Assert.True(named.Length > 30, $"only {named.Length} names were found: the pattern is wrong");
        Assert.All(named, name => Assert.Contains(name, files));
    }

    [Fact]
    public void Every_link_within_the_repository_leads_somewhere()
    {
        var pages = s_pages.Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories).Select(page => Path.GetRelativePath(Repository.Root, page)));
        foreach (var page in pages)
        {
            var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, page))!;
            foreach (var target in Link().Matches(File.ReadAllText(Path.Combine(Repository.Root, page))).Select(match => match.Groups[1].Value))
            {
                Assert.True(Path.Exists(Path.Combine(folder, target)), $"{page} links to {target}, which is not there");
            }
        }
    }

    [GeneratedRegex(@"([A-Za-z0-9]+\.(?:cs|tsx?))\b(?!proj)")]
    private static partial Regex SourceFile();

    // Not addresses, not places within a page.
    [GeneratedRegex(@"\]\((?![a-z]+:|#)([^)#\s]+)")]
    private static partial Regex Link();
}
