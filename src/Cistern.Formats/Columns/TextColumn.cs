using System.Numerics;

namespace Cistern.Formats.Columns;

/// <summary>Text or bytes: all values behind each other in one buffer, and where each ends.</summary>
public sealed class TextColumn(ColumnSpec spec) : Column(spec)
{
    private byte[] _bytes = [];
    private int[] _ends = [];

    public override long Bytes => Length + ((long)Count * sizeof(int));

    private int Length => Count == 0 ? 0 : _ends[Count - 1];

    /// <summary>The value of a row; empty behind <see cref="Column.Count"/>.</summary>
    public ReadOnlySpan<byte> this[int row]
    {
        get
        {
            if (row >= Count)
            {
                return default;
            }

            var start = row == 0 ? 0 : _ends[row - 1];
            return _bytes.AsSpan(start, _ends[row] - start);
        }
    }

    /// <summary>Sets the value of a row that has none yet; rows are set in ascending order. An empty value may be left out.</summary>
    public void Set(int row, ReadOnlySpan<byte> value)
    {
        var target = Reserve(row, value.Length);
        value.CopyTo(target);
        Commit(row, value.Length);
    }

    /// <summary>Room for a value of up to <paramref name="maxBytes"/> at the end of the buffer; <see cref="Commit"/> makes it the row's.</summary>
    public Span<byte> Reserve(int row, int maxBytes)
    {
        if (row >= _ends.Length)
        {
            Array.Resize(ref _ends, Math.Max(256, (int)BitOperations.RoundUpToPowerOf2((uint)row + 1)));
        }

        var start = Length;
        if (_bytes.Length - start < maxBytes)
        {
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(4096L, Math.Max((long)_bytes.Length * 2, (long)start + maxBytes))));
        }

        return _bytes.AsSpan(start, maxBytes);
    }

    /// <summary>Makes the first <paramref name="bytes"/> of what <see cref="Reserve"/> handed out the value of the row.</summary>
    public void Commit(int row, int bytes)
    {
        var start = Length;
        if (row > Count)
        {
            _ends.AsSpan(Count, row - Count).Fill(start);
        }

        _ends[row] = start + bytes;
        Count = row + 1;
    }

    internal override void Truncate(int rows) => Count = Math.Min(Count, rows);
}
