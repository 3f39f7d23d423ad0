using System.Text;
using Cistern.Transform;

namespace Cistern.Tests.Transform;

public sealed class TransformSettingsTests
{
    [Theory]
    [InlineData("/health", "/health", true)]
    [InlineData("/health", "/healthz", false)]
    [InlineData("/health", "/Health", false)]
    [InlineData("/health", "/a/health", false)]
    [InlineData("/health*", "/health/live", true)]
    [InlineData("*.css", "/a/b.css", true)]
    [InlineData("/*.css", "/a/b.css", true)]
    [InlineData("/*.css", "/a/b.css.map", false)]
    [InlineData("/a*b*c", "/aXbXbXc", true)]
    [InlineData("/a*b*c", "/aXbXbX", false)]
    [InlineData("*", "", true)]
    [InlineData("/x, /metrics", "/metrics", true)]
    [InlineData("static", "/a/logo.PNG", true)]
    [InlineData("static", "/app.js", true)]
    [InlineData("static", "/js", false)]
    [InlineData("static", "/v1.css/page", false)]
    [InlineData("static", "/page.html", false)]
    [InlineData("static", "/a.extensionthatislong", false)]
    [InlineData("static", "", false)]
    [InlineData("", "/health", false)]
    public void A_pattern_is_for_the_whole_path(string patterns, string path, bool matches) =>
        Assert.Equal(matches, PathPatterns.Parse(patterns, out _).Match(Encoding.UTF8.GetBytes(path)));

    [Fact]
    public void A_pattern_full_of_stars_costs_no_more_than_its_length_times_the_paths()
    {
        var pattern = PathPatterns.Parse("/" + string.Concat(Enumerable.Repeat("*a", 200)) + "b", out _);

        Assert.False(pattern.Match(Encoding.UTF8.GetBytes("/" + new string('a', 8000))));
    }

    [Fact]
    public void Paths_are_compared_decoded_and_without_their_query() => Assert.Equal(
        ["0 Dropped", "1 Dropped", "2 Dropped"],
        LambdaEvents.Run(
            LambdaEvents.Settings(("CISTERN_FIELDS", "timestamp,sc-status,cs-uri-stem"), ("CISTERN_DROP_PATHS", "/a~b /health")),
            LambdaEvents.Line("200", "/a%7Eb"), LambdaEvents.Line("200", "/health?x=1"), LambdaEvents.Line("200", "/health")));

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var variables = new Dictionary<string, string>
        {
            ["CISTERN_FIELDS"] = "timestamp,no-such-field",
            ["CISTERN_KEEP"] = "failures",
            ["CISTERN_DROP_PATHS"] = "health",
            ["CISTERN_OUTPUT"] = "xml",
        };
        TransformSettings.Read(variables.GetValueOrDefault, out var problems);

        Assert.Equal(["CISTERN_KEEP", "CISTERN_OUTPUT", "CISTERN_FIELDS", "CISTERN_DROP_PATHS"], problems.Select(problem => problem.Split(':')[0]));
    }

    [Theory]
    [InlineData("timestamp,cs-host", "success", "", "sc-status is not in the list")]
    [InlineData("timestamp,sc-status", "all", "/health", "cs-uri-stem is not in the list")]
    [InlineData("date time cs(Host)", "all", "", "standard logs")]
    [InlineData("cs-host", "all", "", "no time")]
    public void A_list_that_the_rules_cannot_be_applied_to_is_refused(string fields, string keep, string paths, string problem)
    {
        var variables = new Dictionary<string, string> { ["CISTERN_FIELDS"] = fields, ["CISTERN_KEEP"] = keep, ["CISTERN_DROP_PATHS"] = paths };
        TransformSettings.Read(variables.GetValueOrDefault, out var problems);

        Assert.Contains(problem, Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_cannot_be_written_as_lines()
    {
        TransformSettings.Read(name => name switch { "CISTERN_KEEP" => "errors", "CISTERN_OUTPUT" => "lines", _ => null }, out var problems);

        Assert.Contains("lines cannot carry the mark", Assert.Single(problems), StringComparison.Ordinal);
        Assert.Equal(Output.Json, LambdaEvents.Settings(("CISTERN_KEEP", "errors")).Output);
    }
}
