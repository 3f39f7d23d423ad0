namespace Cistern.Store;

/// <summary>Where deliveries become durable and can be asked for. Two stores: embedded, and ClickHouse.</summary>
/// <remarks>
/// Nothing here promises a transaction across tables: a delivery is one unit only through its id, and <c>deliveries</c> is the table
/// that says it is whole. A read that begins after a commit returned sees it.
/// </remarks>
public interface IStore : IAsyncDisposable
{
    /// <summary>The SQL that <see cref="QueryAsync"/> takes.</summary>
    SqlDialect Dialect { get; }

    /// <summary>What holds of this store and not of every other.</summary>
    StoreTraits Traits { get; }

    /// <summary>Stores a delivery once. When it returns Stored or Repeated, the delivery is durable, whole and visible.</summary>
    ValueTask<CommitResult> CommitAsync(DeliveryCommit delivery, CancellationToken cancel);

    /// <summary>Before a delivery is decoded: waits for room for its rows if it is large, and takes them as they come.</summary>
    ValueTask<RowsOpened> OpenRowsAsync(RowsOpening opening, CancellationToken cancel) => default;

    /// <summary>Counts what leaves no row elsewhere (table <c>events</c>). Best effort, never blocks.</summary>
    void Count(string kind, string reason, string stream, string key, long count = 1);

    /// <summary>Runs one SELECT over a snapshot of the tables. The result is read by one reader and disposed.</summary>
    /// <exception cref="StoreQueryException">The query failed or hit a limit; the kind says which.</exception>
    Task<IQueryResult> QueryAsync(StoreQuery query, CancellationToken cancel);

    /// <summary>Whether a statement that a user wrote may run in <see cref="QueryPool.Sql"/>. Nothing of it runs here.</summary>
    /// <exception cref="StoreQueryException">It cannot be checked now.</exception>
    Task<SqlVerdict> CheckAsync(string sql, CancellationToken cancel);

    /// <summary>Whether deliveries can be stored and tables asked now, and why not.</summary>
    StoreReadiness Readiness { get; }

    StoreStatus GetStatus();

    /// <summary>By which rules the stored requests were classified.</summary>
    RulesStatus GetRules() => new();

    /// <summary>Has all stored requests classified by the rules in force, little by little. Once it returns, no restart forgets it.</summary>
    /// <exception cref="IOException">It cannot be written down.</exception>
    /// <exception cref="NotSupportedException">The traits say that it cannot.</exception>
    void Reclassify() => throw new NotSupportedException("this store keeps its rows as they are");

    /// <summary>Writes a backup that holds every row that was answered for before the call: a folder like the store's own. Deliveries are taken meanwhile.</summary>
    /// <param name="folder">Where to; nothing may be there.</param>
    /// <exception cref="IOException">It cannot be written, or something is there.</exception>
    /// <exception cref="NotSupportedException">The traits say that it cannot.</exception>
    Task<BackupDone> BackUpAsync(string folder, CancellationToken cancel) => throw new NotSupportedException("this store is backed up by its own means");
}

/// <summary>What holds of one store and not of every other. The default is the most that a store can do.</summary>
public sealed record StoreTraits
{
    /// <summary>How long after a delivery was shown others may be shown whose <c>position</c> is lower. Zero: none is, positions are the order.</summary>
    public TimeSpan LateDeliveries { get; init; }

    /// <summary>Independent parts of the store. A row that comes again in another delivery is found only in the part that the delivery belongs to.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>Stored requests can be classified again: <see cref="IStore.Reclassify"/>.</summary>
    public bool Reclassifies { get; init; } = true;

    /// <summary>It can be backed up to a folder: <see cref="IStore.BackUpAsync"/>.</summary>
    public bool BacksUp { get; init; } = true;
}
