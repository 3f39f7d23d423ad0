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
    private int _rows;
    private int _holders = 1;

    public HotChunk(TableSchema schema)
    {
        Schema = schema;
        _columns = [.. schema.Columns.Select(column => HotColumn.Create(column, Capacity, _arena))];
    }

    public TableSchema Schema { get; }

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
    public void Append(ColumnBatch batch, RowSelection rows)
    {
        for (var place = 0; place < _columns.Length; place++)
        {
            var source = batch[place];
            if (source.Count > 0)
            {
                _columns[place].Append(source, rows, _rows);
            }
        }
    }

    /// <summary>Copies rows of another chunk behind the published ones.</summary>
    /// <param name="kept">Their numbers, counted from <paramref name="first"/>.</param>
    public void AppendKept(HotChunk source, ReadOnlySpan<int> kept, int first)
    {
        for (var place = 0; place < _columns.Length; place++)
        {
            if (source._columns[place].Filled > 0)
            {
                _columns[place].AppendKept(source._columns[place], kept, first, _rows);
            }
        }
    }

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
