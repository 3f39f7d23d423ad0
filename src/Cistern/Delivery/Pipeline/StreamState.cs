using Cistern.Delivery.Buffer;
using Cistern.Delivery.Metrics;

namespace Cistern.Delivery.Pipeline;

/// <summary>What the stages of one stream share. Used by the stream's worker alone.</summary>
internal sealed class StreamState(StreamPlan plan, StreamBuffer buffer, DeliveryParts parts, Random random)
{
    public StreamPlan Plan { get; set; } = plan;

    public StreamBuffer Buffer { get; } = buffer;

    public DeliveryParts Parts { get; } = parts;

    public DeliverySettings Settings => Parts.Settings;

    public Random Random { get; } = random;

    public StreamTally Tally { get; } = new();

    public DateTimeOffset Now => Parts.Time.GetUtcNow();

    /// <summary>Called when something ended that a step waits for.</summary>
    public Action Wake { get; set; } = () => { };

    /// <summary>Ends what is in flight.</summary>
    public CancellationTokenSource Stop { get; } = new();

    /// <summary>Wakes the worker when a task ends.</summary>
    public Task<T> Watch<T>(Task<T> task)
    {
        if (!task.IsCompleted)
        {
            task.GetAwaiter().OnCompleted(() => Wake());
        }

        return task;
    }

    public void Count(StreamMetric metric, double value, long samples = 1) => Parts.Metrics.Add(Plan.Arn, metric, value, samples);
}

/// <summary>A record on its way to the destination: where it comes from, and what it has become.</summary>
internal readonly record struct Passing(StreamRecord Source, ReadOnlyMemory<byte> Data);
