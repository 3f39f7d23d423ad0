namespace Cistern.Delivery;

/// <summary>Takes the records of delivery streams and brings them where the plans say. The API stands on it; so do its tests, on one of their own.</summary>
internal interface IDeliveryService : IAsyncDisposable
{
    /// <summary>Begins a stream: a new one, or at the start of the process one that was there.</summary>
    void Start(StreamPlan plan);

    /// <summary>A plan of a higher version takes the place of the old one, also for records that are being tried again.</summary>
    void Update(StreamPlan plan);

    /// <summary>Ends a stream; what it has not delivered is dropped, and its folder removed.</summary>
    Task DeleteAsync(string arn);

    /// <summary>Stores records; when it returns they are durable.</summary>
    /// <param name="records">Valid until the task ends.</param>
    ValueTask<PutOutcome> PutAsync(string arn, IReadOnlyList<ReadOnlyMemory<byte>> records, CancellationToken cancel);

    StreamStatus StatusOf(string arn);
}

/// <param name="RecordIds">Of the records that were stored, the first ones. The rest was refused.</param>
internal sealed record PutOutcome(PutRefusal Refusal, IReadOnlyList<string> RecordIds);

/// <summary>Why records were not stored.</summary>
internal enum PutRefusal
{
    None = 0,

    /// <summary>The stream holds as much as it may.</summary>
    Throttled = 1,

    /// <summary>The disk is full.</summary>
    StoreFull = 2,

    /// <summary>The service stops, or its disk failed.</summary>
    Unavailable = 3,

    NoSuchStream = 4,
}

/// <summary>How it stands with a stream's records.</summary>
internal sealed record StreamStatus(long Records, long Bytes);
