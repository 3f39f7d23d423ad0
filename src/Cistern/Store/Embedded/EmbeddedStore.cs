using Cistern.Journal;
using Cistern.Operations;
using Cistern.Store.Embedded.Engines;
using Cistern.Store.Embedded.Hot;
using Cistern.Store.Embedded.Sql;
using Cistern.Store.Identity;

namespace Cistern.Store.Embedded;

/// <summary>The store of one machine: a journal, rows in memory, Parquet segments, a manifest.</summary>
/// <remarks>
/// The way of a delivery: <see cref="CommitAsync"/> computes row identities and hands it to the <see cref="Committer"/>, which journals
/// it, syncs, and shows its rows in <see cref="StoreTables"/>. <see cref="StoreMaintenance"/> seals rows into segments, joins segments
/// and drops old ones. The way of a query: <see cref="QueryRunner"/> takes a snapshot and runs the statement over it.
/// </remarks>
internal sealed class EmbeddedStore : IStore
{
    // A full journal is decoded in a few seconds; the browser that asks should not give up before us.
    private static readonly TimeSpan s_startPatience = TimeSpan.FromSeconds(20);

    private readonly StoreParts _parts;
    private readonly RowIdentity _identity;
    private readonly ImportCheck _importCheck;
    private readonly QueryRunner _panels;
    private readonly QueryRunner _sql;
    private readonly IReadOnlyList<IDisposable> _owned;
    private readonly Task _recovered;
    private readonly Lazy<SqlGuard> _guard;
    private readonly SemaphoreSlim _oneImport = new(1);
    private readonly Lock _closing = new();
    private StoreLoop? _loop;
    private Task? _closed;

    internal EmbeddedStore(
        StoreParts parts, StoreMaintenance maintenance, RowIdentity identity, ImportCheck importCheck, QueryRunner panels, QueryRunner sql, IReadOnlyList<IDisposable> owned, Task recovered)
    {
        (_parts, Maintenance, _identity, _importCheck, _panels, _sql, _owned, _recovered) = (parts, maintenance, identity, importCheck, panels, sql, owned, recovered);
        _guard = new Lazy<SqlGuard>(() => new SqlGuard([.. Formats.Tables.All.Select(table => table.Name)], TextBound.RowBytes(parts.Settings.QueryThreads == 0 ? Environment.ProcessorCount : parts.Settings.QueryThreads)));
    }

    public SqlDialect Dialect { get; } = new DuckDbDialect();

    public StoreTraits Traits { get; } = new();

    /// <summary>Ends when all that was stored before the start is visible; fails with what made that impossible.</summary>
    public Task Recovered => _recovered;

    /// <summary>The steps that keep the store in shape; <see cref="Operations.StoreLoop"/> calls them.</summary>
    public StoreMaintenance Maintenance { get; }

    /// <summary>Called after rows were shown, on the writer's thread, and when a delivery waits for room: a seal may be due.</summary>
    public Action? RowsShown
    {
        get => _parts.Committer.Published;
        set => _parts.Committer.Published = _parts.Room.Wanted = value;
    }

    public StoreReadiness Readiness =>
        _closed is not null ? new StoreReadiness(false, false, "the store is shutting down")
        : _parts.Committer.Refusal is { } refusal ? new StoreReadiness(false, _recovered.IsCompletedSuccessfully, refusal)
        : _parts.Room.IsRefusing ? new StoreReadiness(false, _recovered.IsCompletedSuccessfully, RoomFull)
        : _parts.Journal.Failure is { } failure ? new StoreReadiness(false, _recovered.IsCompletedSuccessfully, failure)
        : new StoreReadiness(true, _recovered.IsCompletedSuccessfully, _recovered.IsCompletedSuccessfully ? null : "the journal is being decoded");

    /// <summary>Opens the store in a data folder, or makes one. Returns when deliveries can be taken; <see cref="Recovered"/> says when all is visible.</summary>
    /// <remarks>A delivery that comes before that waits with its answer, a query waits too: see <see cref="QueryAsync"/>.</remarks>
    /// <exception cref="DataFolderInUseException">Another process owns the folder.</exception>
    /// <exception cref="JournalDamagedException">The journal is damaged other than at its end.</exception>
    /// <exception cref="InvalidDataException">A file of the store is missing or damaged.</exception>
    public static EmbeddedStore Open(EmbeddedOpening opening) => new StoreOpener(opening).Open();

