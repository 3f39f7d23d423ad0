using System.Globalization;
using Cistern.DuckDb.Native;

namespace Cistern.DuckDb;

/// <summary>Boxes values of any type, as <see cref="VectorReader.GetValue"/> describes.</summary>
internal static class VectorValues
{
    public static object? Box(in VectorReader vector, int row) => vector.IsNull(row) ? null : vector.Type.Id switch
    {
        DuckDbTypeId.SqlNull => null,
        DuckDbTypeId.Boolean => vector.Get<byte>(row) != 0,
        DuckDbTypeId.TinyInt => (long)vector.Get<sbyte>(row),
        DuckDbTypeId.SmallInt => (long)vector.Get<short>(row),
        DuckDbTypeId.Integer => (long)vector.Get<int>(row),
        DuckDbTypeId.BigInt => vector.Get<long>(row),
        DuckDbTypeId.UTinyInt => (long)vector.Get<byte>(row),
        DuckDbTypeId.USmallInt => (long)vector.Get<ushort>(row),
        DuckDbTypeId.UInteger => (long)vector.Get<uint>(row),
        DuckDbTypeId.UBigInt => BoxInteger(vector.Get<ulong>(row)),
        DuckDbTypeId.HugeInt => vector.Get<Int128>(row),
        DuckDbTypeId.UHugeInt => BoxHugeInteger(vector.Get<UInt128>(row)),
        DuckDbTypeId.Float => (double)vector.Get<float>(row),
        DuckDbTypeId.Double => vector.Get<double>(row),
        DuckDbTypeId.Decimal => BoxDecimal(vector, row),
        DuckDbTypeId.Varchar => vector.GetText(row),
        DuckDbTypeId.Blob => vector.GetBytes(row).ToArray(),
        DuckDbTypeId.Enum => vector.Type.EnumTexts[EnumNumber(vector, row)],
        DuckDbTypeId.Uuid => UuidText(vector.Get<UInt128>(row)),
        DuckDbTypeId.Interval => IntervalText.Of(vector.Get<NativeInterval>(row)),
        DuckDbTypeId.List or DuckDbTypeId.Array => BoxList(vector, row),
        DuckDbTypeId.Struct => BoxStruct(vector, row),
        DuckDbTypeId.Map => BoxMap(vector, row),
        _ when TimeValues.Handles(vector.Type.Id) => TimeValues.Box(vector, row),
        _ => throw new NotSupportedException($"cannot read a value of type {vector.Type}; cast it to VARCHAR in the statement"),
    };

    private static object BoxInteger(ulong value)
    {
        var (narrow, wide) = ((long)value, (Int128)value);
        return narrow >= 0 ? narrow : (object)wide;
    }

    private static object BoxHugeInteger(UInt128 value) =>
        value <= (UInt128)Int128.MaxValue ? (Int128)value : value.ToString(CultureInfo.InvariantCulture);

    private static object BoxDecimal(in VectorReader vector, int row)
    {
        var unscaled = vector.Type.ValueSize switch
        {
            2 => vector.Get<short>(row),
            4 => vector.Get<int>(row),
            8 => vector.Get<long>(row),
            _ => vector.Get<Int128>(row),
        };
        return DecimalText.Box(unscaled, vector.Type.Width, vector.Type.Scale);
    }

    private static int EnumNumber(in VectorReader vector, int row) => vector.Type.ValueSize switch
    {
        1 => vector.Get<byte>(row),
        2 => vector.Get<ushort>(row),
        _ => (int)vector.Get<uint>(row),
    };

    // The highest bit is flipped, so that signed comparison orders UUIDs as their text does.
    private static string UuidText(UInt128 value)
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, value ^ (UInt128.One << 127));
        return new Guid(bytes, bigEndian: true).ToString();
    }

    private static object?[] BoxList(in VectorReader vector, int row)
    {
        var child = vector.Child;
        var (offset, length) = vector.Elements(row).GetOffsetAndLength(child.Count);
        var values = new object?[length];
        for (var index = 0; index < length; index++)
        {
            values[index] = Box(child, offset + index);
        }

        return values;
    }

    private static KeyValuePair<string, object?>[] BoxStruct(in VectorReader vector, int row)
    {
        var fields = new KeyValuePair<string, object?>[vector.Type.Fields.Count];
        for (var place = 0; place < fields.Length; place++)
        {
            fields[place] = KeyValuePair.Create(vector.Type.Fields[place].Name, Box(vector.Field(place), row));
        }

        return fields;
    }

    private static KeyValuePair<string, object?>[] BoxMap(in VectorReader vector, int row)
    {
        var entries = vector.Child;
        var (keys, values) = (entries.Field(0), entries.Field(1));
        var (offset, length) = vector.Elements(row).GetOffsetAndLength(entries.Count);
        var pairs = new KeyValuePair<string, object?>[length];
        for (var index = 0; index < length; index++)
        {
            pairs[index] = KeyValuePair.Create(KeyText(keys, offset + index), Box(values, offset + index));
        }

        return pairs;
    }

    private static string KeyText(in VectorReader keys, int row) =>
        keys.Type.Id == DuckDbTypeId.Varchar ? keys.GetText(row) : Convert.ToString(Box(keys, row), CultureInfo.InvariantCulture) ?? "";
}
