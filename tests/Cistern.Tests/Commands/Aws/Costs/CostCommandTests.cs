using System.Text.Json;

namespace Cistern.Tests.Commands.Aws.Costs;

public sealed class CostCommandTests
{
    [Theory]
    [InlineData("", "real-time standard v2")]
    [InlineData(" --sampling 10", "real-time real-time 10 % standard v2")]
    [InlineData(" --sampling 10 --route realtime", "real-time real-time 10 %")]
    [InlineData(" --route standard", "standard v2")]
    public async Task Routes_stand_side_by_side_and_sampling_beside_all(string arguments, string columns)
    {
        var run = await CommandRun.RunAsync($"aws cost --requests 100M{arguments}");

        Assert.Equal(0, run.ExitCode);
        var lines = run.Out.Split('\n');
        Assert.Equal("100,000,000 requests a month, US dollars, us-east-1", lines[0]);
        Assert.Equal(columns, string.Join(' ', lines.First(line => line.Contains("standard v2", StringComparison.Ordinal) || line.Contains("real-time  ", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.DoesNotContain("not counted", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_taken_for_granted_and_the_rates_that_count_are_said()
    {
        var run = await CommandRun.RunAsync("aws cost --requests 20G --route standard --rate firehose-vended=0.05");

        Assert.Contains("  - a month has 730 hours, 1 GB is 2^30 bytes, and every line has 1,200 bytes (--bytes-per-line)", run.Error, StringComparison.Ordinal);
        Assert.Contains("  - transfer: 0.09, from 10,240 on 0.085, from 51,200 on 0.07, from 153,600 on 0.05 per GB (AWS price list, AWSDataTransfer, 2026-09-16)", run.Error, StringComparison.Ordinal);
        Assert.Contains("  - firehose-vended: 0.05 per GB (--rate, -)", run.Error, StringComparison.Ordinal);
        Assert.Contains("not counted: standard v2: CloudWatch, delivery of vended logs: 12,111.74 GB are left out", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("kinesis", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_get_the_same_as_JSON()
    {
        var run = await CommandRun.RunAsync("aws cost --requests 10M --sampling 50 --format json");

        using var answer = JsonDocument.Parse(run.Out);
        var routes = answer.RootElement.GetProperty("routes").EnumerateArray().ToList();
        Assert.Equal(["realtime 100", "realtime 50", "standard 100"], routes.Select(route => $"{route.GetProperty("route")} {route.GetProperty("samplingPercent")}"));
        Assert.Equal(33.6575m, decimal.Round(routes[0].GetProperty("usd").GetDecimal(), 4));
        Assert.Equal(routes[0].GetProperty("usd").GetDecimal(), routes[0].GetProperty("entries").EnumerateArray().Sum(entry => entry.GetProperty("usd").GetDecimal()));
        Assert.Contains(answer.RootElement.GetProperty("rates").EnumerateArray(), rate => rate.GetProperty("usd").ValueKind == JsonValueKind.Null && rate.GetProperty("name").GetString() == "vended-logs");
        Assert.NotEmpty(answer.RootElement.GetProperty("assumptions").EnumerateArray());
        Assert.Equal("", run.Error);
    }

    [Theory]
    [InlineData("", "Option '--requests' is required")]
    [InlineData("--requests many", "cannot read 'many' as a count such as 250000, 250k, 100M or 1.5G")]
    [InlineData("--requests 1M --sampling 0", "cannot use 0 for --sampling: it must be from 1 to 100")]
    [InlineData("--requests 1M --bytes-per-line 0", "cannot use 0 for --bytes-per-line: it must be from 1 to 65536")]
    [InlineData("--requests 1M --region mars-1", "there are no rates for 'mars-1', only for us-east-1")]
    [InlineData("--requests 1M --rate x=1", "there is no rate 'x'")]
    [InlineData("--requests 1M --route both2", "both2")]
    public async Task What_cannot_be_used_is_misuse(string arguments, string sentence)
    {
        var run = await CommandRun.RunAsync(["aws", "cost", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
    }

    // The page shows the command and what it prints, one after the other.
    [Theory]
    [InlineData("10M")]
    [InlineData("100M")]
    [InlineData("1G")]
    public async Task The_page_shows_what_the_command_prints(string requests)
    {
        var command = $"cistern aws cost --requests {requests} --sampling 10";
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "cost.md"), TestContext.Current.CancellationToken);
        var run = await CommandRun.RunAsync(command["cistern ".Length..]);

        var after = page[page.IndexOf($"\n{command}\n", StringComparison.Ordinal)..];
        var shown = after[(after.IndexOf("```text\n", StringComparison.Ordinal) + "```text\n".Length)..];
        Assert.Equal(Lines(run.Out), Lines(shown[..shown.IndexOf("\n```", StringComparison.Ordinal)]));
    }

    private static string[] Lines(string text) => [.. text.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0)];
}
