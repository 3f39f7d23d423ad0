using System.Globalization;
using Cistern.Formats.Columns;

namespace Cistern.Store.Embedded.Engines;

/// <summary>The SQL that joins what a snapshot holds of a table: rows in memory and segment files, under the names that users know.</summary>
internal static class TableSql
{
    /// <summary>All columns as they are stored.</summary>
    /// <param name="hot">The number of the rows in memory in the <see cref="ScanRegistry"/>; null if there are none.</param>
    public static string Stored(TableSchema schema, long? hot, IReadOnlyList<string> files)
    {
        var columns = string.Join(", ", schema.Columns.Select(column => Quote(column.Name)));
        List<string> parts = [];
        if (hot is { } number || files.Count == 0)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"SELECT {columns} FROM {ScanRegistry.FunctionName}({hot ?? 0})"));
        }

        if (files.Count > 0)
        {
            parts.Add($"SELECT {columns} FROM read_parquet([{string.Join(", ", files.Select(Literal))}])");
        }

        return string.Join(" UNION ALL ", parts);
    }

    /// <summary>The columns that a user sees.</summary>
    public static string Visible(TableSchema schema, string stored) =>
        $"SELECT {string.Join(", ", schema.Columns.Select(Expression).OfType<string>())} FROM ({stored})";

    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

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