    /// <summary>Opens the store of a server, with the loop that keeps it in shape.</summary>
    public static Task<IStore> OpenAsync(StoreOpening opening, CancellationToken cancel) => Task.Run<IStore>(
        () =>
        {
            var logger = opening.Loggers.CreateLogger<EmbeddedStore>();
            var folder = new DataFolder(opening.Settings.DataFolder);
            var store = Open(new EmbeddedOpening(folder, EmbeddedSettings.From(opening.Settings), new FileDisk(), opening.Time, Random.Shared, logger) { Rules = opening.Rules });
            store._loop = new StoreLoop(store, logger);
            return store;
        },
        cancel);

    public async ValueTask<RowsOpened> OpenRowsAsync(RowsOpening opening, CancellationToken cancel)
    {
        if (Math.Max(opening.BodyBytes, opening.RowBytes) < _parts.Settings.LargeBytes || opening.Repeats == RepeatScope.Import)
        {
            return default;
        }

        if (_parts.Committer.Refusal is { } refusal)
        {
            return new RowsOpened(null, refusal);
        }

        var claim = _parts.Room.Open(opening.Key, opening.Stream);
        try
        {
            if (await FillAsync(claim, opening.RowBytes, cancel) is { } full)
            {
                claim.Dispose();
                return new RowsOpened(null, full);
            }
        }
        catch
        {
            claim.Dispose();
            throw;
        }

        return new RowsOpened(new LargeRows(opening, _identity, claim), null);
    }

    public async ValueTask<CommitResult> CommitAsync(DeliveryCommit delivery, CancellationToken cancel)
    {
        if (_parts.Committer.Refusal is { } refusal)
        {
            return CommitResult.Unavailable(refusal);
        }

        if (delivery.Sink is LargeRows large)
        {
            return await CommitLargeAsync(delivery, large);
        }

        using var claim = _parts.Room.Open(delivery.Key, delivery.Stream);
        if (await FillAsync(claim, HotTable.BytesOf(delivery.Rows), cancel) is { } full)
        {
            return CommitResult.Unavailable(full);
        }

        var identities = delivery.Repeats == RepeatScope.None ? [] : _identity.Of(delivery.Rows);
        return delivery.Repeats == RepeatScope.Import
            ? await ImportAsync(delivery, claim, identities, cancel)
            : await _parts.Committer.CommitAsync(new PendingCommit(delivery, identities, []) { Claim = claim });
    }

    private async Task<CommitResult> CommitLargeAsync(DeliveryCommit delivery, LargeRows rows)
    {
        rows.End(delivery.Rows);
        try
        {
            var body = await _parts.LargeBodies.WriteAsync(delivery.Body);
            return await _parts.Committer.CommitAsync(new PendingCommit(delivery, rows.Identities, []) { Claim = rows.Claim, Large = new LargeParts(body, rows) });
        }
        catch (IOException error)
        {
            return CommitResult.Unavailable(error.Message);
        }
    }

    private async Task<CommitResult> ImportAsync(DeliveryCommit delivery, BudgetClaim claim, UInt128[] identities, CancellationToken cancel)
    {
        // Between the check and the commit no other import may store the same rows; live deliveries meet in the window of identities.
        await _oneImport.WaitAsync(cancel);
        try
        {
            await _recovered.WaitAsync(cancel);
            var stored = await Task.Run(() => _importCheck.FindStored(delivery.Rows, identities), cancel);
            return await _parts.Committer.CommitAsync(new PendingCommit(delivery, identities, stored) { Claim = claim });
        }
        finally
        {
            _oneImport.Release();
        }
    }

    // Null if there is room now.
    private async ValueTask<string?> FillAsync(BudgetClaim claim, long bytes, CancellationToken cancel) =>
        await _parts.Room.FillAsync(claim, bytes, _parts.Settings.HotWait, cancel)
            ? null
            : RoomFull;

    private string RoomFull =>
        $"rows in memory take {_parts.Settings.HotBytes >> 20} MiB and {(_parts.Room.Failure is { } failure ? $"cannot be sealed: {failure}" : "are not sealed fast enough")}; the delivery can be sent again";

