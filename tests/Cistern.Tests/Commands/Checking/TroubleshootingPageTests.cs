using System.Reflection;
using System.Text.RegularExpressions;
using Cistern.Commands.Checking;

namespace Cistern.Tests.Commands.Checking;

/// <summary>Holds <c>docs/troubleshooting.md</c> and the table of findings to each other, and the table to the steps.</summary>
public sealed partial class TroubleshootingPageTests
{
    // Looks like a code and is none.
    private static readonly string[] s_others = ["cloudfront-fields"];

    private static readonly string s_page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "troubleshooting.md"));

    private static readonly Dictionary<string, FindingKind> s_kinds = typeof(FindingKinds).GetFields(BindingFlags.Public | BindingFlags.Static)
        .ToDictionary(field => field.Name, field => (FindingKind)field.GetValue(null)!);

    [Fact]
    public void Every_finding_that_is_not_good_has_its_place_on_the_page()
    {
        var named = CodesIn(s_page);
        var missing = s_kinds.Values.Where(kind => kind.Level != FindingLevel.Ok && !named.Contains(kind.Code)).Select(kind => kind.Code);

        Assert.Empty(missing);
    }

    [Fact]
    public void Every_code_on_the_page_is_a_finding()
    {
        var known = s_kinds.Values.Select(kind => kind.Code).Concat(s_others).ToHashSet();

        Assert.Subset(known, CodesIn(s_page));
    }

    [Fact]
    public void Every_symptom_of_the_page_is_one_that_the_command_finds()
    {
        var sections = s_page.Split("\n## ")[1..];
        string[] expected = ["Nothing arrives", "401 and 403", "413", "429", "503", "Timeouts", "Certificate", "Lambda", "Stuck in CREATING", "High latency", "Throttling"];
        var bad = s_kinds.Values.Where(kind => kind.IsBad).Select(kind => kind.Code).ToHashSet();

        Assert.All(expected, symptom => Assert.Contains(sections, section => section.StartsWith(symptom, StringComparison.Ordinal)));
        Assert.All(sections, section => Assert.True(CodesIn(section).Any(bad.Contains), $"no finding in: {section.Split('\n')[0]}"));
        Assert.All(sections, section => Assert.Contains("**Symptom.**", section, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_finding_is_made_by_a_step()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Cistern", "Commands", "Checking"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetFileName(file).StartsWith("FindingKinds.", StringComparison.Ordinal)).Select(File.ReadAllText);
        var made = sources.SelectMany(source => Made().Matches(source).Select(match => match.Groups[1].Value)).ToHashSet();

        Assert.Subset(made, s_kinds.Keys.ToHashSet());
    }

    [Fact]
    public void Every_bad_finding_is_made_by_a_test()
    {
        var tests = string.Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests", "Cistern.Tests", "Commands", "Checking"), "*Tests.cs")
            .Where(file => !file.EndsWith($"{nameof(TroubleshootingPageTests)}.cs", StringComparison.Ordinal)).Select(File.ReadAllText));

        Assert.Empty(s_kinds.Where(pair => pair.Value.IsBad && !tests.Contains(pair.Value.Code, StringComparison.Ordinal) && !tests.Contains($"FindingKinds.{pair.Key}", StringComparison.Ordinal)).Select(pair => pair.Value.Code));
    }

    [Fact]
    public void Codes_are_unique_and_what_is_bad_has_a_remedy()
    {
        Assert.True(s_kinds.Count > 100, $"{s_kinds.Count} findings");
        Assert.Equal(s_kinds.Count, s_kinds.Values.Select(kind => kind.Code).Distinct().Count());
        Assert.All(s_kinds.Values, kind => Assert.Matches("^[a-z]+(-[a-z0-9]+)*$", kind.Code));
        Assert.All(s_kinds.Values.Where(kind => kind.IsBad), kind => Assert.NotEmpty(kind.Remedy));
        Assert.All(s_kinds.Values, kind => Assert.False(kind.Sentence.EndsWith('.'), kind.Sentence));
    }

    private static HashSet<string> CodesIn(string text) => [.. Code().Matches(text).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("`([a-z]+(?:-[a-z0-9]+)+|stopped)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"FindingKinds\.([A-Z]\w*)")]
    private static partial Regex Made();
}
