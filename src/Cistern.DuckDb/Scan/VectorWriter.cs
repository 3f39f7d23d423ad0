using Cistern.DuckDb.Native;

namespace Cistern.DuckDb;

/// <summary>The entries of one row in a map: where they begin among all entries, and how many they are.</summary>
public readonly record struct DuckDbListEntry(ulong Offset, ulong Length);

/// <summary>A vector that a scan fills: values in place, or one value for all rows of the chunk.</summary>
/// <remarks>Spans point into DuckDB's memory; those of a map's entries end at the next <see cref="ReserveEntries"/>.</remarks>
public readonly unsafe ref struct VectorWriter
{
    internal const int StandardCapacity = 2048;

    private readonly nint _vector;
    private readonly ScanType _type;

    internal VectorWriter(nint vector, ScanType type, int capacity)
    {
        _vector = vector;
        _type = type;
        Capacity = capacity;
    }

    /// <summary>How many values there is room for.</summary>
    public int Capacity { get; }

    public DuckDbScanType Type => _type.Type;

    /// <summary>The keys of all entries of a map.</summary>
    public VectorWriter MapKeys => new(EntryVector(0), _type.Key!, EntryCapacity);

    /// <summary>The values of all entries of a map.</summary>
    public VectorWriter MapValues => new(EntryVector(1), _type.Value!, EntryCapacity);

    // The size of the list as set, which ReserveEntries makes the room as well.
    private int EntryCapacity => (int)Api.ListSize(_vector);

    /// <summary>Room for the values: <c>byte</c> or <c>bool</c>, <c>int</c>, <c>long</c>, <c>double</c>.</summary>
    public Span<T> Values<T>()
        where T : unmanaged
    {
        _type.RequireSize(sizeof(T));
        return new Span<T>(Api.VectorData(_vector), Capacity);
    }

    /// <summary>Room for the texts of a VARCHAR or the bytes of a BLOB.</summary>
    public Span<DuckDbString> Strings()
    {
        _type.RequireText();
        return new Span<DuckDbString>(Api.VectorData(_vector), Capacity);
    }

    /// <summary>One bit a row, set where a value is. All are set at first; a vector that was never asked has no NULL.</summary>
    public Span<ulong> EnsureValidity()
    {
        Api.EnsureValidityWritable(_vector);
        return new Span<ulong>(Api.VectorValidity(_vector), (Capacity + 63) >> 6);
    }

    /// <summary>Makes all rows NULL. The vector takes no values afterwards.</summary>
    public void SetAllNull() => Api.ReferenceValue(_vector, _type.Null);

    /// <summary>Makes all rows the empty text, bytes or map. The vector takes no values afterwards.</summary>
    public void SetAllEmpty() => Api.ReferenceValue(_vector, _type.Empty ?? throw new InvalidOperationException($"a {Type} cannot be empty"));

    /// <summary>Makes all rows the same text or bytes, copied. The vector takes no values afterwards.</summary>
    public void SetConstantText(ReadOnlySpan<byte> value)
    {
        _type.RequireText();
        var constant = ScanType.CreateText(Type, value);
        Api.ReferenceValue(_vector, constant);
        Api.DestroyValue(ref constant);
    }

    /// <summary>Where the entries of each row of a map lie.</summary>
    public Span<DuckDbListEntry> MapRows()
    {
        _type.RequireMap();
        return new Span<DuckDbListEntry>(Api.VectorData(_vector), Capacity);
    }

    /// <summary>Says how many entries all rows of a map have together, and makes room for them.</summary>
    public void ReserveEntries(int entries)
    {
        _type.RequireMap();
        if (Api.ListReserve(_vector, (ulong)entries) != NativeState.Success || Api.SetListSize(_vector, (ulong)entries) != NativeState.Success)
        {
            throw new InsufficientMemoryException($"cannot make room for {entries} map entries");
        }
    }

    private nint EntryVector(ulong place)
    {
        _type.RequireMap();
        return Api.StructChild(Api.ListChild(_vector), place);
    }
}