    public void Count(string kind, string reason, string stream, string key, long count = 1) => _parts.Events.Count(kind, reason, stream, key, count);

    public async Task<IQueryResult> QueryAsync(StoreQuery query, CancellationToken cancel)
    {
        try
        {
            await _recovered.WaitAsync(s_startPatience, cancel);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new StoreQueryException(StoreQueryFault.Unavailable, "the store has started and still decodes its journal; ask again in a moment", error);
        }

        return await (query.Pool == QueryPool.Sql ? _sql : _panels).RunAsync(query, cancel);
    }

    public Task<SqlVerdict> CheckAsync(string sql, CancellationToken cancel) => Task.FromResult(_guard.Value.Check(sql));

    public StoreStatus GetStatus()
    {
        var tables = Formats.Tables.All.Select(table => (table.Name, Segments: _parts.Tables.SegmentsOf(table.Name).Select(segment => segment.Info).ToArray())).ToArray();
        var segments = tables.SelectMany(table => table.Segments).ToArray();
        return new StoreStatus
        {
            Local = new LocalStatus(_parts.Tables.HotRows, _parts.Tables.HotBytes, _parts.Journal.Bytes + _parts.Bodies.Bytes),
            Segments = segments.Length,
            SegmentRows = segments.Sum(info => info.Rows),
            SegmentBytes = segments.Sum(info => info.Bytes),
            FreeBytes = _parts.Disk.FreeBytes(_parts.Folder.Root),
            OldestRow = segments.Where(info => !info.Odd).Select(info => (DateTimeOffset?)Micros.ToMoment(info.MinTime)).Min(),
            RepeatWindow = _parts.Committer.RepeatWindow,
            Tables = [.. tables.Select(table => new TableStatus(table.Name, table.Segments.Length, table.Segments.Sum(info => info.Rows), table.Segments.Sum(info => info.Bytes)))],
        };
    }

    public RulesStatus GetRules() => Maintenance.Reclassifier.GetStatus();

    public void Reclassify() => _parts.RuleHistory.Ask();

    public async Task<BackupDone> BackUpAsync(string folder, CancellationToken cancel)
    {
        await _recovered.WaitAsync(cancel);
        using var image = await TakeImageAsync();
        return await Task.Run(() => new BackupWriter(_parts.Disk, _parts.Folder).Write(image, folder, cancel), cancel);
    }

    /// <summary>Commits what waits, seals everything in memory, so that the next start has nothing to decode, and lets go of the folder.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_closing)
        {
            return new ValueTask(_closed ??= Task.Run(() => CloseParts(seal: true)));
        }
    }

    /// <summary>Commits the deliveries that wait, in a store that was opened without a thread for it.</summary>
    internal bool CommitStep() => _parts.Committer.Step();

    /// <summary>Ends as a killed process would: nothing in memory is sealed. For tests of what the next start finds.</summary>
    internal void Abandon()
    {
        lock (_closing)
        {
            _closed ??= Task.Run(() => CloseParts(seal: false));
        }

        _closed.Wait();
    }

    // Only the maintenance thread changes what the image is of.
    private Task<StoreImage> TakeImageAsync()
    {
        lock (_closing)
        {
            if (_closed is not null)
            {
                throw new IOException("the store is shutting down");
            }

            var asked = Maintenance.AskForImage();
            if (_loop is { } loop)
            {
                loop.Wake();
            }
            else
            {
                Maintenance.TakeImages();
            }

            return asked;
        }
    }

    private void CloseParts(bool seal)
    {
        // A stop in the middle of a start lets it end: it is a matter of seconds.
        ((IAsyncResult)_recovered).AsyncWaitHandle.WaitOne();

        // What waits may need a seal to make room, so the loop ends after the writer.
        _parts.Committer.Stop();
        _loop?.Dispose();
        Maintenance.RefuseImages();
        _parts.Committer.Dispose();
        if (seal)
        {
            Maintenance.SealForStop();
        }

        if (_guard.IsValueCreated)
        {
            _guard.Value.Dispose();
        }

        foreach (var owned in _owned)
        {
            owned.Dispose();
        }
    }
}
