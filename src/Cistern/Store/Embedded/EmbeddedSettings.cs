using Cistern.Operations.Settings;

namespace Cistern.Store.Embedded;

/// <summary>Settings of the embedded store. Defaults suit a small machine; sizes are bytes unless the name says otherwise.</summary>
public sealed record EmbeddedSettings
{
    /// <summary>Columns in memory are sealed into a segment file when they reach this size.</summary>
    public long SealBytes { get; init; } = 96L << 20;

    /// <summary>Columns in memory are sealed at this age at the latest.</summary>
    public TimeSpan SealAge { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Columns in memory, sealed or waiting for it; over this, deliveries wait and then get 503.</summary>
    public long HotBytes { get; init; } = 224L << 20;

    /// <summary>How long a delivery waits for room in memory before it gets 503.</summary>
    public TimeSpan HotWait { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Deliveries with a body or rows of this size are made ready beside the writer, with their body in a file of its own.</summary>
    public long LargeBytes { get; init; } = 4L << 20;

    /// <summary>Deliveries get 503 while less disk is free than this; null: the larger of 1 GiB and twice <see cref="HotBytes"/>.</summary>
    public long? SpaceFloorBytes { get; init; }

    /// <summary>Files older than this (by their newest row) are dropped; null keeps them.</summary>
    public TimeSpan? RetentionAge { get; init; }

    /// <summary>The oldest files are dropped when all files together exceed this; null sets no bound.</summary>
    public long? RetentionBytes { get; init; }

    /// <summary>Rows with a time further ahead than this share one file a seal with rows outside retention.</summary>
    public TimeSpan FutureTolerance { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Live files of a table; over it compaction goes before panels.</summary>
    public int MaxSegments { get; init; } = 500;

    /// <summary>Files of one day are joined when there are this many smaller than <see cref="CompactBytes"/>.</summary>
    public int CompactFiles { get; init; } = 8;

    /// <summary>Files of this size are not joined any more.</summary>
    public long CompactBytes { get; init; } = 256L << 20;

    /// <summary>How far back a row is recognised as a repeat.</summary>
    public TimeSpan IdentityWindow { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Memory for that.</summary>
    public long IdentityBytes { get; init; } = 32L << 20;

    /// <summary>How far back a delivery is recognised as a repeat.</summary>
    public TimeSpan DeliveryIdWindow { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Memory for that.</summary>
    public long DeliveryIdBytes { get; init; } = 32L << 20;

    public long JournalFileBytes { get; init; } = 64L << 20;

    /// <summary>Memory of the engine that seals and compacts.</summary>
    public long SealMemoryBytes { get; init; } = 256L << 20;

    /// <summary>Memory of the engine for panels.</summary>
    public long PanelMemoryBytes { get; init; } = 192L << 20;

    /// <summary>Memory of the engine for <c>/api/sql</c>.</summary>
    public long SqlMemoryBytes { get; init; } = 192L << 20;

    /// <summary>Disk that one engine may use to spill.</summary>
    public long SpillBytes { get; init; } = 2L << 30;

    /// <summary>Threads of each query engine; 0: as many as the machine has.</summary>
    public int QueryThreads { get; init; }

    /// <summary>Queries that run at once in one engine; others wait.</summary>
    public int QueryConcurrency { get; init; } = 4;

    /// <summary>The part of a server's settings that concerns the embedded store.</summary>
    public static EmbeddedSettings From(CisternSettings settings) => new()
    {
        SealBytes = settings.Store.HotBytes,
        HotBytes = 2 * settings.Store.HotBytes,
        SealAge = settings.Store.SealAge,
        SpaceFloorBytes = settings.Store.EffectiveSpaceFloor,
        RetentionAge = settings.Store.RetentionAge > TimeSpan.Zero ? settings.Store.RetentionAge : null,
        RetentionBytes = settings.Store.RetentionBytes > 0 ? settings.Store.RetentionBytes : null,
        MaxSegments = settings.Store.MaxLiveFiles,
        CompactFiles = settings.Store.CompactFiles,
        IdentityWindow = settings.Store.IdentityWindow,
        IdentityBytes = settings.Store.IdentityBytes,
        SealMemoryBytes = settings.Store.SealMemoryBytes,
        PanelMemoryBytes = settings.Query.PanelMemoryBytes,
        SqlMemoryBytes = settings.Query.SqlMemoryBytes,
        SpillBytes = settings.Query.SpillBytes,
        QueryThreads = settings.Query.Threads,
    };

    internal long SpaceFloor => SpaceFloorBytes ?? Math.Max(1L << 30, 2 * HotBytes);
}
