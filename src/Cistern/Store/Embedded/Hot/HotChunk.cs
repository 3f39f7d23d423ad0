using Cistern.Formats.Columns;

namespace Cistern.Store.Embedded.Hot;

/// <summary>Some thousand rows of a table in memory. Counted: the table holds it until it is sealed, each snapshot until it ends.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "Counted: Release frees what it owns.")]
internal sealed class HotChunk
{
    /// <summary>Rows of a chunk: a multiple of DuckDB's 2,048, so that no vector spans two chunks.</summary>
    public const int Capacity = 8 * 2048;

    private readonly NativeArena _arena = new();
    private readonly HotColumn[] _columns;
    private readonly HotValues<long> _time;
    private readonly HotValues<long> _received;
    private int _rows;
    private int _holders = 1;
    private int _measured;
    private (long MinTime, long MaxTime, long MaxReceived) _ranges = (long.MaxValue, long.MinValue, long.MinValue);

    public HotChunk(TableSchema schema)
    {
        Schema = schema;
        _columns = [.. schema.Columns.Select(column => HotColumn.Create(column, Capacity, _arena))];
        _time = Column<HotValues<long>>(schema.PlaceOf("time"));
        _received = Column<HotValues<long>>(schema.PlaceOf("received"));
    }

    public TableSchema Schema { get; }

    /// <summary>The version of the rules that classified its rows; 0 if none did, or if there are several.</summary>
    public int Rules { get; private set; }

    /// <summary>Rows that readers may see.</summary>
    public int Rows => Volatile.Read(ref _rows);

    public int Free => Capacity - _rows;

    public long Bytes
    {
        get
        {
            var bytes = _arena.Bytes;
            foreach (var column in _columns)
            {
                bytes += column.Bytes;
            }

            return bytes;
        }
    }

    /// <summary>Bytes of its longest value.</summary>
    public int LongestValue => _arena.Longest;

    public HotColumn this[int place] => _columns[place];

    public T Column<T>(int place)
        where T : HotColumn => (T)_columns[place];

    /// <summary>Copies rows of a batch behind the published ones; <see cref="Publish"/> shows them.</summary>
    /// <param name="rules">The version of the rules that classified them.</param>
    public void Append(ColumnBatch batch, RowSelection rows, int rules)
    {
        JoinRules(rules);
        for (var place = 0; place < _columns.Length; place++)
        {
            var source = batch[place];
            if (source.Count > 0)
            {
                _columns[place].Append(source, rows, _rows);
            }
        }
    }

    /// <summary>Whether rows may lie in a range of time and have arrived at or after a moment, both microseconds since 1970.</summary>
    /// <remarks>Who asks holds the store's lock. The ranges are worked out here and not when rows come, so that only questions pay for them.</remarks>
    public bool MayHold(long from, long to, long since)
    {
        for (; _measured < _rows; _measured++)
        {
            var time = _time[_measured];
            _ranges = (Math.Min(_ranges.MinTime, time), Math.Max(_ranges.MaxTime, time), Math.Max(_ranges.MaxReceived, _received[_measured]));
        }

        return _ranges.MaxTime >= from && _ranges.MinTime < to && _ranges.MaxReceived >= since;
    }

    /// <summary>Copies rows of another chunk behind the published ones.</summary>
    /// <param name="kept">Their numbers, counted from <paramref name="first"/>.</param>
    public void AppendKept(HotChunk source, ReadOnlySpan<int> kept, int first)
    {
        JoinRules(source.Rules);
        for (var place = 0; place < _columns.Length; place++)
        {
            if (source._columns[place].Filled > 0)
            {
                _columns[place].AppendKept(source._columns[place], kept, first, _rows);
            }
        }
    }

    private void JoinRules(int rules) => Rules = _rows == 0 || Rules == rules ? rules : 0;

    public void Publish(int count) => Volatile.Write(ref _rows, _rows + count);

    public void Hold() => Interlocked.Increment(ref _holders);

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) > 0)
        {
            return;
        }

        foreach (var column in _columns)
        {
            column.Dispose();
        }

        _arena.Dispose();
    }
}
