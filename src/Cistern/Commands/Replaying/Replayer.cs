using Cistern.Commands.Sending;
using Cistern.Delivery.Http;
using Cistern.Formats.ErrorObjects;
using Cistern.Replay;

namespace Cistern.Commands.Replaying;

/// <summary>Reads objects one after another and sends what they hold, several deliveries at a time.</summary>
/// <param name="note">Told what a person should read while it happens.</param>
/// <param name="moved">Called when the report has changed.</param>
internal sealed class Replayer(TimeProvider time, ReplayPlan plan, ReplayReport report, Action<string> note, Action moved)
{
    // Of the object that is read: it is told with its first record.
    private ReplayObject? _object;
    private string _arn = "";

    /// <summary>Reads everything and sends nothing.</summary>
    public async Task SurveyAsync(CancellationToken cancel)
    {
        using var state = ReplayState.Read(plan.StateFile, plan.Target);
        await ReadAllAsync(
            state,
            async (reader, source) =>
            {
                await foreach (var _ in reader.ReadAsync(source, cancel))
                {
                    moved();
                }
            },
            cancel);
    }

    /// <exception cref="ReplayStoppedException">A delivery was given up; what was sent until then is in the state file.</exception>
    public async Task SendAsync(CancellationToken cancel)
    {
        using var state = ReplayState.Open(plan.StateFile, plan.Target, plan.Again);
        using var http = plan.Connect(plan.Destination.Url);
        await ReadAllAsync(state, (reader, source) => SendAsync(reader, source, state, http, cancel), cancel);
    }

    private async Task ReadAllAsync(ReplayState state, Func<ReplayReader, ReplayObject, Task> read, CancellationToken cancel)
    {
        ReplayReader? reader = null;
        using var made = reader = new ReplayReader(plan.Reading, time, record => Seen(record, reader!), report.Unreadable);
        await foreach (var source in plan.List(cancel))
        {
            if (!plan.Again && state.IsDone(source))
            {
                report.DoneBefore++;
                continue;
            }

            _object = source;
            _arn = "";
            try
            {
                await read(reader, source);
                report.Objects++;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                report.Unreadable(source, exception.Message);
            }
        }
    }

    private async Task SendAsync(ReplayReader reader, ReplayObject source, ReplayState state, HttpMessageInvoker http, CancellationToken cancel)
    {
        DeliveryPump<ReplayBatch>? pump = null;
        try
        {
            await foreach (var batch in reader.ReadAsync(source, cancel))
            {
                if (!plan.Again && state.IsDone(batch))
                {
                    report.DeliveriesBefore++;
                    continue;
                }

                var arn = _arn;
                pump ??= new DeliveryPump<ReplayBatch>(CreateSender(source, arn, http), each => each.Delivery, plan.Parallel, (each, outcome) => Done(each, arn, outcome, state), cancel);
                await pump.SendAsync(batch, cancel);
                moved();
            }
        }
        finally
        {
            // Also when the rest of the object cannot be read: what was made of it is sent.
            await (pump?.CompleteAsync() ?? Task.CompletedTask);
        }

        state.Add(source);
    }

    private FirehoseSender CreateSender(ReplayObject source, string arn, HttpMessageInvoker http)
    {
        var sender = new FirehoseSender(http, plan.Destination with { SourceArn = arn }, time, Random.Shared);
        sender.Retrying += (_, attempt, pause) => note($"{ReplaySurvey.Printable(source.Name)}: will be tried again in {Units.Seconds(pause.TotalSeconds)}: {attempt.Message}");
        return sender;
    }

    private void Seen(ErrorRecord record, ReplayReader reader)
    {
        _arn = _arn.Length > 0 ? _arn : plan.Arn.Of(_object!, reader.LambdaArn);
        report.Survey.Add(_arn, record);
    }

    private void Done(ReplayBatch batch, string arn, DeliveryOutcome outcome, ReplayState state)
    {
        if (!outcome.Delivered)
        {
            // The others would be refused alike; and a later run goes on from here.
            throw new ReplayStoppedException($"cannot replay {ReplaySurvey.Printable(batch.Object.Name)}: {outcome.Last.Message}", outcome.Last.Status);
        }

        state.Add(batch);
        report.Sent(arn, batch.Delivery, outcome);
    }
}

/// <summary>The destination did not take a delivery of a replay, which ended there.</summary>
/// <param name="status">The status that it answered, if it answered at all.</param>
internal sealed class ReplayStoppedException(string message, int? status) : Exception(message)
{
    public int? Status { get; } = status;
}
