using Cistern.Formats;
using Cistern.Formats.Columns;

namespace Cistern.Store.ClickHouse.Schema;

/// <summary>A column of ours as ClickHouse holds it.</summary>
/// <param name="Spec">Null for a column that only this store has.</param>
/// <param name="Wire">The type that inserts send it as; ClickHouse converts it to <paramref name="Type"/>.</param>
/// <param name="Codec">How it is compressed.</param>
internal sealed record ClickHouseColumn(string Name, ColumnSpec? Spec, string Type, string Wire, string Codec)
{
    /// <summary>The 128-bit identity of a row (0: it cannot be told from others), by which a repeat is found.</summary>
    public const string Identity = "row_identity";

    // Few values in many rows: a dictionary a part instead of the texts.
    private static readonly HashSet<string> FewValues =
    [
        "stream", "distribution", "host", "method", "scheme", "edge_location", "result_type", "detailed_result_type", "country", "content_type", "protocol", "tls", "c_ip_version", "ssl_cipher", "fle_status",
        "x_edge_response_result_type", "cs_accept_encoding", "cache_behavior_path_pattern", "primary_distribution_id", "primary_distribution_dns_name", "kind", "class", "agent", "operator", "proof", "ai_source",
        "account", "region", "log_group", "level", "policy_level", "metric_stream", "namespace", "metric", "unit", "signal", "reason", "route", "key",
    ];

    public static IReadOnlyList<ClickHouseColumn> Of(TableSchema table)
    {
        var columns = table.Columns.Select(Of);
        return [.. Tables.Signals.Contains(table) ? columns.Append(new ClickHouseColumn(Identity, null, "UInt128", "UInt128", "NONE")) : columns];
    }

    private static ClickHouseColumn Of(ColumnSpec column)
    {
        var (type, codec) = column.Type switch
        {
            ColumnType.Boolean => ("Nullable(Bool)", "ZSTD(1)"),
            ColumnType.Int32 => ("Nullable(Int32)", "ZSTD(1)"),
            ColumnType.Int64 => ("Nullable(Int64)", "ZSTD(1)"),
            ColumnType.Double => ("Nullable(Float64)", "ZSTD(1)"),
            ColumnType.Timestamp when column.Name is "time" or "received" => ("DateTime64(6, 'UTC')", "DoubleDelta, ZSTD(1)"),
            ColumnType.Timestamp => ("Nullable(DateTime64(6, 'UTC'))", "ZSTD(1)"),
            ColumnType.Text when FewValues.Contains(column.Name) => ("LowCardinality(String)", "ZSTD(1)"),
            ColumnType.Text or ColumnType.Blob => ("String", "ZSTD(1)"),
            ColumnType.TextMap => ("Map(LowCardinality(String), String)", "ZSTD(1)"),
            ColumnType.DoubleMap => ("Map(LowCardinality(String), Float64)", "ZSTD(1)"),
        };
        return new ClickHouseColumn(column.Name, column, type, type.Replace("LowCardinality(String)", "String", StringComparison.Ordinal), codec);
    }
}
