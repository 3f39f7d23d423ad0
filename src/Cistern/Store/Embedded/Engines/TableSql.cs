using System.Globalization;
using Cistern.Formats;
using Cistern.Formats.Columns;

namespace Cistern.Store.Embedded.Engines;

/// <summary>The SQL that joins what a snapshot holds of a table: rows in memory and segment files, under the names that users know.</summary>
internal static class TableSql
{
    /// <summary>How the error begins that a text is too long.</summary>
    public const string TooLong = "text too long: ";

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

    /// <summary>Some stored columns of one file, in the order of its rows.</summary>
    public static string Picked(TableSchema schema, Segment file, IEnumerable<int> places) =>
        $"SELECT {string.Join(", ", places.Select(place => Column(schema.Columns[place], file.Info.Schema)))} FROM read_parquet({Literal(file.Path)})";

    /// <summary>All stored columns of one file; some of them, named by their places, come row by row from what stands in the <see cref="ScanRegistry"/>.</summary>
    public static string Replaced(TableSchema schema, Segment file, long number, IReadOnlyList<int> places)
    {
        var columns = schema.Columns.Select((column, place) => places.Contains(place) ? $"other.{Quote(column.Name)}" : Column(column, file.Info.Schema, "stored."));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT {string.Join(", ", columns)} FROM read_parquet({Literal(file.Path)}) AS stored POSITIONAL JOIN {ScanRegistry.FunctionName}({number}) AS other");
    }

    /// <summary>The columns that a user sees.</summary>
    public static string Visible(TableSchema schema, string stored) =>
        $"SELECT {string.Join(", ", schema.Columns.Select(Expression).OfType<string>())} FROM ({stored})";

    /// <summary>The same columns; a value longer than a statement may read ends it, with an error that begins with <see cref="TooLong"/>.</summary>
    public static string Bounded(TableSchema schema, string visible, TextBound? texts)
    {
        List<string> replaced = [];
        foreach (var column in schema.Columns)
        {
            if (texts is not null && texts.Columns.TryGetValue($"{schema.Name}.{column.Name}", out var bytes))
            {
                replaced.Add(Bounded(column, bytes));
            }
        }

        return replaced.Count == 0 ? visible : $"SELECT * REPLACE ({string.Join(", ", replaced)}) FROM ({visible})";
    }

    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    // Files of two versions between which the table did not change are read as one.
    private static int VersionOf(TableSchema schema, int version) => schema.Columns.Max(column => column.Since <= version ? column.Since : 1);

    private static string Columns(TableSchema schema, int version) => string.Join(", ", schema.Columns.Select(column => Column(column, version)));

    private static string Column(ColumnSpec column, int version, string source = "") =>
        column.Since <= version ? source + Quote(column.Name) : $"{Empty(column.Type)} AS {Quote(column.Name)}";

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

    private static string Bounded(ColumnSpec column, long bytes)
    {
        var name = Quote(column.Name);
        var error = $"{TooLong}a value of {column.Name} has more than the {bytes} bytes that this statement could make its texts of within its memory; use {Cut(column)}, or fewer texts at once";
        return string.Create(CultureInfo.InvariantCulture, $"CASE WHEN {Length(column, name)} > {bytes} THEN error({Literal(error)}) ELSE {name} END AS {name}");
    }

    private static string Cut(ColumnSpec column) => column.Type is ColumnType.TextMap or ColumnType.DoubleMap ? "rows without it" : $"{column.Name}[1:100] in its place";

    // As text a byte can become four characters. A map has a key and a value of 16 bytes for each entry, besides their texts.
    private static string Length(ColumnSpec column, string name) => column.Type switch
    {
        ColumnType.TextMap => $"16 * cardinality({name}) + coalesce(list_sum([strlen(x) for x in map_keys({name})]), 0) + coalesce(list_sum([strlen(x) for x in map_values({name})]), 0)",
        ColumnType.DoubleMap => $"16 * cardinality({name}) + coalesce(list_sum([strlen(x) for x in map_keys({name})]), 0)",
        ColumnType.Blob when column.Name != "request_id" => $"4 * octet_length({name})",
        _ => $"strlen({name})",
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
