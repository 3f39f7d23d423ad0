using Cistern.Formats.Columns;
using Cistern.Query.Sql;

namespace Cistern.Query.Catalogue;

/// <summary>What a field holds, as far as filters and answers care. The names are part of <c>/api/catalogue</c>.</summary>
internal enum FieldKind
{
    Boolean = 1,
    Integer = 2,
    Number = 3,
    Time = 4,
    Text = 5,
    Bytes = 6,

    /// <summary>Text under keys: <c>fields.name</c>.</summary>
    TextMap = 7,

    /// <summary>Numbers under keys.</summary>
    NumberMap = 8,
}

/// <summary>Something that rows can be filtered and grouped by: a column, or what is computed from columns.</summary>
/// <param name="Computed">Not a column: left out of <c>/api/rows</c> unless asked for.</param>
internal sealed record QueryField(string Name, FieldKind Kind, string Description, Func<SqlScope, string> Sql, bool Computed = true)
{
    /// <summary>A count, of which <c>field:*</c> asks for more than 0.</summary>
    public bool ZeroIsNothing { get; init; }

    /// <summary>A text read as the number that it may be, NULL for others: what comparisons and ranges of a key's values mean.</summary>
    public QueryField? AsNumber { get; init; }

    /// <summary>Times are grouped by interval and maps by key; bytes are not grouped.</summary>
    public bool IsDimension => Kind is FieldKind.Boolean or FieldKind.Integer or FieldKind.Number or FieldKind.Text;

    public bool IsMap => Kind is FieldKind.TextMap or FieldKind.NumberMap;

    /// <summary>What an answer shows of it.</summary>
    public string Shown(SqlScope scope) => Kind == FieldKind.Bytes ? scope.Dialect.BytesShown(Sql(scope)) : Sql(scope);

    /// <summary>The field under a key of a map, <c>attributes.cloudfront-fields</c>.</summary>
    public QueryField Under(string key) => Kind == FieldKind.TextMap
        ? new($"{Name}.{key}", FieldKind.Text, Description, scope => scope.Dialect.MapText(Sql(scope), scope.Parameter(key)))
        {
            AsNumber = new($"{Name}.{key}", FieldKind.Number, Description, scope => scope.Dialect.Number(scope.Dialect.MapText(Sql(scope), scope.Parameter(key)))),
        }
        : new($"{Name}.{key}", FieldKind.Number, Description, scope => scope.Dialect.MapNumber(Sql(scope), scope.Parameter(key)));

    public static QueryField Column(ColumnSpec column) =>
        new(column.Name, KindOf(column.Type), column.Description, scope => scope.Column(column.Name), Computed: false);

    private static FieldKind KindOf(ColumnType type) => type switch
    {
        ColumnType.Boolean => FieldKind.Boolean,
        ColumnType.Int32 or ColumnType.Int64 => FieldKind.Integer,
        ColumnType.Double => FieldKind.Number,
        ColumnType.Timestamp => FieldKind.Time,
        ColumnType.Text => FieldKind.Text,
        ColumnType.Blob => FieldKind.Bytes,
        ColumnType.TextMap => FieldKind.TextMap,
        ColumnType.DoubleMap => FieldKind.NumberMap,
    };
}
