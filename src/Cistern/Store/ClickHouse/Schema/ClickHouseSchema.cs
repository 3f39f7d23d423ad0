using System.Globalization;
using Cistern.Formats;
using Cistern.Formats.Columns;

namespace Cistern.Store.ClickHouse.Schema;

/// <summary>The statements that make our tables in a ClickHouse, each harmless if it was run before or runs twice at a time.</summary>
/// <remarks>
/// A table <c>requests</c> is <c>requests_rows</c> on each server, partitioned by day; in a cluster <c>requests_all</c> over all shards; and the view <c>requests</c> that users see, with the names and values of docs/schema.md.
/// </remarks>
internal sealed class ClickHouseSchema(ClickHouseAddress address, TimeSpan retention, int deduplicationWindow)
{
    // Common filters first, after the hour: a range of hours is one range of the index, and what is newest is at its end.
    private static readonly Dictionary<string, string> Orders = new(StringComparer.Ordinal)
    {
        [Tables.Requests.Name] = "(toStartOfHour(time), host, class, time)",
        [Tables.Logs.Name] = "(toStartOfHour(time), log_group, level, time)",
        [Tables.Metrics.Name] = "(namespace, metric, time)",
        [Tables.Rejects.Name] = "(time, stream)",
        [Tables.Deliveries.Name] = "(time, stream, delivery_id)",
        [Tables.Events.Name] = "(time, kind, stream)",
    };

    /// <summary>The identities of rows that were stored lately: see <see cref="Insert.StoredIdentities"/>.</summary>
    public const string Identities = "row_identities";

    // What expires is computed as a DateTime, which ends in 2106: a time beyond it would be one long ago, and the row gone at once.
    private static readonly TimeSpan LongestRetention = TimeSpan.FromDays(50 * 365);

    private string OnCluster => address.Cluster is null ? "" : $" ON CLUSTER {Quote(address.Cluster)}";

    public static string RowsOf(TableSchema table) => $"{table.Name}_rows";

    /// <summary>What a query reads: one server's rows, or those of all shards.</summary>
    public string ReadOf(TableSchema table) => address.Cluster is null ? RowsOf(table) : $"{table.Name}_all";

    /// <summary>All that has to be there, in order.</summary>
    public IEnumerable<string> Statements() => Tables.All.SelectMany(StatementsOf).Append(IdentityTable());

    public static string Quote(string name) => $"`{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("`", "\\`", StringComparison.Ordinal)}`";

    public static string Literal(string text) => $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";

    private IEnumerable<string> StatementsOf(TableSchema table)
    {
        yield return Rows(table);
        foreach (var column in ClickHouseColumn.Of(table).Where(column => column.Spec is { Since: > 1 }))
        {
            yield return $"ALTER TABLE {Quote(RowsOf(table))}{OnCluster} ADD COLUMN IF NOT EXISTS {Definition(column)}";
        }

        if (address.Cluster is { } cluster)
        {
            yield return $"CREATE TABLE IF NOT EXISTS {Quote(ReadOf(table))}{OnCluster} AS {Quote(RowsOf(table))} ENGINE = Distributed({Literal(cluster)}, currentDatabase(), {Literal(RowsOf(table))})";
        }

        yield return $"CREATE OR REPLACE VIEW {Quote(table.Name)}{OnCluster} AS SELECT {string.Join(", ", table.Columns.Select(Visible).OfType<string>())} FROM {Quote(ReadOf(table))}";
    }

    private string Rows(TableSchema table)
    {
        var lines = ClickHouseColumn.Of(table).Select(Definition).Concat(Indexes(table));
        var engine = address.Cluster is null ? "MergeTree" : "ReplicatedMergeTree";
        var kept = retention == TimeSpan.Zero || retention > LongestRetention ? "" : string.Create(CultureInfo.InvariantCulture, $"\nTTL toDateTime(time) + INTERVAL {(long)retention.TotalSeconds} SECOND");
        return $"CREATE TABLE IF NOT EXISTS {Quote(RowsOf(table))}{OnCluster}\n(\n  {string.Join(",\n  ", lines)}\n)\nENGINE = {engine}\nPARTITION BY toDate(time)\nORDER BY {Orders[table.Name]}{kept}\nSETTINGS {Settings()}";
    }

    // By the hour, so that the past goes as whole parts; small marks, because a lookup reads a few rows in many places. The time is the arrival, which a retry brings anew: parts of one delivery may lie in two hours.
    private string IdentityTable() =>
        $"CREATE TABLE IF NOT EXISTS {Identities}{OnCluster}\n(\n  of LowCardinality(String),\n  identity UInt128 CODEC(NONE),\n  received DateTime64(6, 'UTC') CODEC(DoubleDelta, ZSTD(1)),\n  delivery_id String CODEC(ZSTD(1)),\n  stream LowCardinality(String)\n)\n"
        + $"ENGINE = {(address.Cluster is null ? "MergeTree" : "ReplicatedMergeTree")}\nPARTITION BY toStartOfHour(received)\nORDER BY (of, identity)\nTTL toDateTime(received) + INTERVAL 8 DAY\nSETTINGS {Settings()}, index_granularity = 512";

    // Without these a server's answer says nothing of its disk, and a retry finds no trace of what it repeats.
    private string Settings() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(address.Cluster is null ? "non_replicated_deduplication_window" : "replicated_deduplication_window_seconds = 86400, replicated_deduplication_window")} = {deduplicationWindow}, fsync_after_insert = 1, fsync_part_directory = 1, ttl_only_drop_parts = 1");

    private static string Definition(ClickHouseColumn column) => $"{Quote(column.Name)} {column.Type} CODEC({column.Codec})";

    private static IEnumerable<string> Indexes(TableSchema table)
    {
        yield return "INDEX received_range received TYPE minmax";
        if (Tables.Signals.Contains(table))
        {
            yield return $"INDEX identities {ClickHouseColumn.Identity} TYPE bloom_filter(0.001)";
        }

        if (table.TryPlaceOf("message", out _))
        {
            yield return "INDEX words message TYPE ngrambf_v1(4, 32768, 3, 0)";
        }
    }

    // CloudFront writes request ids in the base64-url alphabet with padding.
    private static string? Visible(ColumnSpec column) => column.Name switch
    {
        "request_id" when column.Type == ColumnType.Blob => "if(length(request_id) > 0, replaceAll(replaceAll(base64Encode(request_id), '+', '-'), '/', '_'), request_id_text) AS request_id",
        "request_id_text" => null,
        "weight" => "coalesce(weight, 1) AS weight",
        var name => Quote(name),
    };
}
