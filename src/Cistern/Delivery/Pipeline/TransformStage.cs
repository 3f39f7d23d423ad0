using Cistern.Delivery.Backup;
using Cistern.Delivery.Http;
using Cistern.Delivery.Metrics;
using Cistern.Delivery.Transform;

namespace Cistern.Delivery.Pipeline;

/// <summary>Gathers records by the function's own hints, invokes it, and hands on what it made of them.</summary>
/// <param name="forward">Takes records that go on to the destination.</param>
internal sealed class TransformStage(StreamState stream, OutboxWriter outbox, Action<Passing> forward)
{
    private readonly List<Passing> _open = [];
    private readonly List<Invocation> _invocations = [];
    private long _openBytes;
    private DateTimeOffset _since;

    /// <summary>More can be taken.</summary>
    public bool HasRoom => !IsFull || _invocations.Count < stream.Settings.InvocationsMax;

    public bool IsEmpty => _open.Count == 0 && _invocations.Count == 0;

    /// <summary>Records that a function has.</summary>
    public int InFlight => _invocations.Sum(invocation => invocation.Records.Count);

    /// <summary>When an invocation is due, or to be tried again.</summary>
    /// <param name="nextHasRoom">As for <see cref="Launch"/>: nothing is due as long as what it gave could not go on.</param>
    public DateTimeOffset? NextDue(bool nextHasRoom)
    {
        var due = _invocations.Where(invocation => invocation.Task is null).Select(invocation => (DateTimeOffset?)invocation.NextTry).Min();
        var canBegin = nextHasRoom && _open.Count > 0 && _invocations.Count < stream.Settings.InvocationsMax;
        return canBegin && (due is null || DueOfOpen < due) ? DueOfOpen : due;
    }

    private bool IsFull => _openBytes >= Hints.Bytes;

    // Without a function what is left goes on at once.
    private BufferHints Hints => stream.Plan.Transform?.Buffering ?? new BufferHints(0, TimeSpan.Zero);

    private DateTimeOffset DueOfOpen => IsFull ? stream.Now : _since + Hints.Interval;

    /// <param name="record">After the processors; a function gets this, and the backup of a failure the source.</param>
    public void Add(Passing record)
    {
        if (_open.Count == 0)
        {
            _since = record.Source.Arrived;
        }

        _open.Add(record);
        _openBytes += record.Data.Length;
    }

    /// <summary>Takes the answers that came; false if none did.</summary>
    public bool Collect()
    {
        var moved = false;
        for (var at = 0; at < _invocations.Count;)
        {
            var invocation = _invocations[at];
            if (invocation.Task is { IsCompleted: true } task)
            {
                moved = true;
                invocation.Task = null;
                if (task.IsCanceled && stream.Stop.IsCancellationRequested)
                {
                    invocation.NextTry = stream.Now;
                }
                else if (Judge(invocation, AnswerOf(task)))
                {
                    _invocations.RemoveAt(at);
                    continue;
                }
            }

            at++;
        }

        return moved;
    }

    /// <summary>Begins the invocations that are due; false if none is.</summary>
    /// <param name="nextHasRoom">The destination can take more; else only what began goes on.</param>
    public bool Launch(bool nextHasRoom)
    {
        var moved = false;
        while (nextHasRoom && _open.Count > 0 && _invocations.Count < stream.Settings.InvocationsMax && DueOfOpen <= stream.Now)
        {
            if (TakeOpen() is { } records)
            {
                _invocations.Add(new Invocation(records, ObjectKey.NewUuid(stream.Random)) { NextTry = stream.Now });
            }

            moved = true;
        }

        foreach (var invocation in _invocations.Where(invocation => invocation.Task is null && invocation.NextTry <= stream.Now))
        {
            Begin(invocation);
            moved = true;
        }

        return moved;
    }

    // Null if the first record is one that no event can hold: it fails.
    private List<Passing>? TakeOpen()
    {
        var (count, bytes) = (0, 0L);
        while (count < _open.Count && (count == 0 || bytes + _open[count].Data.Length <= Hints.Bytes))
        {
            bytes += _open[count++].Data.Length;
        }

        var taken = _open.GetRange(0, count);
        var fits = TransformBatch.Fits(stream.Plan, [.. taken.Select(record => record.Source with { Data = record.Data })]);
        if (fits == 0)
        {
            Fail(taken[0].Source, TransformErrors.FunctionError, "the record is too large for an event of a function", attempts: 1);
            RemoveOpen(1);
            return null;
        }

        RemoveOpen(fits);
        return taken[..fits];
    }

