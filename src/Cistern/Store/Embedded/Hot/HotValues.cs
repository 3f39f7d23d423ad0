using System.Runtime.InteropServices;
using Cistern.DuckDb;
using Cistern.Formats.Columns;

namespace Cistern.Store.Embedded.Hot;

/// <summary>Fixed-size nullable values with one validity bit a row.</summary>
internal sealed unsafe class HotValues<T>(int capacity) : HotColumn
    where T : unmanaged
{
    private T* _values;
    private ulong* _valid;

    public T this[int row] => _values[row];

    public override long Bytes => _values is null ? 0 : (long)Filled * sizeof(T);

    /// <summary>Sets one value for many rows: what is the same for a whole delivery.</summary>
    public void Fill(int at, int count, T value)
    {
        Ensure();
        for (var row = at; row < at + count; row++)
        {
            _values[row] = value;
            SetValid(row);
        }

        Filled = at + count;
    }

    public override void Append(Column source, RowSelection rows, int at)
    {
        if (source.Count <= rows[0] && rows.IsRun)
        {
            return;
        }

        var from = (ValueColumn<T>)source;
        var values = from.Values;
        Ensure();
        for (var place = 0; place < rows.Count; place++)
        {
            var row = rows[place];
            if (!from.IsNull(row))
            {
                _values[at + place] = values[row];
                SetValid(at + place);
            }
        }

        Filled = at + rows.Count;
    }

    public override void AppendKept(HotColumn source, ReadOnlySpan<int> kept, int first, int at)
    {
        var from = (HotValues<T>)source;
        Ensure();
        for (var place = 0; place < kept.Length; place++)
        {
            var row = kept[place] - first;
            if (row < from.Filled && from.IsValid(row))
            {
                _values[at + place] = from._values[row];
                SetValid(at + place);
            }
        }

        Filled = at + kept.Length;
    }

    public override void Read(VectorWriter vector, int start, int count)
    {
        var filled = Math.Clamp(Filled - start, 0, count);
        if (filled == 0)
        {
            vector.SetAllNull();
            return;
        }

        new ReadOnlySpan<T>(_values + start, filled).CopyTo(vector.Values<T>());
        var validity = vector.EnsureValidity();
        CopyValidity(validity, start, count);
        if (filled < count)
        {
            ClearValidity(validity, filled, count);
        }
    }

    public override void Dispose()
    {
        NativeMemory.Free(_values);
        NativeMemory.Free(_valid);
        _values = null;
        _valid = null;
    }

    // Long rows are read in runs that begin anywhere in a word.
    private void CopyValidity(Span<ulong> target, int start, int count)
    {
        var (word, shift) = (start >> 6, start & 63);
        var last = (start + count - 1) >> 6;
        for (var place = 0; place < (count + 63) >> 6; place++)
        {
            var high = shift > 0 && word + place < last ? _valid[word + place + 1] << (64 - shift) : 0;
            target[place] = (_valid[word + place] >> shift) | high;
        }
    }

    // A writer may be setting bits of rows behind the reader's snapshot in the same word; those rows are not the reader's.
    private static void ClearValidity(Span<ulong> validity, int from, int to)
    {
        for (var row = from; row < to; row++)
        {
            validity[row >> 6] &= ~(1UL << (row & 63));
        }
    }

    private bool IsValid(int row) => (_valid[row >> 6] & (1UL << (row & 63))) != 0;

    private void SetValid(int row) => _valid[row >> 6] |= 1UL << (row & 63);

    private void Ensure()
    {
        if (_values is null)
        {
            _valid = (ulong*)NativeMemory.AllocZeroed((nuint)((capacity + 63) >> 6), sizeof(ulong));
            _values = (T*)NativeMemory.AllocZeroed((nuint)capacity, (nuint)sizeof(T));
        }
    }
}
