using Cistern.Enrich.Rules;
using Cistern.Journal;
using Cistern.Store.Embedded.Engines;
using Cistern.Store.Embedded.Identity;
using Cistern.Store.Identity;

namespace Cistern.Store.Embedded;

/// <summary>What an embedded store is opened with. Chance and time come from outside, so that a simulation can repeat them.</summary>
/// <param name="Stepped">No thread commits: <see cref="EmbeddedStore.CommitStep"/> does, for simulations.</param>
/// <param name="Purpose">What this process is, for the one that finds the folder locked: <c>cistern serve</c>.</param>
internal sealed record EmbeddedOpening(
    DataFolder Folder, EmbeddedSettings Settings, IDisk Disk, TimeProvider Time, Random Random, ILogger Logger, string Purpose = "cistern", bool Stepped = false)
{
    /// <summary>By which rows of the journal, and on request all, are classified again.</summary>
    public RuleStore Rules { get; init; } = RuleStore.Own;
}

/// <summary>Opens an embedded store.</summary>
/// <remarks>
/// (1) Lock the folder. (2) Read the manifest, remove files that it does not name. (3) Read back delivery ids from segments. (4) Open the
/// journal: cut a torn tail, check every entry. From here on deliveries are taken, and wait for (5): read back row identities from segments,
/// decode the journal behind them, and (6) begin to commit.
/// </remarks>
internal sealed partial class StoreOpener(EmbeddedOpening opening)
{
    // One thread keeps rows in the order of arrival without holding them back, and a thread that waits for others in DuckDB turns in circles.
    private const int SealThreads = 1;

    // What bodies and columns in flight and the other engines may take while a user's statement runs.
    private const long OtherGrowthBytes = 256L << 20;

    private readonly Stack<IDisposable> _owned = new();

    public EmbeddedStore Open()
    {
        try
        {
            return OpenParts();
        }
        catch
        {
            while (_owned.TryPop(out var owned))
            {
                owned.Dispose();
            }

            throw;
        }
    }

    private EmbeddedStore OpenParts()
    {
        var (folder, settings, disk) = (opening.Folder, opening.Settings, opening.Disk);

        // (1)
        Own(DataFolderLock.Take(folder, opening.Purpose, opening.Time.GetUtcNow()));
        PrepareSpill();

        // (2)
        var history = RuleHistory.Open(disk, folder, opening.Time, opening.Logger);
        history.Note(opening.Rules.Current.Version);
        var scans = new ScanRegistry();
        var sealEngine = Own(NewEngine("seal", settings.SealMemoryBytes, SealThreads, false, scans));
        var room = new HotRoom(settings.HotBytes, opening.Time);
        var tables = new StoreTables(room);
        var files = new StoreFiles(disk, folder);
        foreach (var (table, segments) in files.Open())
        {
            tables.Load(table, segments);
        }

        tables.StartAt(files.Current.JournalPosition);
        var imports = new ImportIds(disk, folder);
        imports.Open(files.Current.Imports);

        // (3)
        var key = SipKey.CreateRandom();
        var ids = new DeliveryIds(key, settings.DeliveryIdWindow, settings.DeliveryIdBytes);
        var identities = new IdentityWindow(settings.IdentityWindow, settings.IdentityBytes);
        var identity = new RowIdentity(key);
        var bodies = new BodyFiles(disk, folder);
        bodies.Open();
        var recovery = new StoreRecovery(tables, settings, sealEngine, bodies, ids, imports, identities, identity, opening.Rules, opening.Time, opening.Logger);
        recovery.LoadDeliveryIds();

        // (4)
        var journalSettings = new JournalSettings { MaxFileBytes = settings.JournalFileBytes, FirstSequence = files.Current.JournalPosition + 1 };
        var journal = Own(JournalLog.Open(disk, folder.Journal, journalSettings, opening.Random, static (_, _) => { }));

        CheckJournal(journal, files.Current.JournalPosition);

        var committer = new Committer(journal, bodies, tables, ids, imports, identities, opening.Logger);
        var parts = new StoreParts
        {
            Settings = settings,
            Disk = disk,
            Folder = folder,
            Tables = tables,
            Room = room,
            Bodies = bodies,
            LargeBodies = Own(new LargeBodies(bodies, opening.Stepped)),
            Files = files,
            Scans = scans,
            Writer = new SegmentWriter(sealEngine, scans, disk, folder, files.NextNumber, steady: !opening.Stepped),
            Journal = journal,
            Committer = committer,
            Imports = imports,
            Ids = ids,
            Identities = identities,
            Events = new EventCounters(opening.Time),
            SealEngine = sealEngine,
            Rules = opening.Rules,
            RuleHistory = history,
        };
        var (position, bodiesFound) = (files.Current.JournalPosition, bodies.NextNumber);
        void Recover()
        {
            // (5)
            recovery.LoadIdentities();
            new JournalReplay(journal, recovery, folder).Run(position);
            bodies.RemoveUnnamed(bodiesFound);
            tables.ClaimAll();
        }

        var store = new EmbeddedStore(
            parts,
            new StoreMaintenance(parts, opening.Time, opening.Logger),
            identity,
            new ImportCheck(tables, sealEngine, scans, identity),
            Own(NewRunner("panels", settings.PanelMemoryBytes, tables, scans)),
            Own(NewRunner("sql", settings.SqlMemoryBytes, tables, scans, Own(new MemoryWatch(settings.SqlMemoryBytes + settings.HotBytes + OtherGrowthBytes)))),
            [.. _owned],
            opening.Stepped ? RecoverNow(Recover) : Task.Run(() => RecoverAndStart(Recover, committer)));
        store.Maintenance.CheckSpace();
        return store;
    }