    private void RemoveOpen(int count)
    {
        _openBytes -= _open.Take(count).Sum(record => (long)record.Data.Length);
        _open.RemoveRange(0, count);
        _since = _open.Count > 0 ? _open[0].Source.Arrived : default;
    }

    private void Begin(Invocation invocation)
    {
        if (stream.Plan.Transform is not { } plan)
        {
            invocation.Task = Task.FromResult<FunctionAnswer?>(null); // The function was taken away meanwhile.
            return;
        }

        invocation.Began = stream.Parts.Time.GetTimestamp();
        var payload = TransformEvent.Write(stream.Plan, invocation.Id, invocation.Seen);
        invocation.Task = stream.Watch(InvokeAsync(plan.LambdaArn, payload));
    }

    private async Task<FunctionAnswer?> InvokeAsync(string arn, ReadOnlyMemory<byte> payload)
    {
        using var timeout = new CancellationTokenSource(stream.Settings.FunctionTimeout, stream.Parts.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stream.Stop.Token);
        try
        {
            return await stream.Parts.Functions.InvokeAsync(arn, payload, either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !stream.Stop.IsCancellationRequested)
        {
            return new FunctionAnswer(TransformErrors.InvocationFailure, default, $"the function did not answer within {stream.Settings.FunctionTimeout.TotalMinutes:0.#} minutes");
        }
    }

    private static FunctionAnswer? AnswerOf(Task<FunctionAnswer?> task) =>
        task.IsCompletedSuccessfully ? task.Result : new FunctionAnswer(TransformErrors.InternalServerError, default, task.Exception?.GetBaseException().Message ?? "the invocation was stopped");

    // True if the invocation is done with.
    private bool Judge(Invocation invocation, FunctionAnswer? answer)
    {
        if (answer is null)
        {
            invocation.Records.ForEach(forward);
            return true;
        }

        invocation.Attempts++;
        var verdict = TransformAnswer.Judge(invocation.Seen, answer);
        stream.Count(StreamMetric.ProcessingDuration, stream.Parts.Time.GetElapsedTime(invocation.Began).TotalMilliseconds);
        stream.Count(StreamMetric.ProcessingSuccess, verdict.IsRetried ? 0 : 1);
        if (verdict.IsRetried && invocation.Attempts <= (stream.Plan.Transform?.Retries ?? 0))
        {
            invocation.NextTry = stream.Now + RetrySchedule.Pause(invocation.Attempts, stream.Random);
            return false;
        }

        for (var at = 0; at < invocation.Records.Count; at++)
        {
            Apply(invocation.Records[at].Source, verdict.Records[at], invocation.Attempts);
        }

        return true;
    }

    private void Apply(StreamRecord record, RecordVerdict verdict, int attempts)
    {
        switch (verdict.Result)
        {
            case RecordResult.Ok:
                stream.Count(StreamMetric.ProcessedRecords, 1);
                stream.Count(StreamMetric.ProcessedBytes, verdict.Data.Length);
                forward(new Passing(record, verdict.Data));
                break;
            case RecordResult.Dropped:
                stream.Count(StreamMetric.ProcessedRecords, 1);
                stream.Tally.AddDropped(1);
                stream.Buffer.Done(record);
                break;
            case RecordResult.Failed:
                Fail(record, verdict.ErrorCode, verdict.ErrorMessage, attempts);
                break;
        }
    }

    private void Fail(StreamRecord record, string code, string message, int attempts) => outbox.Fail(record, new FailedRecord
    {
        Type = ErrorOutputType.ProcessingFailed,
        Attempts = attempts,
        Arrived = record.Arrived,
        ErrorCode = code,
        ErrorMessage = message,
        AttemptEnded = stream.Now,
        RawData = record.Data,
        LambdaArn = FunctionArn.Qualified(stream.Plan.Transform?.LambdaArn ?? ""),
    });

    private sealed class Invocation(List<Passing> records, Guid id)
    {
        public List<Passing> Records { get; } = records;

        /// <summary>The records as the function sees them.</summary>
        public List<StreamRecord> Seen { get; } = [.. records.Select(record => record.Source with { Data = record.Data })];

        public Guid Id { get; } = id;

        public int Attempts { get; set; }

        public long Began { get; set; }

        public DateTimeOffset NextTry { get; set; }

        public Task<FunctionAnswer?>? Task { get; set; }
    }
}
