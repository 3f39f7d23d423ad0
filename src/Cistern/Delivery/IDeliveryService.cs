namespace Cistern.Delivery;

/// <summary>Takes the records of delivery streams and brings them where the plans say. The API stands on it; so do its tests, on one of their own.</summary>
internal interface IDeliveryService : IAsyncDisposable
{
    /// <summary>Begins a stream: a new one, or at the start of the process one that was there.</summary>
    void Start(StreamPlan plan);

    /// <summary>A plan of a higher version takes the place of the old one, also for records that are being tried again.</summary>
    void Update(StreamPlan plan);

    /// <summary>Ends a stream; when the task ends its folder may be removed.</summary>
    Task DeleteAsync(string arn);

    /// <summary>Stores records; when it returns they are durable.</summary>
    /// <param name="records">Valid until the task ends.</param>
    ValueTask<PutOutcome> PutAsync(string arn, IReadOnlyList<ReadOnlyMemory<byte>> records, CancellationToken cancel);

    /// <summary>What a stream is doing; null if there is none of this ARN.</summary>
    StreamStatus? StatusOf(string arn);
}
