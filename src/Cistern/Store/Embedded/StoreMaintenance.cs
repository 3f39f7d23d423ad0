using System.Collections.Concurrent;
using Cistern.DuckDb;
using Cistern.Formats;
using Cistern.Formats.Columns;
using Cistern.Store.Embedded.Reclassifying;

namespace Cistern.Store.Embedded;

/// <summary>What keeps the store in shape, as steps: seal, compact, drop what expired, watch the disk. Each returns whether it did something.</summary>
/// <remarks>One caller at a time: a loop in the running program, the simulation in tests.</remarks>
internal sealed partial class StoreMaintenance(StoreParts parts, TimeProvider time, ILogger logger)
{
    private static readonly DateTimeOffset s_cloudFrontLaunch = new(2008, 11, 18, 0, 0, 0, TimeSpan.Zero);

    private readonly ColumnBatch _events = new(Tables.Events);
    private readonly HashSet<Segment> _notJoined = [];
    private readonly ConcurrentQueue<TaskCompletionSource<StoreImage>> _imagesAsked = new();
    private DateTimeOffset? _activeSince;

    public Reclassifier Reclassifier { get; } = new(parts, time, logger);

    /// <summary>What is left on the disk of the data folder.</summary>
    public long FreeBytes => parts.Disk.FreeBytes(parts.Folder.Root);

    /// <summary>Moves the counts of past minutes into the table of events.</summary>
    public bool FlushEvents(bool all = false)
    {
        if (!parts.Events.Drain(_events, all))
        {
            return false;
        }

        var common = new Hot.DeliveryColumns(Micros.Of(time.GetUtcNow()), "", "", "", new Dictionary<string, string>());
        parts.Tables.Publish(0, null, hot => hot[Tables.Events.Name].Append(_events, default, common));
        return true;
    }

    /// <summary>The rows in memory have reached the size of a seal, or a delivery waits for their room.</summary>
    public bool SealIsDue => IsDue(parts.Tables.ActiveBytes);

    /// <summary>Seals if the rows in memory are many or old enough, or if a seal failed before.</summary>
    public bool SealIfDue()
    {
        var bytes = parts.Tables.ActiveBytes;
        if (bytes == 0 && parts.Tables.Unsealed is null)
        {
            _activeSince = null;
            return false;
        }

        _activeSince ??= time.GetUtcNow();
        var due = parts.Tables.Unsealed is not null || IsDue(bytes) || time.GetUtcNow() - _activeSince >= parts.Settings.SealAge;
        return due && Seal();
    }

    /// <summary>Writes all rows in memory into segments and lets go of the journal that held them.</summary>
    public bool Seal()
    {
        var frozen = parts.Tables.Unsealed ?? parts.Tables.Freeze();
        if (frozen is null)
        {
            return false;
        }

        _activeSince = null;
        try
        {
            WithFiles(() => Seal(frozen));
            parts.Room.Failure = null;
            return true;
        }
        catch (Exception error) when (error is IOException or DuckDbException)
        {
            parts.Room.Failure = error.Message;
            throw;
        }
    }

    /// <summary>The last seal of a store that stops. If it fails the journal still holds everything.</summary>
    public void SealForStop()
    {
        try
        {
            FlushEvents(all: true);
            while (Seal())
            {
            }
        }
        catch (Exception error) when (error is IOException or DuckDbException)
        {
            Log.SealFailed(logger, error.Message);
        }
    }

    /// <summary>Asks for an image of the store; <see cref="TakeImages"/> makes it.</summary>
    public Task<StoreImage> AskForImage()
    {
        var asked = new TaskCompletionSource<StoreImage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _imagesAsked.Enqueue(asked);
        return asked.Task;
    }

    /// <summary>Makes the images that were asked for. A failure is told to who asked.</summary>
    public bool TakeImages()
    {
        var any = false;
        while (_imagesAsked.TryDequeue(out var asked))
        {
            any = true;
            try
            {
                asked.SetResult(TakeImage());
            }
            catch (Exception error) when (error is IOException or DuckDbException)
            {
                asked.SetException(new IOException($"the rows in memory could not be sealed for the backup: {error.Message}", error));
            }
        }

        return any;
    }

