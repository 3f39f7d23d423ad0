using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Cistern.Formats;
using Cistern.Formats.Columns;

namespace Cistern.Store.ClickHouse.Schema;

/// <summary>The statements that make our tables in a ClickHouse, each harmless if it was run before or runs twice at a time.</summary>
/// <remarks>
/// A table <c>requests</c> is <c>requests_rows</c> on each server, partitioned by day; in a cluster <c>requests_all</c> over all shards; and the view <c>requests</c> that users see, with the names and values of docs/schema.md.
/// </remarks>
/// <param name="deduplicationWindow">How many inserts a retry may come behind; further back it is found by what is stored of it (<see cref="Insert.StoredParts"/>).</param>
/// <param name="identityWindow">How far back the identity of rows reaches; an hour if it is not said.</param>
internal sealed partial class ClickHouseSchema(ClickHouseAddress address, TimeSpan retention, int deduplicationWindow = ClickHouseSchema.DeduplicationWindow, TimeSpan? identityWindow = null)
{
    /// <summary>What was decided of deliveries that were begun: see <see cref="Insert.DeliveryPlans"/>.</summary>
    public const string Plans = "delivery_plans";

    /// <summary>The identities of rows that were stored lately: see <see cref="Insert.StoredIdentities"/>.</summary>
    public const string Identities = "row_identities";

    /// <summary>How many rows a lookup of one identity reads, of each part.</summary>
    public const int IdentityRowsAMark = 128;

    private const string Words = "small_words";

    // The identities of a mark.
    private const string IdentityBlocks = "min_compress_block_size = 2048";

    public const string OnClusterWords = " ON CLUSTER ";

    // 20 deliveries a second for the three hours in which Firehose tries.
    private const int DeduplicationWindow = 220_000;

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

    // Beyond the window: nodes' clocks differ, and a delivery may have waited.
    private static readonly TimeSpan IdentityMargin = TimeSpan.FromHours(1);

    // What expires is computed as a DateTime, which ends in 2106: a time beyond it would be one long ago, and the row gone at once.
    private static readonly TimeSpan LongestRetention = TimeSpan.FromDays(50 * 365);

    public string Database => address.Database;

    private string OnCluster => address.Cluster is null ? "" : $"{OnClusterWords}{Quote(address.Cluster)}";

    public static string RowsOf(TableSchema table) => $"{table.Name}_rows";

    /// <summary>What a query reads: one server's rows, or those of all shards.</summary>
    public string ReadOf(TableSchema table) => ReadOf(table, address.Cluster is not null);

    public static string ReadOf(TableSchema table, bool isCluster) => isCluster ? $"{table.Name}_all" : RowsOf(table);

    /// <summary>Plans of one server, or of all shards.</summary>
    public static string PlansOf(bool isCluster) => isCluster ? $"{Plans}_all" : Plans;

    /// <summary>All that has to be there, in order.</summary>
    public IEnumerable<string> Statements() => Missing(new ExistingTables(false, new Dictionary<string, ExistingTable>(), new HashSet<(string, string)>()));

    /// <summary>What is still to be made or changed, in order.</summary>
    public IEnumerable<string> Missing(ExistingTables there)
    {
        if (!there.HasDatabase)
        {
            yield return $"CREATE DATABASE IF NOT EXISTS {Quote(address.Database)}{OnCluster}";
        }

        foreach (var statement in Tables.All.SelectMany(table => MissingOf(table, there)).Concat(OwnTables(there)))
        {
            yield return statement;
        }
    }

    public static string Quote(string name) => $"`{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("`", "\\`", StringComparison.Ordinal)}`";

    public static string Literal(string text) => $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";

