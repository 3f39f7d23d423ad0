using Cistern.Commands.Checking.Answers;

namespace Cistern.Commands.Checking.Endpoint;

/// <summary>A record from its delivery to the moment that it can be read, and the same delivery again.</summary>
internal sealed class RecordStep(CheckPlan plan, CheckReport report, EndpointClient client, TimeProvider time)
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(250);

    public async Task RunAsync(CancellationToken cancel)
    {
        if (plan.NoRecord)
        {
            report.Add(CheckSteps.Record, FindingKinds.RecordNotSent, "--no-record leaves it out");
            return;
        }

        var record = TestRecord.Make(plan.Signal ?? TestRecord.SignalOf(plan.Url), time.GetUtcNow());
        var started = time.GetTimestamp();
        if (!await SendAsync(record, cancel))
        {
            return;
        }

        using var question = new ArrivalQuestion(plan, client.Address, time);
        var access = plan.Key.Length == 0 ? ArrivalAccess.NoCistern : await question.FindAccessAsync(cancel);
        if (access != ArrivalAccess.Allowed)
        {
            ReportUnseen(record, access);
            await RepeatAsync(record, null, cancel);
        }
        else if (await WaitAsync(record, question, started, cancel))
        {
            await RepeatAsync(record, question, cancel);
        }
    }

    private async Task<bool> SendAsync(TestRecord record, CancellationToken cancel)
    {
        var result = await client.SendAsync(record.Delivery, plan.Key, cancel);
        if (result.Status == 200)
        {
            return true;
        }

        var kind = result.Answer is { Status: 401 or 403 } refusal ? KeyRefusal.Of(refusal, plan.Key) : result.Failure ?? StatusKind.Of(result.Status!.Value)!;
        report.Add(CheckSteps.Record, kind, result.Answer is { } answer ? KeyRefusal.Describe(answer, plan.Key) : result.Detail);
        return false;
    }

    private void ReportUnseen(TestRecord record, ArrivalAccess access) => report.Add(CheckSteps.Record, FindingKinds.RecordSent,
        $"{NameOf(record)}, its mark is {record.Mark}{(access == ArrivalAccess.KeyMayNotRead ? "; the key has not the scope read" : "")}");

    private async Task<bool> WaitAsync(TestRecord record, ArrivalQuestion question, long started, CancellationToken cancel)
    {
        try
        {
            for (var attempt = 0; ; attempt++)
            {
                var (rows, rejected) = await question.AskAsync(record, cancel);
                var elapsed = time.GetElapsedTime(started);
                if (rows > 0 || rejected is not null)
                {
                    report.Add(CheckSteps.Record, rows > 0 ? FindingKinds.RecordArrived : FindingKinds.RecordRejected,
                        rows > 0 ? $"{NameOf(record)}, {Units.Seconds(elapsed.TotalSeconds)} after it was sent; its mark is {record.Mark}" : rejected!);
                    return rows > 0;
                }

                if (elapsed > plan.Limits.Arrival)
                {
                    report.Add(CheckSteps.Record, FindingKinds.RecordNotVisible, $"{NameOf(record)} {record.Mark}, within {Units.Seconds(plan.Limits.Arrival.TotalSeconds)}");
                    return false;
                }

                await Task.Delay(_pause, time, cancel);
            }
        }
        catch (CommandFailedException failure)
        {
            report.Add(CheckSteps.Record, FindingKinds.RecordQuestionFailed, failure.Message);
            return false;
        }
    }

    private async Task RepeatAsync(TestRecord record, ArrivalQuestion? question, CancellationToken cancel)
    {
        var result = await client.SendAsync(record.Delivery, plan.Key, cancel);
        if (result.Status != 200)
        {
            report.Add(CheckSteps.Record, FindingKinds.RepeatRefused, result.Answer is { } answer ? KeyRefusal.Describe(answer, plan.Key) : result.Detail);
        }
        else if (question is null)
        {
            report.Add(CheckSteps.Record, FindingKinds.RepeatTaken);
        }
        else
        {
            await CountAsync(record, question, cancel);
        }
    }

    // What is answered can be read, so one look is enough.
    private async Task CountAsync(TestRecord record, ArrivalQuestion question, CancellationToken cancel)
    {
        try
        {
            var (rows, _) = await question.AskAsync(record, cancel);
            report.Add(CheckSteps.Record, rows == 1 ? FindingKinds.RepeatGood : FindingKinds.RepeatStored, rows == 1 ? "" : $"{rows} rows of one record");
        }
        catch (CommandFailedException failure)
        {
            report.Add(CheckSteps.Record, FindingKinds.RecordQuestionFailed, failure.Message);
        }
    }

    private static string NameOf(TestRecord record) => record.Signal switch
    {
        "requests" => "a CloudFront line",
        "metrics" => "a metric point",
        _ => "a log event",
    };
}
