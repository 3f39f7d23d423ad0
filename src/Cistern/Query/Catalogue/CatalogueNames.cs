namespace Cistern.Query.Catalogue;

/// <summary>How units and kinds are written in answers. A name that was published never changes.</summary>
internal static class CatalogueNames
{
    public static string Of(Unit unit) => unit switch
    {
        Unit.Requests => "requests",
        Unit.Rows => "rows",
        Unit.Bytes => "bytes",
        Unit.Seconds => "seconds",
        Unit.Ratio => "ratio",
        Unit.Deliveries => "deliveries",
        Unit.Records => "records",
        Unit.Values => "values",
        Unit.Events => "events",
        Unit.Time => "time",
        Unit.Metric => "metric",
        Unit.Samples => "samples",
    };

    public static string Of(FieldKind kind) => kind switch
    {
        FieldKind.Boolean => "boolean",
        FieldKind.Integer => "integer",
        FieldKind.Number => "number",
        FieldKind.Time => "time",
        FieldKind.Text => "text",
        FieldKind.Bytes => "bytes",
        FieldKind.TextMap or FieldKind.NumberMap => "map",
    };
}
