using Cistern.Commands.Checking.Answers;

namespace Cistern.Commands.Checking.Endpoint;

/// <summary>The largest body that Firehose sends, plain and compressed; and if that fails, how much does go through.</summary>
internal sealed class BodyStep(CheckPlan plan, CheckReport report, EndpointClient client, TimeProvider time)
{
    private const int SmallestBytes = 64 << 10;

    public async Task RunAsync(string id, CancellationToken cancel)
    {
        if (plan.Quick)
        {
            report.Add(CheckSteps.Body, FindingKinds.BodyNotTried, "--quick leaves them out");
            return;
        }

        var plain = await TryAsync(id, plan.Limits.BodyBytes, gzip: false, cancel);
        var compressed = await TryAsync(id, plan.Limits.BodyBytes, gzip: true, cancel);
        if (plain.Kind is null && compressed.Kind is null)
        {
            report.Add(CheckSteps.Body, FindingKinds.BodyGood, $"{plain.Detail}; {compressed.Detail}");
            return;
        }

        // Who hangs at a large body would be waited for at each size.
        var isLimit = plain.Kind == FindingKinds.BodyLimit || plain.Kind == FindingKinds.BodyRefused || plain.Kind == FindingKinds.ConnectionReset;
        var passes = isLimit ? await FindPassingAsync(id, cancel) : "";
        foreach (var (kind, detail) in new[] { plain, compressed }.Where(one => one.Kind is not null).DistinctBy(one => one.Kind))
        {
            report.Add(CheckSteps.Body, kind!, $"{detail}{passes}");
        }
    }

    private async Task<(FindingKind? Kind, string Detail)> TryAsync(string id, int bytes, bool gzip, CancellationToken cancel)
    {
        report.Begin($"sending {Units.Bytes(bytes)}{(gzip ? " as gzip" : "")} …");
        var delivery = EmptyDeliveries.Large(id, time.GetUtcNow(), bytes, gzip);
        var size = gzip ? $"{Units.Bytes(bytes)} as {Units.Bytes(delivery.Body.Length)} of gzip" : $"{Units.Bytes(bytes)} plain";
        var result = await client.SendAsync(delivery, plan.Key, cancel);
        return result.Answer is not { } answer ? (result.Failure, $"{size}, {result.Detail}")
            : answer.Status == 200 ? (null, $"{size} in {Units.Seconds(result.Elapsed.TotalSeconds)}")
            : (KindOf(answer.Status), $"{size}, {KeyRefusal.Describe(answer, plan.Key)}");
    }

    private static FindingKind KindOf(int status) => status switch
    {
        413 => FindingKinds.BodyLimit,
        429 => FindingKinds.RateLimited,
        _ => FindingKinds.BodyRefused,
    };

    // By halves: it costs as much again as the first try at most.
    private async Task<string> FindPassingAsync(string id, CancellationToken cancel)
    {
        for (var bytes = plan.Limits.BodyBytes / 2; bytes >= SmallestBytes; bytes /= 2)
        {
            if ((await TryAsync(id, bytes, gzip: false, cancel)).Kind is null)
            {
                return $"; {Units.Bytes(bytes)} goes through";
            }
        }

        return $"; not even {Units.Bytes(SmallestBytes)} goes through";
    }
}
