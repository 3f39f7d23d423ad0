using Cistern.DuckDb;
using Cistern.Formats.Columns;

namespace Cistern.Store.Embedded.Hot;

/// <summary>One column of a <see cref="HotChunk"/>: values in native memory, laid out as DuckDB's vectors are.</summary>
/// <remarks>
/// One writer, many readers. Rows before the chunk's published count never change, memory is neither moved nor freed before the chunk
/// is, and <see cref="Filled"/> is written after the values that it covers: so readers need no lock.
/// </remarks>
internal abstract class HotColumn : IDisposable
{
    private int _filled;

    /// <summary>Rows that are filled in; the rows behind it are empty or NULL. Zero for a column that never had a value.</summary>
    public int Filled
    {
        get => Volatile.Read(ref _filled);
        protected set => Volatile.Write(ref _filled, value);
    }

    /// <summary>Bytes that the column has taken for values (the arena of long strings is counted by the chunk).</summary>
    public abstract long Bytes { get; }

    /// <summary>Appends the rows of <paramref name="source"/> that <paramref name="rows"/> names, so that the first lands on <paramref name="at"/>.</summary>
    public abstract void Append(Column source, RowSelection rows, int at);

    /// <summary>Appends rows of another column of the same kind, so that the first lands on <paramref name="at"/>.</summary>
    /// <param name="kept">Their numbers, counted from <paramref name="first"/>.</param>
    public abstract void AppendKept(HotColumn source, ReadOnlySpan<int> kept, int first, int at);

    /// <summary>Writes rows <paramref name="start"/> to <paramref name="start"/> + <paramref name="count"/> into a vector.</summary>
    public abstract void Read(VectorWriter vector, int start, int count);

    public abstract void Dispose();

    public static HotColumn Create(ColumnSpec spec, int capacity, NativeArena arena) => spec.Type switch
    {
        ColumnType.Boolean => new HotValues<byte>(capacity),
        ColumnType.Int32 => new HotValues<int>(capacity),
        ColumnType.Int64 or ColumnType.Timestamp => new HotValues<long>(capacity),
        ColumnType.Double => new HotValues<double>(capacity),
        ColumnType.Text or ColumnType.Blob => new HotText(capacity, arena),
        ColumnType.TextMap or ColumnType.DoubleMap => new HotMap(spec, capacity, arena),
    };
}

/// <summary>Rows of a batch that go to a chunk.</summary>
/// <param name="start">The first row, or the first place in <paramref name="kept"/>.</param>
/// <param name="count">How many.</param>
/// <param name="kept">Row numbers, in order, of which <paramref name="count"/> are taken from <paramref name="start"/> on; empty takes a run of rows.</param>
internal readonly ref struct RowSelection(int start, int count, ReadOnlySpan<int> kept)
{
    private readonly ReadOnlySpan<int> _kept = kept;
    private readonly bool _all = kept.IsEmpty;

    public int Start { get; } = start;

    public int Count { get; } = count;

    /// <summary>The selection is one run of rows.</summary>
    public bool IsRun => _all;

    public int this[int place] => _all ? Start + place : _kept[Start + place];
}
