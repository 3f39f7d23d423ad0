using System.Collections.Concurrent;
using Cistern.Delivery.Buffer;
using Cistern.Delivery.Metrics;
using Cistern.Delivery.Pipeline;
using Cistern.Delivery.Transform;

namespace Cistern.Delivery;

/// <summary>The streams of a Firehose: takes records, and brings them where the plans say.</summary>
/// <remarks>
/// Nothing here runs by itself: <see cref="Lanes"/> make puts durable and <see cref="Streams"/> move records when somebody calls their steps, which
/// <c>Operations/DeliveryLoops</c> does. <see cref="Started"/> tells of streams that come.
/// </remarks>
internal sealed class DeliveryService : IDeliveryService
{
    private const int SharesMin = 4;

    private readonly FirehoseFolder _folder;
    private readonly DeliveryParts _parts;
    private readonly Random _random;
    private readonly FreeSpace _space;
    private readonly BufferLane[] _lanes;
    private readonly ConcurrentDictionary<string, Running> _streams = new(StringComparer.Ordinal);

    /// <param name="random">For what chance decides; each stream gets a seed of it.</param>
    /// <param name="lanes">Streams whose syncs wait for each other share one.</param>
    public DeliveryService(FirehoseFolder folder, DeliveryParts parts, Random random, int lanes = 2)
    {
        (_folder, _parts, _random) = (folder, parts, random);
        _space = new FreeSpace(parts.Disk, folder.Root, parts.Time);
        _lanes = [.. Enumerable.Range(0, lanes).Select(_ => new BufferLane())];
    }

    /// <summary>Called for each stream that begins, before it takes records.</summary>
    public Action<StreamWorker>? Started { get; set; }

    /// <summary>Called for each stream that was deleted, before its files go.</summary>
    public Func<StreamWorker, Task>? Ended { get; set; }

    public IReadOnlyList<BufferLane> Lanes => _lanes;

    public IEnumerable<StreamWorker> Streams => _streams.Values.Select(stream => stream.Worker);

    public void Start(StreamPlan plan)
    {
        var files = new StreamFiles(_folder.Stream(plan.Arn));
        MakeFolder(files.Folder);
        var random = new Random(NextSeed());
        var buffer = StreamBuffer.Open(_parts.Disk, files, _parts.Settings.Journal, random);
        Outbox outbox;
        try
        {
            outbox = Outbox.Open(_parts.Disk, files, _parts.Settings.Journal, random, buffer.OutboxDone);
        }
        catch
        {
            buffer.Dispose();
            throw;
        }

        var worker = new StreamWorker(plan, buffer, outbox, _parts, random);
        var lane = _lanes[(plan.Arn.GetHashCode(StringComparison.Ordinal) & int.MaxValue) % _lanes.Length];
        if (!_streams.TryAdd(plan.Arn, new Running(worker, lane)))
        {
            worker.Dispose();
            throw new InvalidOperationException($"stream {plan.Arn} runs already");
        }

        Started?.Invoke(worker);
    }

    public void Update(StreamPlan plan)
    {
        if (_streams.TryGetValue(plan.Arn, out var stream))
        {
            stream.Worker.Update(plan);
        }
    }

    public async Task DeleteAsync(string arn)
    {
        if (!_streams.TryRemove(arn, out var stream))
        {
            return;
        }

        stream.Worker.Close();
        await (Ended?.Invoke(stream.Worker) ?? Task.CompletedTask);
        stream.Worker.Dispose();
    }

    public ValueTask<PutOutcome> PutAsync(string arn, IReadOnlyList<ReadOnlyMemory<byte>> records, CancellationToken cancel) =>
        PutAsync(arn, records, origins: null, cancel);

    /// <summary>Stores records, those of a Kinesis data stream with what it knows of each.</summary>
    public ValueTask<PutOutcome> PutAsync(string arn, IReadOnlyList<ReadOnlyMemory<byte>> records, IReadOnlyList<KinesisOrigin>? origins, CancellationToken cancel)
    {
        if (!_streams.TryGetValue(arn, out var stream))
        {
            return ValueTask.FromResult(PutOutcome.Refused(PutRefusal.NoSuchStream));
        }

        if (_space.Bytes < _parts.Settings.FreeBytesMin)
        {
            return ValueTask.FromResult(PutOutcome.Refused(PutRefusal.StoreFull));
        }

        var count = FitInto(stream, records);
        if (count == 0)
        {
            return ValueTask.FromResult(PutOutcome.Refused(PutRefusal.Throttled));
        }

        var put = new PendingPut(stream.Worker.Buffer, records, count, _parts.Time.GetUtcNow(), origins);
        stream.Lane.Add(put);
        return new ValueTask<PutOutcome>(OutcomeAsync(arn, put, count == records.Count ? PutRefusal.None : PutRefusal.Throttled));
    }

    public StreamStatus? StatusOf(string arn) => _streams.TryGetValue(arn, out var stream) ? stream.Worker.Status : null;

    /// <summary>Stops where it is; nothing that was answered is lost.</summary>
    public ValueTask DisposeAsync()
    {
        foreach (var stream in _streams.Values)
        {
            stream.Worker.Dispose();
        }

        _streams.Clear();
        return ValueTask.CompletedTask;
    }

    private async Task<PutOutcome> OutcomeAsync(string arn, PendingPut put, PutRefusal rest)
    {
        var refusal = await put.Stored;
        if (refusal != PutRefusal.None)
        {
            return PutOutcome.Refused(refusal);
        }

        _parts.Metrics.Add(arn, StreamMetric.IncomingRecords, put.Count);
        _parts.Metrics.Add(arn, StreamMetric.IncomingBytes, put.DataBytes);
        var ids = new string[put.Count];
        for (var index = 0; index < ids.Length; index++)
        {
            ids[index] = RecordIds.OfPut(put.Entry, index);
        }

        return new PutOutcome(rest, ids);
    }

    // Down from the root, because a folder whose name is not durable loses what is in it.
    private void MakeFolder(string folder)
    {
        _parts.Disk.CreateDirectory(folder);
        _parts.Disk.SyncDirectory(_folder.Root);
        _parts.Disk.SyncDirectory(_folder.Streams);
    }

    // A stream whose destination stands still may not take the space of the others.
    private int FitInto(Running stream, IReadOnlyList<ReadOnlyMemory<byte>> records)
    {
        var left = (_parts.Settings.BytesMax / Math.Max(SharesMin, _streams.Count)) - stream.Worker.Bytes;
        var count = 0;
        while (count < records.Count && (left -= records[count].Length + sizeof(int)) >= 0)
        {
            count++;
        }

        return count;
    }

    private int NextSeed()
    {
        lock (_random)
        {
            return _random.Next();
        }
    }

    private sealed record Running(StreamWorker Worker, BufferLane Lane);
}
