namespace Cistern.Store;

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
    /// <summary>What is on this machine only; null for a store that is elsewhere.</summary>
    public LocalStatus? Local { get; init; }

    /// <summary>The servers of a store that is elsewhere.</summary>
    public IReadOnlyList<ServerStatus> Servers { get; init; } = [];

    /// <summary>Live files of rows: Parquet files, or parts of ClickHouse.</summary>
    public int Segments { get; init; }

    public long SegmentRows { get; init; }

    public long SegmentBytes { get; init; }

    /// <summary>Free space on the disk of the store, the fullest one if there are several.</summary>
    public long FreeBytes { get; init; }

    public DateTimeOffset? OldestRow { get; init; }

    /// <summary>How far back row identity reaches now; shorter than configured under much traffic.</summary>
    public TimeSpan RepeatWindow { get; init; }

    /// <summary>The files of each table.</summary>
    public IReadOnlyList<TableStatus> Tables { get; init; } = [];
}

/// <param name="HotRows">Rows in memory, not yet in files.</param>
/// <param name="HotBytes">Memory of those.</param>
/// <param name="JournalBytes">Of the journal, with the bodies beside it.</param>
public sealed record LocalStatus(long HotRows, long HotBytes, long JournalBytes);

/// <param name="Shard">From 1.</param>
/// <param name="Host">Name and port.</param>
/// <param name="CanRead">It answers.</param>
/// <param name="CanWrite">It takes inserts.</param>
/// <param name="Trouble">What is wrong, in a sentence that its operator can act on; null if nothing is.</param>
public sealed record ServerStatus(int Shard, string Host, bool CanRead, bool CanWrite, string? Trouble);

/// <param name="Segments">Live files of rows.</param>
/// <param name="Rows">Rows in them.</param>
/// <param name="Bytes">Bytes of them.</param>
public sealed record TableStatus(string Name, int Segments, long Rows, long Bytes);
