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
