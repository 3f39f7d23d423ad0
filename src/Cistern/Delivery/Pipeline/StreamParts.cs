using Cistern.Delivery.Backup;
using Cistern.Delivery.Buffer;
using Cistern.Delivery.Metrics;
using Cistern.Delivery.Transform;
using Cistern.Journal;

namespace Cistern.Delivery.Pipeline;

/// <summary>What the streams of a service share.</summary>
internal sealed record DeliveryParts
{
    public required IDisk Disk { get; init; }

    public required TimeProvider Time { get; init; }

    public required IObjectStore Objects { get; init; }

    public required IFunctionService Functions { get; init; }

    /// <summary>Makes the connections to an endpoint; they neither follow redirects nor inflate answers.</summary>
    public required Func<Uri, HttpMessageInvoker> Connect { get; init; }

    public required StreamMetrics Metrics { get; init; }

    public required ILogger Logger { get; init; }

    public DeliverySettings Settings { get; init; } = new();
}

/// <summary>Bounds of the service.</summary>
internal sealed record DeliverySettings
{
    /// <summary>Bytes that all streams may hold on the disk; one may hold a quarter of it, or its even share if there are more than four.</summary>
    public long BytesMax { get; init; } = 16L << 30;

    /// <summary>Puts are refused while less is free.</summary>
    public long FreeBytesMin { get; init; } = 256L << 20;

    /// <summary>How long undelivered records are kept (developer guide, data delivery: 24 hours).</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Batches of a stream in flight, retries included; fewer if they are large.</summary>
    public int BatchesMax { get; init; } = 4;

    /// <summary>Bytes of the records in all batches of a stream.</summary>
    public long BatchBytesMax { get; init; } = 64L << 20;

    /// <summary>Functions of a stream in flight (developer guide: up to five a shard).</summary>
    public int InvocationsMax { get; init; } = 5;

    /// <summary>How long an answer of an endpoint or a function is waited for (3 and 5 minutes at AWS).</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromMinutes(3);

    public TimeSpan FunctionTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A batch that was answered 413 is thrown away, as AWS documents it. By default it goes to the backup.</summary>
    public bool LosesTooLarge { get; init; }

    /// <summary>Files of the journals: small enough that a stream without traffic holds little.</summary>
    public JournalSettings Journal { get; init; } = new() { MaxFileBytes = 16L << 20 };
}

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
