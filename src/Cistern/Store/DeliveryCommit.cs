using System.Buffers;
using Cistern.Formats.Deliveries;

namespace Cistern.Store;

/// <summary>A delivery that is read and decoded, and shall be stored.</summary>
public sealed record DeliveryCommit
{
    /// <summary>The Firehose request id; for entries without one an id that is made here; for imports one made from the file.</summary>
    public required string DeliveryId { get; init; }

    /// <summary>The ARN of the delivery stream; for imports and entries a name of that kind.</summary>
    public required string Stream { get; init; }

    public required DateTimeOffset Received { get; init; }

    /// <summary>The address that it was posted to, for instance <c>/firehose</c>.</summary>
    public required string Route { get; init; }

    /// <summary>The name of the access key.</summary>
    public required string Key { get; init; }

    public required string SourceAddress { get; init; }

    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    /// <summary>What is needed to decode <see cref="Body"/> again.</summary>
    public required DeliveryContext Context { get; init; }

    /// <summary>The body as it came, compressed or not. The caller keeps it alive until the commit returns.</summary>
    public required ReadOnlySequence<byte> Body { get; init; }

    /// <summary>What the body holds, but for what <see cref="Sink"/> took already. The store only reads it; the caller takes it back when the commit returns.</summary>
    public required DecodedDelivery Rows { get; init; }

    /// <summary>What <see cref="IStore.OpenRowsAsync"/> gave for this delivery; null if it gave nothing.</summary>
    public IRowSink? Sink { get; init; }

    /// <summary>How repeats are found: see <see cref="RepeatScope"/>.</summary>
    public RepeatScope Repeats { get; init; } = RepeatScope.Delivery;

    /// <summary>From the request's arrival to the hand-over to the store.</summary>
    public TimeSpan Duration { get; init; }
}

/// <summary>How far back a delivery and its rows are compared with what is stored. The numbers are stored in the journal: append only.</summary>
public enum RepeatScope
{
    /// <summary>A Firehose delivery: its id within the last day, its rows within the window of row identity.</summary>
    Delivery = 1,

    /// <summary>Entries without an id: never compared.</summary>
    None = 2,

    /// <summary>An import or a replay: its id for ever, its rows against the whole store over their time range.</summary>
    Import = 3,
}

/// <summary>What became of a delivery. There is no default that means success.</summary>
public enum CommitStatus
{
    /// <summary>Durable and visible.</summary>
    Stored = 1,

    /// <summary>The delivery was stored before; nothing was stored now.</summary>
    Repeated = 2,

    /// <summary>The store cannot take it now (disk full, broken, shutting down, too much in flight); nothing was stored.</summary>
    Unavailable = 3,
}

/// <param name="Detail">For <see cref="CommitStatus.Unavailable"/>: what the operator needs to act; safe to send back.</param>
public sealed record CommitResult(CommitStatus Status, long Rows, long Rejected, long Repeats, string? Detail)
{
    public static CommitResult Unavailable(string detail) => new(CommitStatus.Unavailable, 0, 0, 0, detail);
}
