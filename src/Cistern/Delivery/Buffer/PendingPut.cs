using System.Buffers;

namespace Cistern.Delivery.Buffer;

/// <summary>Records that wait to become durable: one entry of their stream's journal.</summary>
internal sealed class PendingPut
{
    private readonly TaskCompletionSource<PutRefusal> _stored = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="records">Of which the first <paramref name="count"/> are stored; they are copied.</param>
    public PendingPut(StreamBuffer buffer, IReadOnlyList<ReadOnlyMemory<byte>> records, int count, DateTimeOffset arrived, IReadOnlyList<KinesisOrigin>? origins)
    {
        (Buffer, Count, Arrived) = (buffer, count, arrived);
        for (var index = 0; index < count; index++)
        {
            DataBytes += records[index].Length;
        }

        Header = PutEntry.WriteHeader(arrived, count, origins);
        BodyBytes = PutEntry.BodyBytes(count, DataBytes);
        Body = ArrayPool<byte>.Shared.Rent(BodyBytes);
        PutEntry.WriteBody(records, count, Body);
        Interlocked.Add(ref buffer.Waiting, BodyBytes);
    }

    public StreamBuffer Buffer { get; }

    public int Count { get; }

    public long DataBytes { get; }

    public DateTimeOffset Arrived { get; }

    public byte[] Header { get; }

    public byte[] Body { get; private set; }

    public int BodyBytes { get; }

    /// <summary>The sequence of its entry, once it was appended.</summary>
    public long Entry { get; set; }

    /// <summary>Ends when it is durable, or refused.</summary>
    public Task<PutRefusal> Stored => _stored.Task;

    public void Complete(PutRefusal refusal)
    {
        ArrayPool<byte>.Shared.Return(Body);
        Body = [];
        Interlocked.Add(ref Buffer.Waiting, -BodyBytes);
        _stored.SetResult(refusal);
    }
}
