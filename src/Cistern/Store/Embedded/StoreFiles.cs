using Cistern.Formats;
using Cistern.Journal;

namespace Cistern.Store.Embedded;

/// <summary>Files that a change of the manifest takes away and brings, of one table.</summary>
internal sealed record TableChange(string Table, IReadOnlyList<Segment> Removed, IReadOnlyList<SegmentInfo> Added);

/// <summary>The manifest in force and the segment files that it names. Only the maintenance thread changes it.</summary>
internal sealed class StoreFiles(IDisk disk, DataFolder folder)
{
    private readonly ManifestFile _file = new(disk, folder);
    private long _nextNumber = 1;
    private long _firstUnnamed = 1;
    private long? _longStepBegan;
    private bool _undecided;

    public ManifestData Current { get; private set; } = new();

    public long NextNumber() => Interlocked.Increment(ref _nextNumber) - 1;

    /// <summary>Reads the manifest, checks that its files are there, and removes those that it does not name: a crash left them.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Segment>> Open()
    {
        Current = _file.Read();
        (_nextNumber, _firstUnnamed) = (Current.NextSegment, Current.NextSegment);
        disk.Delete(DataFolder.Unfinished(folder.Manifest));
        var tables = Tables.All.ToDictionary(table => table.Name, table => OpenTable(table.Name));
        disk.SyncDirectory(folder.Segments);
        disk.SyncDirectory(folder.Root);
        return tables;
    }

    /// <summary>Makes changes durable and gives the added files back. The files are synced already; their names are not.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Segment>> Commit(
        IReadOnlyList<TableChange> changes, long? journalPosition = null, string? imports = null)
    {
        foreach (var change in changes.Where(change => change.Added.Count > 0))
        {
            disk.SyncDirectory(folder.SegmentsOf(change.Table));
        }

        var tables = Current.Tables.ToDictionary();
        foreach (var change in changes)
        {
            var removed = change.Removed.Select(segment => segment.Info.File).ToHashSet();
            tables[change.Table] = [.. tables.GetValueOrDefault(change.Table, []).Where(info => !removed.Contains(info.File)), .. change.Added];
        }

        var next = Current with
        {
            Tables = tables,
            Schema = Formats.Tables.Version,
            NextSegment = Interlocked.Read(ref _nextNumber),
            JournalPosition = journalPosition ?? Current.JournalPosition,
            Imports = imports ?? Current.Imports,
        };
        Write(next);
        return changes.ToDictionary(change => change.Table, change => ToSegments(change.Table, change.Added));
    }

    /// <summary>Other steps come between the begin and the end of this one; files that it has not named yet count as its own until then.</summary>
    public void BeginLongStep() => _longStepBegan = Interlocked.Read(ref _nextNumber);

    public void EndLongStep() => _longStepBegan = null;

    /// <summary>Removes the files of a step that has failed. A disk that is full would not heal with them on it.</summary>
    /// <remarks>Not as long as the manifest that names them may be the one that the next start finds.</remarks>
    public void RemoveUnnamed()
    {
        if (_undecided)
        {
            return;
        }

        var first = DataFolder.SegmentName(_firstUnnamed);
        foreach (var table in Tables.All.Select(table => table.Name))
        {
            var named = Current.Tables.GetValueOrDefault(table, []).Select(info => info.File).ToHashSet();
            foreach (var entry in disk.List(folder.SegmentsOf(table)).Where(entry => string.CompareOrdinal(entry.Name, first) >= 0 && !named.Contains(entry.Name)))
            {
                disk.Delete(PathOf(table, entry.Name));
            }
        }
    }

    // The file aside is still there unless it was renamed, and then only the sync of the folder has failed: either manifest may survive.
    private void Write(ManifestData next)
    {
        try
        {
            _file.Write(next);
        }
        catch (IOException)
        {
            _undecided |= !disk.Exists(DataFolder.Unfinished(folder.Manifest));
            throw;
        }

        Current = next;
        if (_undecided)
        {
            _undecided = false;
            TryRemoveUnnamed();
        }

        _firstUnnamed = _longStepBegan ?? next.NextSegment;
    }

    // The change is durable whether or not this works; what stays goes at the next start.
    private void TryRemoveUnnamed()
    {
        try
        {
            RemoveUnnamed();
        }
        catch (IOException)
        {
        }
    }

    private IReadOnlyList<Segment> OpenTable(string table)
    {
        var path = folder.SegmentsOf(table);
        disk.CreateDirectory(path);
        var named = Current.Tables.GetValueOrDefault(table, []);
        var there = disk.List(path).Where(entry => !entry.IsFolder).ToDictionary(entry => entry.Name, entry => entry.Bytes);
        foreach (var info in named)
        {
            CheckThere(table, info, there);
        }

        foreach (var orphan in there.Keys.Except(named.Select(info => info.File)))
        {
            disk.Delete(PathOf(table, orphan));
        }

        return ToSegments(table, named);
    }

    private void CheckThere(string table, SegmentInfo info, Dictionary<string, long> there)
    {
        var path = PathOf(table, info.File);
        if (!there.TryGetValue(info.File, out var bytes))
        {
            throw new InvalidDataException($"cannot open the store: {path} is missing, the manifest names it with {info.Rows} rows; restore it from a backup");
        }

        if (bytes != info.Bytes)
        {
            throw new InvalidDataException($"cannot open the store: {path} has {bytes} bytes, the manifest says {info.Bytes}; restore it from a backup");
        }
    }

    private string PathOf(string table, string file) => Path.Combine(folder.SegmentsOf(table), file);

    private IReadOnlyList<Segment> ToSegments(string table, IReadOnlyList<SegmentInfo> infos) =>
        [.. infos.Select(info => new Segment(info, PathOf(table, info.File), disk.Delete))];
}
