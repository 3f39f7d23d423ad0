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

/// <summary>A delivery that will be decoded next.</summary>
public sealed record RowsOpening
{
    public required string DeliveryId { get; init; }

    public required string Stream { get; init; }

    public required DateTimeOffset Received { get; init; }

    public required string Route { get; init; }

    public required string Key { get; init; }

    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    public required RepeatScope Repeats { get; init; }

    public required long BodyBytes { get; init; }

    /// <summary>About how much its rows will take.</summary>
    public required long RowBytes { get; init; }
}

/// <summary>Takes the rows of a large delivery while it is decoded, so that they are never in memory twice. Disposing it forgets what was not committed.</summary>
public interface IRowSink : IDisposable
{
    /// <summary>Copies rows.</summary>
    void Take(DecodedDelivery rows);
}

/// <param name="Sink">Null if the rows of this delivery shall come with the commit.</param>
/// <param name="Refusal">Why the delivery cannot be stored now; null if it can.</param>
public readonly record struct RowsOpened(IRowSink? Sink, string? Refusal);

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

/// <summary>Where deliveries become durable and can be asked for. Two stores: embedded, and ClickHouse.</summary>
/// <remarks>
/// Nothing here promises a transaction across tables: a delivery is one unit only through its id, and <c>deliveries</c> is the table
/// that says it is whole. A read that begins after a commit returned sees it.
/// </remarks>
public interface IStore : IAsyncDisposable
{
    /// <summary>Stores a delivery once. When it returns Stored or Repeated, the delivery is durable, whole and visible.</summary>
    ValueTask<CommitResult> CommitAsync(DeliveryCommit delivery, CancellationToken cancel);

    /// <summary>Before a delivery is decoded: waits for room for its rows if it is large, and takes them as they come.</summary>
    ValueTask<RowsOpened> OpenRowsAsync(RowsOpening opening, CancellationToken cancel) => default;

    /// <summary>Counts what leaves no row elsewhere (table <c>events</c>). Best effort, never blocks.</summary>
    void Count(string kind, string reason, string stream, string key, long count = 1);

    /// <summary>Runs one SELECT over a snapshot of the tables. The result is read by one reader and disposed.</summary>
    /// <exception cref="StoreQueryException">The query failed or hit a limit; the kind says which.</exception>
    Task<IQueryResult> QueryAsync(StoreQuery query, CancellationToken cancel);

    /// <summary>By which rules the stored requests were classified.</summary>
    RulesStatus GetRules() => new();

    /// <summary>Has all stored requests classified by the rules in force, little by little. Once it returns, no restart forgets it.</summary>
    /// <exception cref="IOException">It cannot be written down.</exception>
    void Reclassify() => throw new NotSupportedException("this store keeps its rows as they are");

    /// <summary>Writes a backup that holds every row that was answered for before the call: a folder like the store's own. Deliveries are taken meanwhile.</summary>
    /// <param name="folder">Where to; nothing may be there.</param>
    /// <exception cref="IOException">It cannot be written, or something is there.</exception>
    Task<BackupDone> BackUpAsync(string folder, CancellationToken cancel) => throw new NotSupportedException("this store is backed up by its own means");

    /// <summary>Whether deliveries can be stored now, and why not.</summary>
    StoreReadiness Readiness { get; }

    StoreStatus GetStatus();
}

/// <param name="Folder">The backup, as an absolute path.</param>
/// <param name="Bytes">Of its files of rows.</param>
/// <param name="CopiedBytes">How much of that was copied; the rest shares its place on the disk with the store.</param>
public sealed record BackupDone(string Folder, int Files, long Rows, long Bytes, long CopiedBytes);

/// <param name="CanStore">Deliveries are taken.</param>
/// <param name="CanQuery">What was stored before the start is visible.</param>
/// <param name="Reason">Why not, if one is false.</param>
public sealed record StoreReadiness(bool CanStore, bool CanQuery, string? Reason);

/// <summary>The store's own figures, for the delivery health screen and <c>/metrics</c>.</summary>
public sealed record StoreStatus
{
    public long HotRows { get; init; }

    public long HotBytes { get; init; }

    public int Segments { get; init; }

    public long SegmentRows { get; init; }

    public long SegmentBytes { get; init; }

    public long JournalBytes { get; init; }

    public long FreeBytes { get; init; }

    public DateTimeOffset? OldestRow { get; init; }

    /// <summary>How far back row identity reaches now; shorter than configured under much traffic.</summary>
    public TimeSpan RepeatWindow { get; init; }

    /// <summary>The files of each table.</summary>
    public IReadOnlyList<TableStatus> Tables { get; init; } = [];
}

/// <param name="Segments">Live Parquet files.</param>
/// <param name="Rows">Rows in them.</param>
/// <param name="Bytes">Bytes of them.</param>
public sealed record TableStatus(string Name, int Segments, long Rows, long Bytes);
