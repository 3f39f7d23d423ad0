using Cistern.Commands.Checking;
using Cistern.Commands.Checking.Endpoint;

namespace Cistern.Tests.Commands.Checking;

/// <summary>Runs the check of an endpoint within the test, with limits of its own.</summary>
internal static class CheckRig
{
    // What every endpoint on loopback, with a root of the test's own, is told.
    private static readonly string[] s_ofEveryTest = ["address-loopback", "address-port", "name-private", "certificate-private"];

    /// <summary>Of peers that answer: a loaded machine is no finding.</summary>
    public static CheckLimits Short { get; } = new() { Answer = TimeSpan.FromSeconds(20), SlowMedian = TimeSpan.FromSeconds(30), SlowWorst = TimeSpan.FromSeconds(60) };

    /// <summary>Of peers that never do.</summary>
    public static CheckLimits Impatient { get; } = Short with { Answer = TimeSpan.FromSeconds(3) };

    public static CheckPlan Plan(Uri url, string key = CheckedPeer.Key) => new()
    {
        Url = url, UrlText = url.AbsoluteUri, Key = key, SourceArn = "arn:aws:firehose:local:000000000000:deliverystream/check", Quick = true, NoRecord = true, Limits = Short,
    };

    public static async Task<CheckReport> RunAsync(CheckPlan plan)
    {
        var report = new CheckReport(_ => { });
        await new EndpointCheck(plan, report, TimeProvider.System).RunAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(90));
        return report;
    }

    /// <summary>The codes of what is bad, without what every test is told.</summary>
    public static string[] Bad(this CheckReport report) => [.. report.Findings.Where(finding => finding.Kind.IsBad).Select(finding => finding.Kind.Code).Except(s_ofEveryTest)];

    public static bool Has(this CheckReport report, FindingKind kind) => report.Findings.Any(finding => finding.Kind == kind);

    public static string Detail(this CheckReport report, string code) => report.Findings.First(finding => finding.Kind.Code == code).Detail;

    public static string Dump(this CheckReport report) => string.Join('\n', report.Findings.Select(finding => $"{finding.Step} {finding.Kind.Code}: {finding.Text}"));

    /// <summary>Exactly these are bad.</summary>
    public static void AssertBad(this CheckReport report, params string[] codes) => Assert.True(codes.Order().SequenceEqual(report.Bad().Order()), $"expected {string.Join(", ", codes)}\n{report.Dump()}");
}
