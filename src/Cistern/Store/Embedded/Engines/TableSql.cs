using System.Globalization;
using Cistern.Formats;
using Cistern.Formats.Columns;

namespace Cistern.Store.Embedded.Engines;

/// <summary>The SQL that joins what a snapshot holds of a table: rows in memory and segment files, under the names that users know.</summary>
internal static class TableSql
{
    /// <summary>All columns as they are stored; a file of an older version has empty values in the columns that came later.</summary>
    /// <param name="hot">The number of the rows in memory in the <see cref="ScanRegistry"/>; null if there are none.</param>
    public static string Stored(TableSchema schema, long? hot, IReadOnlyList<Segment> files)
    {
        List<string> parts = [];
        if (hot is { } number || files.Count == 0)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"SELECT {Columns(schema, Tables.Version)} FROM {ScanRegistry.FunctionName}({hot ?? 0})"));
        }

        parts.AddRange(files.GroupBy(file => VersionOf(schema, file.Info.Schema)).Select(alike =>
            $"SELECT {Columns(schema, alike.Key)} FROM read_parquet([{string.Join(", ", alike.Select(file => Literal(file.Path)))}])"));
        return string.Join(" UNION ALL ", parts);
    }

    /// <summary>The columns that a user sees.</summary>
    public static string Visible(TableSchema schema, string stored) =>
        $"SELECT {string.Join(", ", schema.Columns.Select(Expression).OfType<string>())} FROM ({stored})";

    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    // Files of two versions between which the table did not change are read as one.
    private static int VersionOf(TableSchema schema, int version) => schema.Columns.Max(column => column.Since <= version ? column.Since : 1);

    private static string Columns(TableSchema schema, int version) => string.Join(", ", schema.Columns.Select(column =>
        column.Since <= version ? Quote(column.Name) : $"{Empty(column.Type)} AS {Quote(column.Name)}"));

    private static string Empty(ColumnType type) => type switch
    {
        ColumnType.Boolean => "NULL::BOOLEAN",
        ColumnType.Int32 => "NULL::INTEGER",
        ColumnType.Int64 => "NULL::BIGINT",
        ColumnType.Double => "NULL::DOUBLE",
        ColumnType.Timestamp => "NULL::TIMESTAMP",
        ColumnType.Text => "''",
        ColumnType.Blob => "''::BLOB",
        ColumnType.TextMap => "MAP {}::MAP(VARCHAR, VARCHAR)",
        ColumnType.DoubleMap => "MAP {}::MAP(VARCHAR, DOUBLE)",
    };

    // CloudFront writes request ids in the base64-url alphabet with padding; to_base64 writes the other alphabet.
    private static string? Expression(ColumnSpec column) => column.Name switch
    {
        "request_id" when column.Type == ColumnType.Blob =>
            "CASE WHEN octet_length(request_id) > 0 THEN translate(to_base64(request_id), '+/', '-_') ELSE request_id_text END AS request_id",
        "request_id_text" => null,
        "weight" => "coalesce(weight, 1) AS weight",
        var name => Quote(name),
    };
}