    private IEnumerable<string> MissingOf(TableSchema table, ExistingTables there)
    {
        var rows = RowsOf(table);
        if (!there.Tables.TryGetValue(rows, out var existing))
        {
            yield return Rows(table);
        }
        else
        {
            foreach (var column in ClickHouseColumn.Of(table).Where(column => !there.Columns.Contains((rows, column.Name))))
            {
                yield return $"ALTER TABLE {Name(rows)}{OnCluster} ADD COLUMN IF NOT EXISTS {Definition(column)}";
            }

            foreach (var statement in MissingIndexes(table, existing))
            {
                yield return statement;
            }

            if (RetentionOf(existing) != KeptSeconds)
            {
                yield return $"ALTER TABLE {Name(rows)}{OnCluster} {(KeptSeconds == 0 ? "REMOVE TTL" : $"MODIFY TTL {Expiry}")}";
            }
        }

        // A Distributed table does not take over the columns of the tables below it.
        if (address.Cluster is not null && (!there.Tables.ContainsKey(ReadOf(table)) || ClickHouseColumn.Of(table).Any(column => !there.Columns.Contains((ReadOf(table), column.Name)))))
        {
            yield return Distributed(ReadOf(table), rows);
        }

        var view = $"VIEW {Name(table.Name)}{OnCluster} AS SELECT {string.Join(", ", table.Columns.Select(Visible).OfType<string>())} FROM {Name(ReadOf(table))}";
        var mark = $"cistern {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(view)))[..16]}";
        if (!there.Tables.TryGetValue(table.Name, out var shown) || shown.Comment != mark)
        {
            yield return $"CREATE OR REPLACE {view} COMMENT {Literal(mark)}";
        }
    }

    private IEnumerable<string> MissingIndexes(TableSchema table, ExistingTable existing)
    {
        var alter = $"ALTER TABLE {Name(RowsOf(table))}{OnCluster}";
        foreach (var index in Indexes(table).Where(index => !existing.Statement.Contains($"INDEX {index.Name} ", StringComparison.Ordinal)))
        {
            yield return $"{alter} ADD INDEX IF NOT EXISTS {index.Name} {index.Content}";

            // What is stored already gets it in the background; not of texts, which would be read whole: those that are stored or merged from now on have it.
            if (index.Name != Words)
            {
                yield return $"{alter} MATERIALIZE INDEX {index.Name}";
            }
        }

        // Of a former release; no search can use it.
        if (existing.Statement.Contains("INDEX words ", StringComparison.Ordinal))
        {
            yield return $"{alter} DROP INDEX IF EXISTS words";
        }
    }

    private string Rows(TableSchema table)
    {
        var lines = ClickHouseColumn.Of(table).Select(Definition).Concat(Indexes(table).Select(index => $"INDEX {index.Name} {index.Content}"));
        var kept = KeptSeconds == 0 ? "" : $"\nTTL {Expiry}";
        return $"CREATE TABLE IF NOT EXISTS {Name(RowsOf(table))}{OnCluster}\n(\n  {string.Join(",\n  ", lines)}\n)\nENGINE = {EngineOf(RowsOf(table))}\nPARTITION BY toDate(time)\nORDER BY {Orders[table.Name]}{kept}\nSETTINGS {Settings()}, ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1";
    }

    private long KeptSeconds => retention > LongestRetention ? 0 : (long)retention.TotalSeconds;

    // A row whose time lies where a DateTime has none would count as one of long ago.
    private string Expiry => string.Create(CultureInfo.InvariantCulture, $"toDateTime(least(greatest(time, toDateTime64('1970-01-02 00:00:00', 6, 'UTC')), toDateTime64('2050-01-01 00:00:00', 6, 'UTC'))) + toIntervalSecond({KeptSeconds})");

    private string IdentityExpiry => string.Create(CultureInfo.InvariantCulture, $"toDateTime(received) + toIntervalSecond({IdentitySeconds})");

    private long IdentitySeconds => (long)((identityWindow ?? TimeSpan.FromHours(1)) + IdentityMargin).TotalSeconds;

    private static long RetentionOf(ExistingTable table) => Interval().Match(table.Engine) is { Success: true } match ? long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;

    private IEnumerable<string> OwnTables(ExistingTables there)
    {
        if (!there.Tables.TryGetValue(Identities, out var identities))
        {
            yield return IdentityTable();
        }
        else
        {
            foreach (var change in IdentityChanges(identities))
            {
                yield return $"ALTER TABLE {Name(Identities)}{OnCluster} {change}";
            }
        }

        if (!there.Tables.ContainsKey(Plans))
        {
            yield return PlanTable();
        }

        if (address.Cluster is not null && !there.Tables.ContainsKey(PlansOf(isCluster: true)))
        {
            yield return Distributed(PlansOf(isCluster: true), Plans);
        }
    }

