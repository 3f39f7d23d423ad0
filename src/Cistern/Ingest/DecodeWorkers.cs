using System.Buffers;
using System.Collections.Concurrent;
using Cistern.Formats.Deliveries;

namespace Cistern.Ingest;

/// <param name="Fault">Null if the body is a delivery; its rows and rejects are then in the batch.</param>
/// <param name="Detail">After a fault what is wrong, for the sender.</param>
internal sealed record DecodeOutcome(DeliveryFault? Fault, string? Detail);

/// <summary>Threads of their own that decode: a body takes up to a second of computing, for which the thread pool is not made.</summary>
/// <remarks>Each thread has its decoder. Who may use a thread is decided by the budget, so that the queue here holds no more jobs than threads.</remarks>
internal sealed class DecodeWorkers : IDisposable
{
    private readonly BlockingCollection<Job> _jobs = [];
    private readonly Thread[] _threads;

    public DecodeWorkers(int threads)
    {
        _threads = [.. Enumerable.Range(0, threads).Select(number => new Thread(Work) { IsBackground = true, Name = $"decode-{number}" })];
        foreach (var thread in _threads)
        {
            thread.Start();
        }
    }

    public int Count => _threads.Length;

    /// <summary>Decodes a body. The caller keeps both buffers alive until the task ends.</summary>
    public Task<DecodeOutcome> DecodeAsync(DeliveryContext context, in ReadOnlySequence<byte> body, DecodedDelivery into)
    {
        var job = new Job(context, body, into, new TaskCompletionSource<DecodeOutcome>(TaskCreationOptions.RunContinuationsAsynchronously));
        _jobs.Add(job);
        return job.Done.Task;
    }

    public void Dispose()
    {
        _jobs.CompleteAdding();
        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _jobs.Dispose();
    }

    private void Work()
    {
        var decoder = new DeliveryDecoder();
        foreach (var job in _jobs.GetConsumingEnumerable())
        {
            try
            {
                var fault = decoder.Decode(job.Context, job.Body, job.Into);
                job.Done.SetResult(new DecodeOutcome(fault, decoder.Detail));
            }
            catch (Exception error)
            {
                // A decoder never throws for input, so this is our bug. The sender gets its 500, and the thread a decoder without a broken state.
                decoder = new DeliveryDecoder();
                job.Done.SetException(error);
            }
        }
    }

    private sealed record Job(DeliveryContext Context, ReadOnlySequence<byte> Body, DecodedDelivery Into, TaskCompletionSource<DecodeOutcome> Done);
}
