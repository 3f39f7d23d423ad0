using System.Text;
using Cistern.Journal;
using Cistern.Store;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Insert;
using Cistern.Store.Embedded;
using Cistern.Tests.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cistern.Tests.Faults;

/// <summary>What the table of deliveries says of one.</summary>
internal sealed record StoredDelivery(long Records, long Rows, long Rejected, long Repeats);

/// <summary>All that a data folder holds, read once by a store that nobody else uses.</summary>
internal sealed class StoredData
{
    private readonly ManifestData? _manifest;

    private StoredData(ManifestData? manifest) => _manifest = manifest;

    public ManifestData Manifest => _manifest ?? throw new InvalidOperationException("only the embedded store has a manifest");

    /// <summary>How often each path is there (of a log event its message, of a metric its name), and in which delivery.</summary>
    public Dictionary<string, List<string>> Paths { get; } = [];

    /// <summary>The deliveries in which each rejected line is.</summary>
    public Dictionary<string, List<string>> Rejects { get; } = [];

    public Dictionary<string, List<StoredDelivery>> Deliveries { get; } = [];

    public static async Task<StoredData> ReadAsync(string folder)
    {
        var data = new DataFolder(folder);
        var settings = new EmbeddedSettings { SpaceFloorBytes = 1 };
        var store = EmbeddedStore.Open(new EmbeddedOpening(data, settings, new FileDisk(), TimeProvider.System, new Random(1), NullLogger.Instance, "test"));
        await using (store)
        {
            var stored = new StoredData(new ManifestFile(new FileDisk(), data).Read());
            await ReadRowsAsync(store, "SELECT path, delivery_id FROM requests UNION ALL SELECT message, delivery_id FROM logs UNION ALL SELECT metric, delivery_id FROM metrics", row => Add(stored.Paths, (string)row[0]!, (string)row[1]!));
            await ReadRowsAsync(store, "SELECT data, delivery_id FROM rejects", row => Add(stored.Rejects, Encoding.UTF8.GetString((byte[])row[0]!), (string)row[1]!));
            await ReadRowsAsync(store, "SELECT delivery_id, records, rows, rejected, repeats FROM deliveries", row => Add(
                stored.Deliveries, (string)row[0]!, new StoredDelivery((long)row[1]!, (long)row[2]!, (long)row[3]!, (long)row[4]!)));
            return stored;
        }
    }

    /// <summary>The same of a ClickHouse.</summary>
    public static async Task<StoredData> ReadAsync(ClickHouseClient client)
    {
        var stored = new StoredData(null);
        await ReadAsync(client, "SELECT path, delivery_id FROM requests UNION ALL SELECT message, delivery_id FROM logs UNION ALL SELECT metric, delivery_id FROM metrics", row => Add(stored.Paths, (string)row[0]!, (string)row[1]!));
        await ReadAsync(client, "SELECT data, delivery_id FROM rejects", row => Add(stored.Rejects, (string)row[0]!, (string)row[1]!));
        await ReadAsync(client, "SELECT delivery_id, records, rows, rejected, repeats FROM deliveries", row => Add(
            stored.Deliveries, (string)row[0]!, new StoredDelivery((long)row[1]!, (long)row[2]!, (long)row[3]!, (long)row[4]!)));
        return stored;
    }

    /// <summary>Files in the folders of segments that the manifest does not name.</summary>
    public static IReadOnlyList<string> Orphans(string folder)
    {
        var data = new DataFolder(folder);
        var named = new ManifestFile(new FileDisk(), data).Read().Tables.SelectMany(table => table.Value.Select(segment => Path.Combine(data.SegmentsOf(table.Key), segment.File)));
        return [.. Directory.GetFiles(data.Segments, "*", SearchOption.AllDirectories).Except(named)];
    }

    private static async Task ReadRowsAsync(EmbeddedStore store, string sql, Action<IQueryResult> row)
    {
        using var result = await store.QueryAsync(OpenStore.Query(sql, limits: new QueryLimits(TimeSpan.FromMinutes(2), 100_000_000)), CancellationToken.None);
        while (result.Read())
        {
            row(result);
        }
    }

    private static async Task ReadAsync(ClickHouseClient client, string sql, Action<object?[]> row) =>
        (await new ShardConnection(client, new StatementLimits { Select = TimeSpan.FromMinutes(1) }).SelectAsync(sql, new Dictionary<string, string>(), CancellationToken.None)).ForEach(row);

    private static void Add<T>(Dictionary<string, List<T>> groups, string key, T value)
    {
        if (!groups.TryGetValue(key, out var group))
        {
            groups[key] = group = [];
        }

        group.Add(value);
    }
}
