using System.Collections.Concurrent;
using System.Text;
using Cistern.Delivery;

namespace Cistern.Tests.Delivery.Api;

/// <summary>A delivery service that keeps what it is told, and refuses when a test says so.</summary>
internal sealed class RecordingDelivery : IDeliveryService
{
    private int _stored;

    public ConcurrentDictionary<string, StreamPlan> Plans { get; } = new();

    public ConcurrentQueue<string> Deleted { get; } = new();

    /// <summary>Each put: the texts of its records.</summary>
    public ConcurrentQueue<string[]> Puts { get; } = new();

    /// <summary>Records of a put that are stored before the rest is refused.</summary>
    public int StoredMax { get; set; } = int.MaxValue;

    public PutRefusal Refusal { get; set; } = PutRefusal.Throttled;

    public void Start(StreamPlan plan) => Plans[plan.Arn] = plan;

    public void Update(StreamPlan plan) => Plans[plan.Arn] = plan;

    public Task DeleteAsync(string arn)
    {
        Plans.TryRemove(arn, out _);
        Deleted.Enqueue(arn);
        return Task.CompletedTask;
    }

    public ValueTask<PutOutcome> PutAsync(string arn, IReadOnlyList<ReadOnlyMemory<byte>> records, CancellationToken cancel)
    {
        var stored = Math.Min(StoredMax, records.Count);
        Puts.Enqueue([.. records.Take(stored).Select(record => Encoding.UTF8.GetString(record.Span))]);
        string[] ids = [.. Enumerable.Range(0, stored).Select(_ => $"record-{Interlocked.Increment(ref _stored)}")];
        return ValueTask.FromResult(new PutOutcome(stored < records.Count ? Refusal : PutRefusal.None, ids));
    }

    public StreamStatus? StatusOf(string arn) => null;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
