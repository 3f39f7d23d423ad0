using System.Numerics;

namespace Cistern.Formats.Columns;

/// <summary>Maps from text to text or to double: entries behind each other, and where each row's end.</summary>
public sealed class MapColumn : Column
{
    private int[] _ends = [];

    internal MapColumn(ColumnSpec spec, Column values)
        : base(spec)
    {
        Keys = new TextColumn(spec);
        Values = values;
    }

    /// <summary>The key of each entry.</summary>
    public TextColumn Keys { get; }

    /// <summary>The value of each entry: a <see cref="TextColumn"/> or a <see cref="ValueColumn{T}"/> of double.</summary>
    public Column Values { get; }

    public override long Bytes => Keys.Bytes + Values.Bytes + ((long)Count * sizeof(int));

    /// <summary>Entries of all rows.</summary>
    public int EntryCount => Count == 0 ? 0 : _ends[Count - 1];

    /// <summary>The places of a row's entries in <see cref="Keys"/> and <see cref="Values"/>.</summary>
    public Range this[int row] => row >= Count ? 0..0 : (row == 0 ? 0 : _ends[row - 1]).._ends[row];

    /// <summary>Adds an entry to a row; rows are filled in ascending order, keys of one row are distinct (the caller's duty).</summary>
    public void Add(int row, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => ((TextColumn)Values).Set(AddKey(row, key), value);

    /// <inheritdoc cref="Add(int, ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>
    public void Add(int row, ReadOnlySpan<byte> key, double value) => ((ValueColumn<double>)Values).Set(AddKey(row, key), value);

    internal override void Truncate(int rows)
    {
        if (rows >= Count)
        {
            return;
        }

        var entries = rows == 0 ? 0 : _ends[rows - 1];
        Keys.Truncate(entries);
        Values.Truncate(entries);
        Count = rows;
    }

    private int AddKey(int row, ReadOnlySpan<byte> key)
    {
        if (row >= _ends.Length)
        {
            Array.Resize(ref _ends, Math.Max(256, (int)BitOperations.RoundUpToPowerOf2((uint)row + 1)));
        }

        var entry = EntryCount;
        if (row >= Count)
        {
            _ends.AsSpan(Count, row - Count + 1).Fill(entry);
            Count = row + 1;
        }

        Keys.Set(entry, key);
        _ends[row] = entry + 1;
        return entry;
    }
}
