using Cistern.Commands.Checking.Answers;
using Cistern.Delivery.Http;

namespace Cistern.Commands.Checking.Endpoint;

/// <summary>Tries an endpoint as a person would, in order: each step needs those before it.</summary>
internal sealed class EndpointCheck(CheckPlan plan, CheckReport report, TimeProvider time)
{
    private const string WrongKey = "cistern-check-with-a-wrong-key";
    private const int TimedDeliveries = 5;

    private readonly string _id = Guid.NewGuid().ToString();
    private readonly List<TimeSpan> _times = [];
    private EndpointClient _client = null!;

    public async Task RunAsync(CancellationToken cancel)
    {
        if (!AddressStep.Check(plan, report) || await ConnectStep.CheckAsync(plan, report, cancel) is not { } address)
        {
            return;
        }

        if (plan.Url.Scheme == Uri.UriSchemeHttps && !await CertificateStep.CheckAsync(plan, report, address, time, cancel))
        {
            report.Add(CheckSteps.Answer, FindingKinds.Stopped, "nothing was sent, for the key is not for strangers");
            return;
        }

        _client = new EndpointClient(plan, address, time);
        if (!await TryWrongKeyAsync(cancel) || !await TryAnswerAsync(cancel))
        {
            return;
        }

        await TryGzipAsync(cancel);
        await new BodyStep(plan, report, _client, time).RunAsync(_id, cancel);
        await TryTimesAsync(cancel);
        await new RecordStep(plan, report, _client, time).RunAsync(cancel);
    }

    private OutgoingDelivery Empty(bool gzip = false) => EmptyDeliveries.Empty(_id, time.GetUtcNow(), gzip);

    // Only what a wrong key shows is told here; the rest shows with the right one too.
    private async Task<bool> TryWrongKeyAsync(CancellationToken cancel)
    {
        var delivery = EmptyDeliveries.Empty(Guid.NewGuid().ToString(), time.GetUtcNow(), gzip: false);
        var result = await _client.SendAsync(delivery, WrongKey, cancel);
        if (result.Answer is not { } answer)
        {
            report.Add(CheckSteps.Answer, result.Failure!, result.Detail);
            return false;
        }

        if (answer.Status == 200)
        {
            report.Add(CheckSteps.Key, FindingKinds.KeyNotChecked);
        }
        else if (answer.Status is 401 or 403)
        {
            var good = KeyRefusal.IsInForm(delivery.RequestId, answer, time.GetUtcNow());
            report.Add(CheckSteps.Key, good ? FindingKinds.KeyWrongRefused : FindingKinds.KeyRefusalForm, good ? "" : $"{answer.Status}, {CheckReport.Quote(answer.Text)}");
            await TryNoKeyAsync(cancel);
        }

        return true;
    }

    // If none was given, it is tried anyway.
    private async Task TryNoKeyAsync(CancellationToken cancel)
    {
        if (plan.Key.Length > 0 && (await _client.SendAsync(Empty(), "", cancel)).Status == 200)
        {
            report.Add(CheckSteps.Key, FindingKinds.KeyNotNeeded);
        }
    }

    private async Task<bool> TryAnswerAsync(CancellationToken cancel)
    {
        var result = await _client.SendAsync(Empty(), plan.Key, cancel);
        if (result.Answer is not { } answer)
        {
            report.Add(CheckSteps.Answer, result.Failure!, result.Detail);
            return false;
        }

        if (StatusKind.Of(answer.Status) is { } refused)
        {
            ReportRefusal(refused, answer);
            return false;
        }

        if (plan.Key.Length > 0 && !report.Findings.Any(finding => finding.Kind == FindingKinds.KeyNotChecked))
        {
            report.Add(CheckSteps.Key, FindingKinds.KeyGood);
        }

        _times.Add(result.Elapsed);
        var findings = AnswerJudge.Judge(_id, answer, time.GetUtcNow());
        foreach (var (kind, detail) in findings)
        {
            report.Add(CheckSteps.Answer, kind, detail);
        }

        if (findings.Count == 0)
        {
            report.Add(CheckSteps.Answer, FindingKinds.AnswerGood, "200, application/json, its id, its time in milliseconds");
        }

        return true;
    }

    private void ReportRefusal(FindingKind kind, RawAnswer answer)
    {
        if (kind == FindingKinds.KeyRefused)
        {
            report.Add(CheckSteps.Key, KeyRefusal.Of(answer, plan.Key), KeyRefusal.Describe(answer, plan.Key));
        }
        else
        {
            var to = answer.ValuesOf("Location").FirstOrDefault();
            report.Add(CheckSteps.Answer, kind, to is null ? KeyRefusal.Describe(answer, plan.Key) : $"{answer.Status} to {CheckReport.Quote(to)}");
        }

        report.Add(CheckSteps.Answer, FindingKinds.Stopped, "gzip, large bodies, times and a record were not tried");
    }

    // What is wrong with the form of an answer was told of the first one.
    private async Task TryGzipAsync(CancellationToken cancel)
    {
        var result = await _client.SendAsync(Empty(gzip: true), plan.Key, cancel);
        if (result.Answer is not { } answer)
        {
            report.Add(CheckSteps.Gzip, result.Failure!, result.Detail);
        }
        else if (answer.Status == 200)
        {
            _times.Add(result.Elapsed);
            report.Add(CheckSteps.Gzip, FindingKinds.GzipGood);
        }
        else
        {
            var kind = answer.Status is 400 or 415 or 422 ? FindingKinds.GzipRefused : StatusKind.Of(answer.Status)!;
            report.Add(CheckSteps.Gzip, kind, KeyRefusal.Describe(answer, plan.Key));
        }
    }

    private async Task TryTimesAsync(CancellationToken cancel)
    {
        for (var number = 0; number < TimedDeliveries; number++)
        {
            var result = await _client.SendAsync(Empty(), plan.Key, cancel);
            if (result.Status != 200)
            {
                var kind = result.Failure ?? StatusKind.Of(result.Status!.Value)!;
                report.Add(CheckSteps.Time, kind, $"delivery {number + 1} of {TimedDeliveries}, {(result.Answer is { } answer ? KeyRefusal.Describe(answer, plan.Key) : result.Detail)}");
                return;
            }

            _times.Add(result.Elapsed);
        }

        var (median, worst) = (_times.Order().ElementAt(_times.Count / 2), _times.Max());
        var slow = median > plan.Limits.SlowMedian || worst > plan.Limits.SlowWorst;
        report.Add(CheckSteps.Time, slow ? FindingKinds.TimeSlow : FindingKinds.TimeGood,
            $"of {_times.Count} small deliveries the median took {Units.Seconds(median.TotalSeconds)}, the worst {Units.Seconds(worst.TotalSeconds)}; the limit is 180 s");
    }
}
