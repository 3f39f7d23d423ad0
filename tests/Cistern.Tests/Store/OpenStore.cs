using Cistern.Enrich.Rules;
using Cistern.Journal;
using Cistern.Store;
using Cistern.Store.Embedded;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cistern.Tests.Store;

/// <summary>An embedded store in a temporary folder, whose maintenance the test calls itself.</summary>
internal sealed class OpenStore : IAsyncDisposable
{
    private readonly EmbeddedSettings _settings;
    private readonly RuleStore _rules;
    private readonly TimeProvider _time;

    public OpenStore(EmbeddedSettings? settings = null, RuleStore? rules = null, TimeProvider? time = null)
    {
        (_rules, _time, Deliveries) = (rules ?? RuleStore.Own, time ?? TimeProvider.System, new TestDeliveries(rules));

        // The tests' machine may have little disk left; the floor has a test of its own.
        _settings = (settings ?? new EmbeddedSettings()) with { SpaceFloorBytes = settings?.SpaceFloorBytes ?? 1 };
        Folder = Directory.CreateTempSubdirectory("cistern-store-").FullName;
        Store = Open();
    }

    public string Folder { get; }

    public EmbeddedStore Store { get; private set; }

    public StoreMaintenance Maintenance => Store.Maintenance;

    public TestDeliveries Deliveries { get; }

    /// <summary>Ends the store as a killed process would: nothing is sealed; then opens it again.</summary>
    public void Crash()
    {
        Store.Abandon();
        Reopen();
    }

    public void Reopen() => Store = Open();

    /// <summary>Stops the store in order and opens it again.</summary>
    public async Task RestartAsync()
    {
        await Store.DisposeAsync();
        Store = Open();
    }

    public async Task<CommitResult> StoreAsync(string deliveryId, params IEnumerable<string> records) =>
        await CommitAsync(Store, Deliveries.Commit(deliveryId, DateTimeOffset.UtcNow, RepeatScope.Delivery, records));

    public async Task<CommitResult> ImportAsync(string deliveryId, params IEnumerable<string> records) =>
        await CommitAsync(Store, Deliveries.Commit(deliveryId, DateTimeOffset.UtcNow, RepeatScope.Import, records));

    /// <summary>Commits as Ingest does: the store may want the rows of a large delivery before.</summary>
    public static async Task<CommitResult> CommitAsync(EmbeddedStore store, DeliveryCommit delivery)
    {
        var opened = await store.OpenRowsAsync(
            new RowsOpening
            {
                DeliveryId = delivery.DeliveryId,
                Stream = delivery.Stream,
                Received = delivery.Received,
                Route = delivery.Route,
                Key = delivery.Key,
                Attributes = delivery.Attributes,
                Repeats = delivery.Repeats,
                BodyBytes = delivery.Body.Length,
                RowBytes = delivery.Rows.Bytes,
            },
            CancellationToken.None);
        using var sink = opened.Sink;
        delivery.Rows.Full = sink is null ? null : sink.Take;
        return opened.Refusal is { } refusal ? CommitResult.Unavailable(refusal) : await store.CommitAsync(delivery with { Sink = sink }, CancellationToken.None);
    }

    /// <summary>The first value of the first row.</summary>
    public async Task<object?> ScalarAsync(string sql, TimeRange? range = null) => (await RowsAsync(sql, range))[0][0];

    public async Task<long> CountAsync(string table, string where = "true") => (long)(await ScalarAsync($"SELECT count(*) FROM {table} WHERE {where}"))!;

    public async Task<List<object?[]>> RowsAsync(string sql, TimeRange? range = null)
    {
        using var result = await Store.QueryAsync(Query(sql, range), CancellationToken.None);
        List<object?[]> rows = [];
        while (result.Read())
        {
            rows.Add([.. Enumerable.Range(0, result.Columns.Count).Select(column => result[column])]);
        }

        return rows;
    }

    public static StoreQuery Query(string sql, TimeRange? range = null, QueryLimits? limits = null) => new(
        sql, [], ["requests", "logs", "metrics", "rejects", "deliveries", "events"], range, QueryPool.Panels, limits ?? new QueryLimits(TimeSpan.FromSeconds(30), 1_000_000));

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private EmbeddedStore Open() => EmbeddedStore.Open(new EmbeddedOpening(
        new DataFolder(Folder), _settings, new FileDisk(), _time, new Random(7), NullLogger.Instance, "test") { Rules = _rules });
}
