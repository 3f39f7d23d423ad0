using System.Runtime.CompilerServices;
using System.Text;
using Cistern.DuckDb.Native;

namespace Cistern.DuckDb;

/// <summary>The values of one column of a chunk, or of the parts inside it.</summary>
/// <remarks>Points into DuckDB's memory: good until the next chunk is asked for or the result disposed.</remarks>
public readonly unsafe struct VectorReader
{
    private readonly nint _vector;
    private readonly byte* _data;
    private readonly ulong* _validity;

    internal VectorReader(nint vector, DuckDbType type, int count)
    {
        _vector = vector;
        Type = type;
        Count = count;
        _data = (byte*)Api.VectorData(vector);
        _validity = Api.VectorValidity(vector);
    }

    public DuckDbType Type { get; }

    /// <summary>Values in the vector: rows of the chunk, or elements of all lists together.</summary>
    public int Count { get; }

    /// <summary>The elements of a LIST, ARRAY or MAP, those of all rows behind each other; <see cref="Elements"/> says which are a row's.</summary>
    public VectorReader Child => Type.Id switch
    {
        DuckDbTypeId.List or DuckDbTypeId.Map => new VectorReader(Api.ListChild(_vector), Type.Child!, (int)Api.ListSize(_vector)),
        DuckDbTypeId.Array => new VectorReader(Api.ArrayChild(_vector), Type.Child!, Count * Type.ArraySize),
        _ => throw new InvalidOperationException($"a value of type {Type} has no elements"),
    };

    public bool IsNull(int row) => _validity != null && (_validity[CheckRow(row) >> 6] & (1UL << (row & 63))) == 0;

    /// <summary>A value as it lies in memory; what a NULL leaves there means nothing.</summary>
    /// <typeparam name="T">As wide as the type: <c>long</c> for BIGINT and the timestamps, <c>Int128</c> for HUGEINT, …</typeparam>
    public T Get<T>(int row)
        where T : unmanaged
    {
        if (sizeof(T) != Type.ValueSize)
        {
            throw new InvalidOperationException($"a value of type {Type} has {Type.ValueSize} bytes; {typeof(T).Name} has {sizeof(T)}");
        }

        return Unsafe.ReadUnaligned<T>(_data + ((long)CheckRow(row) * sizeof(T)));
    }

    /// <summary>The bytes of a VARCHAR (UTF-8) or BLOB; empty for NULL.</summary>
    public ReadOnlySpan<byte> GetBytes(int row)
    {
        if (Type.Id is not (DuckDbTypeId.Varchar or DuckDbTypeId.Blob))
        {
            throw new InvalidOperationException($"a value of type {Type} is not held as bytes");
        }

        return IsNull(row) ? default : DuckDbString.BytesOf((DuckDbString*)_data + CheckRow(row));
    }

    /// <summary>The text of a VARCHAR; empty for NULL.</summary>
    public string GetText(int row) => Encoding.UTF8.GetString(GetBytes(row));

    /// <summary>A part of a STRUCT.</summary>
    public VectorReader Field(int place) => new(Api.StructChild(_vector, (ulong)place), Type.Fields[place].Type, Count);

    /// <summary>Which elements of <see cref="Child"/> are those of a row; none for NULL.</summary>
    public Range Elements(int row)
    {
        if (IsNull(row))
        {
            return default;
        }

        if (Type.Id == DuckDbTypeId.Array)
        {
            return (CheckRow(row) * Type.ArraySize)..((row + 1) * Type.ArraySize);
        }

        // duckdb_list_entry: where the elements begin, and how many they are.
        var entry = Get<(ulong Offset, ulong Length)>(row);
        return (int)entry.Offset..(int)(entry.Offset + entry.Length);
    }

    /// <summary>The value as an object.</summary>
    /// <remarks>
    /// NULL is null. Integers are <c>long</c>, those beyond it <see cref="Int128"/> (UHUGEINT beyond that text); FLOAT and DOUBLE are
    /// <c>double</c>; DECIMAL is <c>decimal</c> up to 28 digits, else text; timestamps are <see cref="DateTimeOffset"/> in UTC, DATE is
    /// <see cref="DateOnly"/>, TIME is <see cref="TimeOnly"/>, each as text where the .NET type does not reach (<c>infinity</c>, <c>24:00:00</c>);
    /// BLOB is <c>byte[]</c>; VARCHAR, ENUM, UUID, INTERVAL and TIME WITH TIME ZONE are text; LIST and ARRAY are lists, STRUCT and MAP lists of pairs.
    /// </remarks>
    /// <exception cref="NotSupportedException">The type has no such form; cast it to VARCHAR in the statement.</exception>
    public object? GetValue(int row) => VectorValues.Box(this, row);

    private int CheckRow(int row) => (uint)row < (uint)Count
        ? row
        : throw new ArgumentOutOfRangeException(nameof(row), row, $"the vector has {Count} values");
}
