using Cistern.Formats;
using Cistern.Formats.Columns;
using Cistern.Operations;
using Cistern.Store.Embedded.Hot;

namespace Cistern.Store.Embedded;

/// <summary>Chunks of one table that wait for their segment, or are on their way into it.</summary>
internal sealed record FrozenTable(TableSchema Schema, IReadOnlyList<HotPart> Parts)
{
    public long Rows { get; } = Parts.Sum(part => (long)part.Rows);

    public long Bytes { get; } = Parts.Sum(part => part.Chunk.Bytes);

    /// <summary>The version of the rules that classified the rows; 0 if none did, or if there are several.</summary>
    public int Rules { get; } = Parts.Select(part => part.Chunk.Rules).Distinct().ToArray() is [var one] ? one : 0;

    /// <summary>Bytes of the longest value of all rows.</summary>
    public long LongestValue { get; } = Parts.Select(part => part.Chunk.LongestValue).DefaultIfEmpty(0).Max();
}

/// <summary>All rows that were in memory when the seal began, and the last journal entry among them.</summary>
internal sealed record Frozen(long JournalPosition, IReadOnlyList<FrozenTable> Tables);

/// <summary>Which rows and files are live. Every change happens as a whole under one lock, so that a snapshot sees deliveries whole.</summary>
internal sealed class StoreTables(HotRoom room)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, HotTable> _hot = Tables.All.ToDictionary(table => table.Name, table => new HotTable(table));
    private readonly Dictionary<string, List<Segment>> _segments = Tables.All.ToDictionary(table => table.Name, _ => new List<Segment>());
    private Frozen? _frozen;
    private long _frozenBytes;
    private long _position;

    /// <summary>Rows in memory, of all tables.</summary>
    public long HotRows
    {
        get
        {
            lock (_lock)
            {
                return _hot.Values.Sum(table => table.Rows) + (_frozen?.Tables.Sum(table => table.Rows) ?? 0);
            }
        }
    }

    /// <summary>Bytes of rows that no seal has begun to write.</summary>
    public long ActiveBytes
    {
        get
        {
            lock (_lock)
            {
                return BytesOfActive();
            }
        }
    }

    /// <summary>Bytes of all rows in memory.</summary>
    public long HotBytes
    {
        get
        {
            lock (_lock)
            {
                return BytesOfActive() + _frozenBytes;
            }
        }
    }

    /// <summary>Shows the rows of one journal entry in all tables at once.</summary>
    /// <param name="claim">The room that was claimed for them; null for rows that did not ask.</param>
    public void Publish(long sequence, BudgetClaim? claim, Action<IReadOnlyDictionary<string, HotTable>> append)
    {
        lock (_lock)
        {
            var before = claim is null ? 0 : BytesOfActive();
            append(_hot);
            if (claim is not null)
            {
                room.Show(claim, BytesOfActive() - before);
            }

            _position = Math.Max(_position, sequence);
        }
    }

    /// <summary>Counts the rows in memory as room that is taken: after a start has read them back.</summary>
    public void ClaimAll()
    {
        lock (_lock)
        {
            room.Hold(BytesOfActive());
        }
    }

    /// <summary>Takes all rows in memory out of reach of further appends; queries go on seeing them. Null if there are none.</summary>
    public Frozen? Freeze()
    {
        lock (_lock)
        {
            if (_frozen is not null)
            {
                throw new InvalidOperationException("a seal began before the last one ended");
            }

            _frozenBytes = BytesOfActive();
            FrozenTable[] tables =
            [
                .. _hot.Values.Where(table => table.Rows > 0)
                    .Select(table => new FrozenTable(table.Schema, [.. table.TakeAll().Select(chunk => new HotPart(chunk, chunk.Rows))])),
            ];
            if (tables.Length > 0)
            {
                room.Freeze();
            }

            return _frozen = tables.Length == 0 ? null : new Frozen(_position, tables);
        }
    }

    /// <summary>Replaces the frozen rows by the segments that hold them now.</summary>
    public void Seal(IReadOnlyDictionary<string, IReadOnlyList<Segment>> segments)
    {
        Frozen? sealedRows;
        lock (_lock)
        {
            sealedRows = _frozen ?? throw new InvalidOperationException("a seal ended that did not begin");
            foreach (var (table, added) in segments)
            {
                _segments[table].AddRange(added);
            }

            _frozen = null;
            _frozenBytes = 0;
            room.Sealed();
        }

        foreach (var part in sealedRows.Tables.SelectMany(table => table.Parts))
        {
            part.Chunk.Release();
        }
    }

    /// <summary>The frozen rows of a seal that failed, to be tried again.</summary>
    public Frozen? Unsealed
    {
        get
        {
            lock (_lock)
            {
                return _frozen;
            }
        }
    }

    /// <summary>Replaces segments by others: compaction, or none: retention. Files go when the last query that sees them ends.</summary>
    public void Replace(string table, IReadOnlyList<Segment> old, IReadOnlyList<Segment> replacements)
    {
        lock (_lock)
        {
            _segments[table].RemoveAll(old.Contains);
            _segments[table].AddRange(replacements);
        }

        foreach (var segment in old)
        {
            segment.Release();
        }
    }

    /// <summary>The journal position of the manifest at the start: what is sealed next covers at least that.</summary>
    public void StartAt(long journalPosition)
    {
        lock (_lock)
        {
            _position = journalPosition;
        }
    }

    /// <summary>Makes known the segments that the manifest named at the start.</summary>
    public void Load(string table, IEnumerable<Segment> segments)
    {
        lock (_lock)
        {
            _segments[table].AddRange(segments);
        }
    }

    public IReadOnlyList<Segment> SegmentsOf(string table)
    {
        lock (_lock)
        {
            return [.. _segments[table]];
        }
    }

    /// <summary>All segments by table, each held for the caller.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Segment>> HoldSegments()
    {
        lock (_lock)
        {
            var held = _segments.ToDictionary(table => table.Key, table => (IReadOnlyList<Segment>)[.. table.Value]);
            foreach (var segment in held.Values.SelectMany(segments => segments))
            {
                segment.Hold();
            }

            return held;
        }
    }

    /// <summary>There are requests in memory that other rules classified.</summary>
    public bool HoldsOtherRules(int rules)
    {
        lock (_lock)
        {
            return InMemory(Tables.Requests).Any(part => part.Chunk.Rules != rules);
        }
    }

    /// <summary>How many of all requests some rules classified.</summary>
    public Classified ClassifiedBy(int rules)
    {
        lock (_lock)
        {
            HotPart[] hot = [.. InMemory(Tables.Requests)];
            var segments = _segments[Tables.Requests.Name];
            return Embedded.Snapshot.CountClassified(hot, segments, rules);
        }
    }

    /// <summary>One moment of several tables, without the files and blocks of memory that can hold nothing of what is wanted.</summary>
    /// <param name="range">The times that are wanted; null: all.</param>
    /// <param name="since">Only rows that arrived at or after it are wanted; null: all.</param>
    public IReadOnlyList<Snapshot> Snapshot(IEnumerable<TableSchema> schemas, TimeRange? range, DateTimeOffset? since = null)
    {
        var wanted = new Wanted(
            range is { } times ? Micros.Of(times.From) : long.MinValue,
            range is { } until ? Micros.Of(until.To) : long.MaxValue,
            since is { } moment ? Micros.Of(moment) : long.MinValue);
        lock (_lock)
        {
            return [.. schemas.Select(schema => Take(schema, wanted))];
        }
    }

    private long BytesOfActive()
    {
        var bytes = 0L;
        foreach (var table in _hot.Values)
        {
            bytes += table.Bytes;
        }

        return bytes;
    }

    private IEnumerable<HotPart> InMemory(TableSchema schema) =>
        (_frozen?.Tables.FirstOrDefault(table => table.Schema == schema)?.Parts ?? []).Concat(_hot[schema.Name].Chunks.Select(chunk => new HotPart(chunk, chunk.Rows)));

    private Snapshot Take(TableSchema schema, Wanted wanted)
    {
        HotPart[] hot = [.. InMemory(schema).Where(part => part.Chunk.MayHold(wanted.From, wanted.To, wanted.Since))];
        Segment[] segments = [.. _segments[schema.Name].Where(segment => MayHold(segment.Info, wanted))];
        foreach (var part in hot)
        {
            part.Chunk.Hold();
        }

        foreach (var segment in segments)
        {
            segment.Hold();
        }

        return new Snapshot(schema, hot, segments);
    }

    private static bool MayHold(SegmentInfo segment, Wanted wanted) =>
        segment.MaxTime >= wanted.From && segment.MinTime < wanted.To && segment.MaxReceived >= wanted.Since;

    // Microseconds since 1970; From and Since inclusive.
    private readonly record struct Wanted(long From, long To, long Since);
}
