namespace Cistern.Formats.Columns;

/// <summary>Fixed-size nullable values: <c>byte</c> for Boolean, <c>int</c>, <c>long</c> (also Timestamp), <c>double</c>.</summary>
public sealed class ValueColumn<T>(ColumnSpec spec) : Column(spec)
    where T : unmanaged
{
    private T[] _values = [];
    private ulong[] _valid = [];

    public override long Bytes => (long)Count * System.Runtime.CompilerServices.Unsafe.SizeOf<T>();

    /// <summary>The first <see cref="Column.Count"/> values; a NULL's is the default.</summary>
    public ReadOnlySpan<T> Values => _values.AsSpan(0, Count);

    /// <summary>One bit a row, set where a value is; DuckDB's layout of validity.</summary>
    public ReadOnlySpan<ulong> Valid => _valid.AsSpan(0, (Count + 63) >> 6);

    public bool IsNull(int row) => row >= Count || (_valid[row >> 6] & (1UL << (row & 63))) == 0;

    public T? this[int row] => IsNull(row) ? null : _values[row];

    /// <summary>Sets the value of a row that has none yet; rows are set in ascending order.</summary>
    public void Set(int row, T value)
    {
        if (row >= _values.Length)
        {
            Grow(row + 1);
        }

        if (row > Count)
        {
            _values.AsSpan(Count, row - Count).Clear();
        }

        _values[row] = value;
        _valid[row >> 6] |= 1UL << (row & 63);
        Count = row + 1;
    }

    internal override void Truncate(int rows)
    {
        if (rows >= Count)
        {
            return;
        }

        // Bits past the count stay zero, so that Set only ever has to set its own.
        var word = rows >> 6;
        _valid[word] &= (1UL << (rows & 63)) - 1;
        _valid.AsSpan(word + 1, ((Count + 63) >> 6) - word - 1 is var tail and > 0 ? tail : 0).Clear();
        Count = rows;
    }

    private void Grow(int rows)
    {
        var capacity = Math.Max(256, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)rows));
        Array.Resize(ref _values, capacity);
        Array.Resize(ref _valid, (capacity + 63) >> 6);
    }
}
