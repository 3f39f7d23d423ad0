using Cistern.Delivery.Pipeline;

namespace Cistern.Delivery;

/// <summary>What a stream is doing.</summary>
internal sealed record StreamStatus
{
    public required string Arn { get; init; }

    public required string Name { get; init; }

    /// <summary>Records that were put and are neither delivered, dropped nor in the outbox.</summary>
    public long BufferedRecords { get; init; }

    /// <summary>Bytes of journal and outbox on the disk.</summary>
    public long DiskBytes { get; init; }

    /// <summary>When the oldest of the buffered records arrived.</summary>
    public DateTimeOffset? OldestBuffered { get; init; }

    /// <summary>Records that a function or the endpoint has now.</summary>
    public long InFlightRecords { get; init; }

    /// <summary>Batches that failed and wait for their next attempt or its answer.</summary>
    public int RetryingBatches { get; init; }

    /// <summary>Records that wait for their object in a bucket.</summary>
    public long OutboxRecords { get; init; }

    public long DeliveredRecords { get; init; }

    public long DroppedRecords { get; init; }

    public long FailedRecords { get; init; }

    public long BackedUpRecords { get; init; }

    /// <summary>Records that were lost, because they could not be delivered for longer than they are kept.</summary>
    public long LostRecords { get; init; }

    public LastAnswer? LastAnswer { get; init; }

    public LastAnswer? LastObjectFailure { get; init; }

    /// <summary>Why the stream stands still, or null.</summary>
    public string? Fault { get; init; }
}