    // Both hold for what is stored from now on: what is there is gone soon, and rewriting it would cost more.
    private IEnumerable<string> IdentityChanges(ExistingTable there)
    {
        // How many rows a mark has cannot be changed.
        if (!there.Engine.Contains(IdentityBlocks, StringComparison.Ordinal))
        {
            yield return $"MODIFY SETTING {IdentityBlocks}";
        }

        if (RetentionOf(there) != IdentitySeconds)
        {
            yield return $"MODIFY TTL {IdentityExpiry} SETTINGS materialize_ttl_after_modify = 0";
        }
    }

    // By the hour, so that the past goes as whole parts. A lookup reads a few rows in many places, a mark for each identity: so marks are small, and each is a compressed block of its own. In blocks of the
    // usual 64 KiB a thousand lookups read the whole column of a table of a few million rows.
    private string IdentityTable() =>
        $"CREATE TABLE IF NOT EXISTS {Name(Identities)}{OnCluster}\n(\n  identity UInt128 CODEC(NONE),\n  received DateTime64(6, 'UTC') CODEC(DoubleDelta, ZSTD(1)),\n  delivery_id LowCardinality(String),\n  stream LowCardinality(String)\n)\n"
        + $"ENGINE = {EngineOf(Identities)}\nPARTITION BY toStartOfHour(received)\nORDER BY identity\nTTL {IdentityExpiry}\nSETTINGS {Settings()}, ttl_only_drop_parts = 1, index_granularity = {IdentityRowsAMark}, {IdentityBlocks}";

    // No partitions: a token holds in one partition only, and which hour a delivery belongs to is what is decided here.
    private string PlanTable() =>
        $"CREATE TABLE IF NOT EXISTS {Name(Plans)}{OnCluster}\n(\n  delivery UInt128 CODEC(NONE),\n  stream LowCardinality(String),\n  delivery_id String CODEC(ZSTD(1)),\n  received DateTime64(6, 'UTC'),\n  attempt UInt64,\n  repeats String CODEC(ZSTD(1)),\n  forever UInt8,\n  done UInt8,\n  made DateTime DEFAULT now()\n)\n"
        + $"ENGINE = {EngineOf(Plans)}\nORDER BY delivery\nTTL made + INTERVAL 8 DAY DELETE WHERE forever = 0\nSETTINGS {Settings()}, index_granularity = 512";

    // Only read: rows go to the shard that they belong to.
    private string Distributed(string name, string over) => $"CREATE OR REPLACE TABLE {Name(name)}{OnCluster} AS {Name(over)} ENGINE = Distributed({Literal(address.Cluster!)}, {Literal(address.Database)}, {Literal(over)})";

    // With the database, because ON CLUSTER runs a statement on each server in whichever is the default there.
    private string Name(string table) => $"{Quote(address.Database)}.{Quote(table)}";

    // Replicas know each other by the path; it is named here because a server may be configured with another default.
    private string EngineOf(string table) => address.Cluster is null ? "MergeTree" : $"ReplicatedMergeTree({Literal($"/clickhouse/tables/{{shard}}/{address.Database}/{table}")}, '{{replica}}')";

    // Without these a server's answer says nothing of its disk, and a retry finds no trace of what it repeats.
    private string Settings() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(address.Cluster is null ? "non_replicated_deduplication_window" : "replicated_deduplication_window_seconds = 86400, replicated_deduplication_window")} = {deduplicationWindow}, fsync_after_insert = 1, fsync_part_directory = 1");

    private static string Definition(ClickHouseColumn column) => $"{Quote(column.Name)} {column.Type} CODEC({column.Codec})";

    private static IEnumerable<(string Name, string Content)> Indexes(TableSchema table)
    {
        yield return ("received_range", "received TYPE minmax");
        if (Tables.Signals.Contains(table))
        {
            yield return ("identities", $"{ClickHouseColumn.Identity} TYPE bloom_filter(0.001)");
        }

        if (table.TryPlaceOf("message", out _))
        {
            // Of small letters, because searches are for any case: they say so in the same words, see ClickHouseDialect.
            yield return (Words, "lower(message) TYPE ngrambf_v1(4, 32768, 3, 0)");
        }

        // A live tail looks for what has become visible: about as it arrived, so a part has it in a few places.
        if (table.TryPlaceOf("position", out _))
        {
            yield return ("positions", "position TYPE minmax");
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

    [GeneratedRegex(@"TTL .*?toIntervalSecond\((\d+)\)")]
    private static partial Regex Interval();
}
