using System.Collections.Concurrent;
using Cistern.Formats;
using Cistern.Store.Embedded.Hot;

namespace Cistern.Store.Embedded;

/// <summary>What a large delivery has ready before it comes to the writer: its body in a file, its rows in chunks of their own.</summary>
internal sealed class LargeParts(BodyFile body, HotTable requests, HotTable rejects)
{
    public BodyFile Body { get; } = body;

    public HotTable Requests { get; } = requests;

    public HotTable Rejects { get; } = rejects;

    /// <summary>Lets go of the rows that no table took.</summary>
    public void Release()
    {
        Requests.Release();
        Rejects.Release();
    }
}

/// <summary>Writes the bodies of large deliveries and copies their rows, one after the other, on a thread of its own.</summary>
/// <remarks>The one writer would need up to a second for that, in which no other delivery is answered. So it gets them ready, and only links what is there.</remarks>
internal sealed class LargeDeliveries : IDisposable
{
    private readonly BodyFiles _bodies;
    private readonly long _bytesMin;
    private readonly BlockingCollection<Job> _jobs = [];
    private readonly Thread? _thread;

    /// <param name="bytesMin">Bodies or columns of this size are large.</param>
    /// <param name="stepped">Without a thread: the caller waits, for simulations.</param>
    public LargeDeliveries(BodyFiles bodies, long bytesMin, bool stepped)
    {
        (_bodies, _bytesMin) = (bodies, bytesMin);
        if (!stepped)
        {
            _thread = new Thread(Run) { IsBackground = true, Name = "cistern large" };
            _thread.Start();
        }
    }

    public bool IsLarge(DeliveryCommit delivery) => delivery.Body.Length >= _bytesMin || delivery.Rows.Bytes >= _bytesMin;

    /// <exception cref="IOException">The body cannot be written.</exception>
    public Task<LargeParts> PrepareAsync(DeliveryCommit delivery)
    {
        var job = new Job(delivery, new TaskCompletionSource<LargeParts>(TaskCreationOptions.RunContinuationsAsynchronously));
        if (_thread is null)
        {
            Do(job);
        }
        else
        {
            _jobs.Add(job);
        }

        return job.Done.Task;
    }

    public void Dispose()
    {
        _jobs.CompleteAdding();
        _thread?.Join();
        _jobs.Dispose();
    }

    private void Run()
    {
        foreach (var job in _jobs.GetConsumingEnumerable())
        {
            Do(job);
        }
    }

    private void Do(Job job)
    {
        try
        {
            job.Done.SetResult(Prepare(job.Delivery));
        }
        catch (Exception error)
        {
            job.Done.SetException(error);
        }
    }

    private LargeParts Prepare(DeliveryCommit delivery)
    {
        var body = _bodies.Write(delivery.Body);
        var common = Publisher.CommonOf(JournalHeader.Of(delivery, null));
        var parts = new LargeParts(body, new HotTable(Tables.Requests), new HotTable(Tables.Rejects));
        parts.Requests.Append(delivery.Rows.Requests, default, common);
        parts.Rejects.Append(delivery.Rows.Rejects, default, common);
        return parts;
    }

    private sealed record Job(DeliveryCommit Delivery, TaskCompletionSource<LargeParts> Done);
}