    /// <summary>No further step comes that could make them.</summary>
    public void RefuseImages()
    {
        while (_imagesAsked.TryDequeue(out var asked))
        {
            asked.SetException(new IOException("the store is shutting down"));
        }
    }

    /// <summary>Joins files of one table, if any needs it.</summary>
    public bool Compact()
    {
        foreach (var schema in Tables.All)
        {
            if (Compactor.Plan(parts.Tables.SegmentsOf(schema.Name), parts.Settings, NotJoinedNow()) is { } plan)
            {
                TryCompact(schema, plan);
                return true;
            }
        }

        return false;
    }

    /// <summary>Classifies a file's rows again by the rules in force, if somebody asked for it.</summary>
    /// <param name="goOn">See <see cref="Reclassifier.Step"/>.</param>
    public bool Reclassify(Func<bool> goOn)
    {
        parts.RuleHistory.Note(parts.Rules.Current.Version);
        return Reclassifier.NeedsSeal ? Seal() : Reclassifier.Step(goOn);
    }

    /// <summary>A table has more files than it should: compaction goes before panels.</summary>
    public bool CompactionIsUrgent => Tables.All.Any(schema => parts.Tables.SegmentsOf(schema.Name).Count > parts.Settings.MaxSegments);

    /// <summary>Drops files by age and total size.</summary>
    public bool DropExpired()
    {
        var byTable = Tables.All.ToDictionary(schema => schema.Name, schema => parts.Tables.SegmentsOf(schema.Name));
        var expired = Retention.Expired([.. byTable.Values.SelectMany(segments => segments)], parts.Settings, time.GetUtcNow()).ToHashSet();
        var changes = byTable
            .Select(table => new TableChange(table.Key, [.. table.Value.Where(expired.Contains)], []))
            .Where(change => change.Removed.Count > 0)
            .ToArray();
        if (changes.Length == 0)
        {
            return false;
        }

        parts.Files.Commit(changes);
        foreach (var change in changes)
        {
            parts.Tables.Replace(change.Table, change.Removed, []);
            Log.Dropped(logger, change.Removed.Count, change.Table, change.Removed.Sum(segment => segment.Info.Rows));
        }

        return true;
    }

    /// <summary>Refuses deliveries while the disk is nearly full, so that seal, compaction and retention can always run.</summary>
    public void CheckSpace()
    {
        var free = parts.Disk.FreeBytes(parts.Folder.Root);
        var floor = parts.Settings.SpaceFloor;
        var refusal = free >= floor
            ? null
            : $"the disk of the data folder has {free >> 20} MiB left, under the floor of {floor >> 20} MiB; free some space or lower the retention";
        if ((refusal is null) != (parts.Committer.NoSpace is null))
        {
            Log.SpaceChanged(logger, refusal ?? "there is space again");
        }

        parts.Committer.NoSpace = refusal;
    }

    // What was frozen by a seal that failed is not all that is in memory. After these two the manifest covers each delivery that was answered before.
    private StoreImage TakeImage()
    {
        if (parts.Tables.Unsealed is not null)
        {
            Seal();
        }

        Seal();
        var segments = parts.Tables.HoldSegments();
        var manifest = parts.Files.Current with { Tables = segments.ToDictionary(table => table.Key, table => (IReadOnlyList<SegmentInfo>)[.. table.Value.Select(segment => segment.Info)]) };
        try
        {
            return new StoreImage(manifest, segments, manifest.Imports is { } name ? parts.Disk.ReadAllBytes(Path.Combine(parts.Folder.Root, name)) : null);
        }
        catch
        {
            new StoreImage(manifest, segments, null).Dispose();
            throw;
        }
    }

    private bool IsDue(long bytes) => bytes >= parts.Settings.SealBytes || (bytes > 0 && parts.Room.IsWanted);

