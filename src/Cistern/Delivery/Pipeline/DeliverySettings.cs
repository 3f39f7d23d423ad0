using Cistern.Journal;

namespace Cistern.Delivery.Pipeline;

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
