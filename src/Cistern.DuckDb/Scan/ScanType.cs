using Cistern.DuckDb.Native;

namespace Cistern.DuckDb;

/// <summary>A scan type with DuckDB's objects for it: the logical type, and the values for vectors that are constant.</summary>
internal sealed unsafe class ScanType : IDisposable
{
    private readonly int _valueSize;

    public ScanType(DuckDbScanType type, ScanType? key = null, ScanType? value = null)
    {
        (Type, Key, Value) = (type, key, value);
        _valueSize = SizeOf(type);
        Logical = CreateLogical();
        Null = CreateNull();
        Empty = CreateEmpty();
    }

    public DuckDbScanType Type { get; }

    public ScanType? Key { get; }

    public ScanType? Value { get; }

    public LogicalTypeHandle Logical { get; }

    public ValueHandle Null { get; }

    /// <summary>The empty text, bytes or map; null for a type that has no such value.</summary>
    public ValueHandle? Empty { get; }

    private bool IsText => Type is DuckDbScanType.Varchar or DuckDbScanType.Blob;

    /// <summary>A value that the caller destroys: without a handle, since one is made for each chunk.</summary>
    public static nint CreateText(DuckDbScanType type, ReadOnlySpan<byte> value)
    {
        // The library takes a null pointer for a fault, also where the length is 0.
        fixed (byte* data = value.IsEmpty ? "\0"u8 : value)
        {
            return type == DuckDbScanType.Blob ? Api.CreateBlob(data, (ulong)value.Length) : Api.CreateText(data, (ulong)value.Length);
        }
    }

    public void RequireSize(int bytes)
    {
        if (bytes != _valueSize)
        {
            throw Mismatch($"values of {bytes} bytes");
        }
    }

    public void RequireText()
    {
        if (!IsText)
        {
            throw Mismatch("texts");
        }
    }

    public void RequireMap()
    {
        if (Key is null)
        {
            throw Mismatch("map entries");
        }
    }

    public void Dispose()
    {
        Logical.Dispose();
        Null.Dispose();
        Empty?.Dispose();
    }

    private InvalidOperationException Mismatch(string what) => new($"a vector of type {Type} does not hold {what}");

    // Texts and maps have accessors of their own: no value has their size.
    private static int SizeOf(DuckDbScanType type) => type switch
    {
        DuckDbScanType.Boolean => sizeof(byte),
        DuckDbScanType.Int32 => sizeof(int),
        DuckDbScanType.Int64 or DuckDbScanType.Timestamp => sizeof(long),
        DuckDbScanType.Double => sizeof(double),
        DuckDbScanType.Varchar or DuckDbScanType.Blob or DuckDbScanType.MapVarcharVarchar or DuckDbScanType.MapVarcharDouble => 0,
    };

    private LogicalTypeHandle CreateLogical() => Type switch
    {
        DuckDbScanType.Boolean => Api.CreateLogicalType(DuckDbTypeId.Boolean),
        DuckDbScanType.Int32 => Api.CreateLogicalType(DuckDbTypeId.Integer),
        DuckDbScanType.Int64 => Api.CreateLogicalType(DuckDbTypeId.BigInt),
        DuckDbScanType.Double => Api.CreateLogicalType(DuckDbTypeId.Double),
        DuckDbScanType.Timestamp => Api.CreateLogicalType(DuckDbTypeId.Timestamp),
        DuckDbScanType.Varchar => Api.CreateLogicalType(DuckDbTypeId.Varchar),
        DuckDbScanType.Blob => Api.CreateLogicalType(DuckDbTypeId.Blob),
        DuckDbScanType.MapVarcharVarchar or DuckDbScanType.MapVarcharDouble => Api.CreateMapType(Key!.Logical, Value!.Logical),
    };

    // A constant vector takes over the type of its value, so that NULL needs the column's. The library makes only an untyped NULL,
    // but casts it when it becomes the element of a list.
    private ValueHandle CreateNull()
    {
        using var untyped = Api.CreateNull();
        var element = untyped.DangerousGetHandle();
        using var list = Api.CreateList(Logical, &element, 1);
        return Api.ListValueChild(list, 0);
    }

    private ValueHandle? CreateEmpty() => Type switch
    {
        DuckDbScanType.Varchar or DuckDbScanType.Blob => new ValueHandle(CreateText(Type, default)),
        DuckDbScanType.MapVarcharVarchar or DuckDbScanType.MapVarcharDouble => CreateEmptyMap(),
        _ => null,
    };

    private ValueHandle CreateEmptyMap()
    {
        nint none = 0;
        return Api.CreateMap(Logical, &none, &none, 0);
    }
}
