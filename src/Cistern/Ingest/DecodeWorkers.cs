using System.Buffers;
using System.Collections.Concurrent;
using Cistern.Enrich;
using Cistern.Enrich.Rules;
using Cistern.Formats.Deliveries;
using Cistern.Operations;

namespace Cistern.Ingest;

/// <param name="Fault">Null if the body is a delivery; its rows and rejects are then in the batch.</param>
/// <param name="Detail">After a fault what is wrong, for the sender.</param>
internal sealed record DecodeOutcome(DeliveryFault? Fault, string? Detail);

/// <summary>Threads of their own that decode: a body takes up to a second of computing, for which the thread pool is not made.</summary>
/// <remarks>
/// Each thread has its decoder. Large bodies have threads of their own, which stand behind the others. Who may use a thread is decided by the budget, so that the
/// queues here together hold no more jobs than one of them has threads.
/// </remarks>
internal sealed class DecodeWorkers : IDisposable
{
    private readonly BlockingCollection<Job> _jobs = [];
    private readonly BlockingCollection<Job> _largeJobs = [];
    private readonly RuleStore _rules;
    private readonly Thread[] _threads;

    /// <param name="count">Bodies that are decoded at once.</param>
    /// <param name="rules">By which rows are classified.</param>
    public DecodeWorkers(int count, RuleStore rules)
    {
        (Count, _rules) = (count, rules);
        var numbers = Enumerable.Range(0, count);
        _threads =
        [
            .. numbers.Select(number => new Thread(() => Work(_jobs)) { IsBackground = true, Name = $"decode-{number}" }),
            .. numbers.Select(number => BackgroundThread.Create($"decode-large-{number}", () => Work(_largeJobs))),
        ];
        Array.ForEach(_threads, thread => thread.Start());
    }

    public int Count { get; }

    /// <summary>Decodes a body. The caller keeps both buffers alive until the task ends.</summary>
    /// <param name="isLarge">It takes long: what is short goes before it.</param>
    public Task<DecodeOutcome> DecodeAsync(DeliveryContext context, in ReadOnlySequence<byte> body, DecodedDelivery into, bool isLarge = false)
    {
        var job = new Job(context, body, into, new TaskCompletionSource<DecodeOutcome>(TaskCreationOptions.RunContinuationsAsynchronously));
        (isLarge ? _largeJobs : _jobs).Add(job);
        return job.Done.Task;
    }

    public void Dispose()
    {
        _jobs.CompleteAdding();
        _largeJobs.CompleteAdding();
        Array.ForEach(_threads, thread => thread.Join());
        _jobs.Dispose();
        _largeJobs.Dispose();
    }

    private void Work(BlockingCollection<Job> jobs)
    {
        var decoder = new EnrichingDecoder(_rules);
        foreach (var job in jobs.GetConsumingEnumerable())
        {
            try
            {
                var fault = decoder.Decode(job.Context, job.Body, job.Into);
                job.Done.SetResult(new DecodeOutcome(fault, decoder.Detail));
            }
            catch (Exception error)
            {
                // A decoder never throws for input, so this is our bug. The sender gets its 500, and the thread a decoder without a broken state.
                decoder = new EnrichingDecoder(_rules);
                job.Done.SetException(error);
            }
        }
    }

    private sealed record Job(DeliveryContext Context, ReadOnlySequence<byte> Body, DecodedDelivery Into, TaskCompletionSource<DecodeOutcome> Done);
}