    // A step that fails leaves none of its files behind: on a full disk the next attempt needs their space.
    private void WithFiles(Action step)
    {
        try
        {
            step();
        }
        catch (Exception error) when (error is IOException or DuckDbException)
        {
            parts.Files.RemoveUnnamed();
            throw;
        }
    }

    private void Seal(Frozen frozen)
    {
        var started = time.GetTimestamp();
        TableChange[] changes = [.. frozen.Tables.Select(table => new TableChange(table.Schema.Name, [], parts.Writer.Seal(table, UsualTimes())))];
        var imports = parts.Imports.WriteIfChanged();
        var added = parts.Files.Commit(changes, frozen.JournalPosition, imports);
        parts.Imports.Written(imports);
        parts.Tables.Seal(added);
        parts.Journal.Release(frozen.JournalPosition);
        parts.Bodies.Release(frozen.JournalPosition);
        Log.Sealed(logger, frozen.Tables.Sum(table => table.Rows), time.GetElapsedTime(started).TotalMilliseconds);
    }

    // Rows too long for the engine's memory would fail again and again, and keep it from all others.
    private void TryCompact(TableSchema schema, CompactionPlan plan)
    {
        try
        {
            WithFiles(() => Compact(schema, plan));
        }
        catch (DuckDbException error) when (error.Kind == DuckDbErrorKind.OutOfMemory)
        {
            _notJoined.UnionWith(plan.Files);
            Log.NotJoined(logger, plan.Files.Count, schema.Name, error.Message);
        }
    }

    // Of several rules' files would come one that none of them classified as a whole, and its rows would be judged twice.
    private HashSet<Segment> NotJoinedNow() => CompactionIsUrgent ? _notJoined : [.. _notJoined, .. Reclassifier.Waiting];

    private void Compact(TableSchema schema, CompactionPlan plan)
    {
        var started = time.GetTimestamp();
        var joined = Compactor.Join(plan, schema, parts.Writer);
        var change = new TableChange(schema.Name, plan.Files, joined);
        var added = parts.Files.Commit([change]);
        parts.Tables.Replace(schema.Name, plan.Files, added[schema.Name]);
        Log.Compacted(logger, plan.Files.Count, joined.Count, schema.Name, plan.Shape().Rows, time.GetElapsedTime(started).TotalMilliseconds);
    }

    private (long From, long To) UsualTimes()
    {
        var now = time.GetUtcNow();
        var from = parts.Settings.RetentionAge is { } age ? now - age : s_cloudFrontLaunch;
        return (Micros.Of(from), Micros.Of(now + parts.Settings.FutureTolerance));
    }

    private static partial class Log
    {
        [LoggerMessage(4201, LogLevel.Debug, "Sealed {Rows} rows in {Milliseconds:0} ms")]
        public static partial void Sealed(ILogger logger, long rows, double milliseconds);

        [LoggerMessage(4202, LogLevel.Debug, "Joined {Files} files into {Joined} of table {Table}, {Rows} rows, in {Milliseconds:0} ms")]
        public static partial void Compacted(ILogger logger, int files, int joined, string table, long rows, double milliseconds);

        [LoggerMessage(4206, LogLevel.Warning, "{Files} files of table {Table} stay as they are: joining them needs more memory than store:sealMemoryBytes: {Error}")]
        public static partial void NotJoined(ILogger logger, int files, string table, string error);

        [LoggerMessage(4203, LogLevel.Information, "Dropped {Files} files of table {Table} with {Rows} rows, by retention")]
        public static partial void Dropped(ILogger logger, int files, string table, long rows);

        [LoggerMessage(4205, LogLevel.Warning, "Rows in memory could not be sealed at the stop; the next start reads them from the journal: {Error}")]
        public static partial void SealFailed(ILogger logger, string error);

        [LoggerMessage(4204, LogLevel.Warning, "Disk space: {Text}")]
        public static partial void SpaceChanged(ILogger logger, string text);
    }
}
