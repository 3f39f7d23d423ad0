using System.Collections.Concurrent;
using System.Globalization;

namespace Cistern.Delivery;

/// <summary>Counts the records that streams are given.</summary>
internal sealed class DeliveryService : IDeliveryService
{
    private readonly ConcurrentDictionary<string, Tally> _streams = new(StringComparer.Ordinal);

    public void Start(StreamPlan plan) => _streams[plan.Arn] = new Tally();

    public void Update(StreamPlan plan) => _streams.GetOrAdd(plan.Arn, static _ => new Tally());

    public Task DeleteAsync(string arn)
    {
        _streams.TryRemove(arn, out _);
        return Task.CompletedTask;
    }

    public ValueTask<PutOutcome> PutAsync(string arn, IReadOnlyList<ReadOnlyMemory<byte>> records, CancellationToken cancel)
    {
        if (!_streams.TryGetValue(arn, out var tally))
        {
            return ValueTask.FromResult(new PutOutcome(PutRefusal.NoSuchStream, []));
        }

        var first = tally.Take(records.Count, records.Sum(record => (long)record.Length));
        var ids = new string[records.Count];
        for (var index = 0; index < ids.Length; index++)
        {
            ids[index] = string.Create(CultureInfo.InvariantCulture, $"shardId-{0:D84}49{first + index:D54}{0:D12}");
        }

        return ValueTask.FromResult(new PutOutcome(PutRefusal.None, ids));
    }

    public StreamStatus StatusOf(string arn) => _streams.TryGetValue(arn, out var tally) ? tally.Status : new StreamStatus(0, 0);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Tally
    {
        private long _records;
        private long _bytes;

        public StreamStatus Status => new(Interlocked.Read(ref _records), Interlocked.Read(ref _bytes));

        public long Take(int records, long bytes)
        {
            Interlocked.Add(ref _bytes, bytes);
            return Interlocked.Add(ref _records, records) - records;
        }
    }
}