    private static Task RecoverNow(Action recover)
    {
        recover();
        return Task.CompletedTask;
    }

    private void RecoverAndStart(Action recover, Committer committer)
    {
        try
        {
            recover();
        }
        catch (Exception error)
        {
            // The writer starts all the same: it answers what waits, and what still comes, with the reason.
            Log.RecoveryFailed(opening.Logger, error.Message);
            committer.Broken = $"the store could not read back what it holds: {error.Message}; see the server's log, mend it and start again";
            throw;
        }
        finally
        {
            // (6)
            committer.Start();
        }
    }

    // Sequences that the manifest has seen would be given out again, and the next start would take new entries for sealed ones.
    private void CheckJournal(JournalLog journal, long position)
    {
        if (journal.TornTail is { } torn)
        {
            Log.TornTail(opening.Logger, torn.File, torn.Offset, torn.Bytes, torn.Reason);
        }

        if (journal.NextSequence <= position || journal.FirstSequence > position + 1)
        {
            throw new InvalidDataException(
                $"cannot open the store: the journal holds entries {journal.FirstSequence} to {journal.NextSequence - 1}, the manifest has sealed up to {position}; "
                + "restore journal and manifest from the same backup");
        }
    }

    private QueryRunner NewRunner(string name, long memory, StoreTables tables, ScanRegistry scans, MemoryWatch? watch = null)
    {
        var threads = opening.Settings.QueryThreads == 0 ? Environment.ProcessorCount : opening.Settings.QueryThreads;
        var engine = Own(NewEngine(name, memory, threads, true, scans));
        return new QueryRunner(engine, scans, tables, opening.Rules, opening.Settings.QueryConcurrency, watch);
    }

    private Engine NewEngine(string name, long memory, int threads, bool readsOnly, ScanRegistry scans) =>
        new(new EngineSettings(name, memory, opening.Settings.SpillBytes, threads, readsOnly), opening.Folder, scans, opening.Logger);

    // What a killed process spilled is of no use to anyone.
    private void PrepareSpill()
    {
        if (Directory.Exists(opening.Folder.Spill))
        {
            Directory.Delete(opening.Folder.Spill, recursive: true);
        }

        Directory.CreateDirectory(opening.Folder.Spill);
    }

    private T Own<T>(T part)
        where T : IDisposable
    {
        _owned.Push(part);
        return part;
    }

    private static partial class Log
    {
        [LoggerMessage(4502, LogLevel.Error, "The store cannot read back what it holds and takes no deliveries: {Error}")]
        public static partial void RecoveryFailed(ILogger logger, string error);

        [LoggerMessage(4501, LogLevel.Warning, "Cut the end of {File} at byte {Offset}, {Bytes} bytes that were never answered 200: {Reason}")]
        public static partial void TornTail(ILogger logger, string file, long offset, long bytes, string reason);
    }
}
