namespace Cistern.Delivery.Pipeline;

/// <summary>What a stream did since the start of the process, and what its destination said last. Written by its worker, read by anyone.</summary>
internal sealed class StreamTally
{
    private long _delivered;
    private long _dropped;
    private long _failed;
    private long _stored;
    private long _expired;

    /// <summary>Records that the destination took.</summary>
    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>Records that a function dropped.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Records that failed and went to the outbox.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Records, failed and source ones, whose objects are stored.</summary>
    public long BackedUp => Interlocked.Read(ref _stored);

    /// <summary>Records that were lost because they could not be delivered in time.</summary>
    public long Expired => Interlocked.Read(ref _expired);

    /// <summary>The answer of the last attempt to deliver.</summary>
    public LastAnswer? LastAnswer { get; set; }

    /// <summary>What the bucket said last, if it refused.</summary>
    public LastAnswer? LastObjectFailure { get; set; }

    public void AddDelivered(long records) => Interlocked.Add(ref _delivered, records);

    public void AddDropped(long records) => Interlocked.Add(ref _dropped, records);

    public void AddFailed(long records) => Interlocked.Add(ref _failed, records);

    public void AddBackedUp(long records) => Interlocked.Add(ref _stored, records);

    public void AddExpired(long records) => Interlocked.Add(ref _expired, records);
}

/// <summary>An answer of a destination.</summary>
/// <param name="Code">Null if it took what it was sent.</param>
internal sealed record LastAnswer(DateTimeOffset At, string? Code, string Message);
