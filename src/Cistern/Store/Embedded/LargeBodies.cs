using System.Buffers;
using System.Collections.Concurrent;
using Cistern.Operations;

namespace Cistern.Store.Embedded;

/// <summary>Writes the bodies of large deliveries, one after the other, on a thread of its own.</summary>
/// <remarks>The one writer would need up to a second for a body, in which no other delivery is answered; the thread pool has no threads to wait for disks.</remarks>
internal sealed class LargeBodies : IDisposable
{
    private readonly BodyFiles _bodies;
    private readonly BlockingCollection<Job> _jobs = [];
    private readonly Thread? _thread;

    /// <param name="stepped">Without a thread: the caller waits, for simulations.</param>
    public LargeBodies(BodyFiles bodies, bool stepped)
    {
        _bodies = bodies;
        if (!stepped)
        {
            _thread = BackgroundThread.Create("cistern bodies", Run);
            _thread.Start();
        }
    }

    /// <exception cref="IOException">The body cannot be written.</exception>
    public Task<BodyFile> WriteAsync(ReadOnlySequence<byte> body)
    {
        var job = new Job(body, new TaskCompletionSource<BodyFile>(TaskCreationOptions.RunContinuationsAsynchronously));
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
            job.Done.SetResult(_bodies.Write(job.Body));
        }
        catch (Exception error)
        {
            job.Done.SetException(error);
        }
    }

    private sealed record Job(ReadOnlySequence<byte> Body, TaskCompletionSource<BodyFile> Done);
}
