using System.Collections.Concurrent;
using Cistern.Journal;

namespace Cistern.Delivery.Buffer;

/// <summary>Makes the puts of some streams durable: those that came together share one sync a stream.</summary>
/// <remarks>
/// The way of a put: (1) <see cref="Add"/> queues it, (2) a <see cref="Step"/> takes all that wait, appends them to the journals of their streams, and (3) syncs each of
/// these once; (4) then all are answered. While (3) waits for the disk the next group gathers. One thread at a time calls <see cref="Step"/>.
/// </remarks>
internal sealed class BufferLane
{
    // More than a group may be, so that one sync does not keep everybody waiting.
    private const long GroupBytesMax = 32L << 20;

    private readonly ConcurrentQueue<PendingPut> _queue = [];

    /// <summary>Called when a put was queued.</summary>
    public Action? Added { get; set; }

    public void Add(PendingPut put)
    {
        _queue.Enqueue(put);
        Added?.Invoke();
    }

    /// <summary>Makes one group durable; false if nothing waits.</summary>
    public bool Step()
    {
        var groups = TakeGroup();
        foreach (var group in groups.Values)
        {
            var refusal = Store(group);
            if (refusal == PutRefusal.None)
            {
                group[0].Buffer.Stored?.Invoke();
            }

            group.ForEach(put => put.Complete(refusal));
        }

        return groups.Count > 0;
    }

    private Dictionary<StreamBuffer, List<PendingPut>> TakeGroup()
    {
        var groups = new Dictionary<StreamBuffer, List<PendingPut>>();
        long bytes = 0;
        while (bytes < GroupBytesMax && _queue.TryDequeue(out var put))
        {
            if (!groups.TryGetValue(put.Buffer, out var group))
            {
                groups.Add(put.Buffer, group = []);
            }

            group.Add(put);
            bytes += put.BodyBytes;
        }

        return groups;
    }

    private static PutRefusal Store(List<PendingPut> group)
    {
        var buffer = group[0].Buffer;
        try
        {
            foreach (var put in group)
            {
                put.Entry = buffer.Append(put);
            }

            buffer.Sync(group);
            return PutRefusal.None;
        }
        catch (JournalUnavailableException exception)
        {
            buffer.Withdraw();
            return exception.InnerException is DiskException { IsFull: true } ? PutRefusal.StoreFull : PutRefusal.Unavailable;
        }
        catch (ObjectDisposedException)
        {
            return PutRefusal.NoSuchStream; // Deleted meanwhile.
        }
    }
}
