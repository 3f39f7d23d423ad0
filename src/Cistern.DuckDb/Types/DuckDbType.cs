using Cistern.DuckDb.Native;

namespace Cistern.DuckDb;

/// <summary>A named part of a STRUCT.</summary>
public sealed record DuckDbField(string Name, DuckDbType Type);

/// <summary>The type of a column: an id, and the parts of a type that has parts.</summary>
public sealed record DuckDbType
{
    private DuckDbType(DuckDbTypeId id) => Id = id;

    public DuckDbTypeId Id { get; }

    /// <summary>The name that a type was given on top of its id, as <c>JSON</c> on VARCHAR; empty for none.</summary>
    public string Alias { get; private init; } = "";

    /// <summary>Digits of a DECIMAL.</summary>
    public int Width { get; private init; }

    /// <summary>Digits behind the point of a DECIMAL.</summary>
    public int Scale { get; private init; }

    /// <summary>Elements of each value of an ARRAY.</summary>
    public int ArraySize { get; private init; }

    /// <summary>The elements of a LIST or ARRAY; of a MAP a STRUCT of <c>key</c> and <c>value</c>, which is how it is held.</summary>
    public DuckDbType? Child { get; private init; }

    /// <summary>The parts of a STRUCT.</summary>
    public IReadOnlyList<DuckDbField> Fields { get; private init; } = [];

    /// <summary>The texts of an ENUM, by number.</summary>
    public IReadOnlyList<string> EnumTexts { get; private init; } = [];

    /// <summary>Bytes of one value in a vector; 0 where values lie in child vectors only.</summary>
    public int ValueSize => Id switch
    {
        DuckDbTypeId.Boolean or DuckDbTypeId.TinyInt or DuckDbTypeId.UTinyInt => 1,
        DuckDbTypeId.SmallInt or DuckDbTypeId.USmallInt => 2,
        DuckDbTypeId.Integer or DuckDbTypeId.UInteger or DuckDbTypeId.Float or DuckDbTypeId.Date => 4,
        DuckDbTypeId.BigInt or DuckDbTypeId.UBigInt or DuckDbTypeId.Double or DuckDbTypeId.Time or DuckDbTypeId.TimeTz or DuckDbTypeId.TimeNs
            or DuckDbTypeId.Timestamp or DuckDbTypeId.TimestampS or DuckDbTypeId.TimestampMs or DuckDbTypeId.TimestampNs or DuckDbTypeId.TimestampTz => 8,
        DuckDbTypeId.HugeInt or DuckDbTypeId.UHugeInt or DuckDbTypeId.Uuid or DuckDbTypeId.Interval or DuckDbTypeId.Varchar or DuckDbTypeId.Blob
            or DuckDbTypeId.List or DuckDbTypeId.Map => 16,
        DuckDbTypeId.Decimal => Width switch { <= 4 => 2, <= 9 => 4, <= 18 => 8, _ => 16 },
        DuckDbTypeId.Enum => EnumTexts.Count switch { <= byte.MaxValue => 1, <= ushort.MaxValue => 2, _ => 4 },
        _ => 0,
    };

    /// <summary>The type as SQL names it.</summary>
    public override string ToString() => Id switch
    {
        _ when Alias.Length > 0 => Alias,
        DuckDbTypeId.Decimal => $"DECIMAL({Width},{Scale})",
        DuckDbTypeId.List => $"{Child}[]",
        DuckDbTypeId.Array => $"{Child}[{ArraySize}]",
        DuckDbTypeId.Map => $"MAP({Child!.Fields[0].Type}, {Child.Fields[1].Type})",
        DuckDbTypeId.Struct => $"STRUCT({string.Join(", ", Fields.Select(field => $"{DuckDbSql.Identifier(field.Name)} {field.Type}"))})",
        DuckDbTypeId.TimestampS => "TIMESTAMP_S",
        DuckDbTypeId.TimestampMs => "TIMESTAMP_MS",
        DuckDbTypeId.TimestampNs => "TIMESTAMP_NS",
        DuckDbTypeId.TimestampTz => "TIMESTAMP WITH TIME ZONE",
        DuckDbTypeId.TimeTz => "TIME WITH TIME ZONE",
        DuckDbTypeId.TimeNs => "TIME_NS",
        _ => Id.ToString().ToUpperInvariant(),
    };

    /// <summary>Reads a type with all its parts, and frees it.</summary>
    internal static DuckDbType Take(LogicalTypeHandle handle)
    {
        using (handle)
        {
            return Read(handle) with { Alias = Utf8.TakeOwned(Api.OwnedTypeAlias(handle)) };
        }
    }

    private static DuckDbType Read(LogicalTypeHandle handle)
    {
        var id = Api.TypeId(handle);
        return id switch
        {
            DuckDbTypeId.Decimal => new DuckDbType(id) { Width = Api.DecimalWidth(handle), Scale = Api.DecimalScale(handle) },
            DuckDbTypeId.Enum => new DuckDbType(id) { EnumTexts = ReadEnumTexts(handle) },
            DuckDbTypeId.List => new DuckDbType(id) { Child = Take(Api.ListChildType(handle)) },
            DuckDbTypeId.Array => new DuckDbType(id) { Child = Take(Api.ArrayChildType(handle)), ArraySize = (int)Api.ArraySize(handle) },
            DuckDbTypeId.Map => new DuckDbType(id) { Child = ReadMapEntry(handle) },
            DuckDbTypeId.Struct => new DuckDbType(id) { Fields = ReadFields(handle) },
            _ => new DuckDbType(id),
        };
    }

    private static DuckDbType ReadMapEntry(LogicalTypeHandle map) => new(DuckDbTypeId.Struct)
    {
        Fields = [new DuckDbField("key", Take(Api.MapKeyType(map))), new DuckDbField("value", Take(Api.MapValueType(map)))],
    };

    private static DuckDbField[] ReadFields(LogicalTypeHandle handle)
    {
        var fields = new DuckDbField[Api.StructChildCount(handle)];
        for (var place = 0; place < fields.Length; place++)
        {
            var name = Utf8.TakeOwned(Api.OwnedStructChildName(handle, (ulong)place));
            fields[place] = new DuckDbField(name, Take(Api.StructChildType(handle, (ulong)place)));
        }

        return fields;
    }

    private static string[] ReadEnumTexts(LogicalTypeHandle handle)
    {
        var texts = new string[Api.EnumSize(handle)];
        for (var number = 0; number < texts.Length; number++)
        {
            texts[number] = Utf8.TakeOwned(Api.OwnedEnumText(handle, (ulong)number));
        }

        return texts;
    }
}
