using Cistern.Operations;
using Cistern.Operations.Settings;
using Cistern.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cistern.Tests.Store;

/// <summary>A store opened as a server opens it, whichever it is.</summary>
internal sealed class AnyStore : IAsyncDisposable
{
    private readonly CisternSettings _settings;

    private AnyStore(CisternSettings settings, IStore store) => (_settings, Store) = (settings, store);

    public IStore Store { get; private set; }

    public TestDeliveries Deliveries { get; } = new();

    /// <param name="address">Of a ClickHouse; empty for the embedded store.</param>
    public static async Task<AnyStore> OpenAsync(string address, Func<StoreSettings, StoreSettings>? change = null)
    {
        var settings = new StoreSettings { Address = address, SpaceFloor = 1 };
        var all = new CisternSettings { DataFolder = Directory.CreateTempSubdirectory("cistern-any-").FullName, Store = change?.Invoke(settings) ?? settings };
        return new AnyStore(all, await OpenAsync(all));
    }

    /// <summary>Another node on the same store; null if the store takes one only.</summary>
    public async Task<IStore?> OpenNodeAsync() => _settings.Store.Address.Length > 0 ? await OpenAsync(_settings) : null;

    public async Task RestartAsync()
    {
        await Store.DisposeAsync();
        Store = await OpenAsync(_settings);
    }

    public async Task<CommitResult> StoreAsync(string id, params IEnumerable<string> records) => await CommitAsync(Store, id, RepeatScope.Delivery, records);

    public async Task<CommitResult> CommitAsync(IStore store, string id, RepeatScope scope, params IEnumerable<string> records) =>
        await store.CommitAsync(Deliveries.Commit(id, DateTimeOffset.UtcNow, scope, records), CancellationToken.None);

    public async Task<long> CountAsync(string table) => (long)(await RowsAsync($"SELECT count(*) FROM {table}"))[0][0]!;

    public async Task<List<object?[]>> RowsAsync(string sql)
    {
        using var result = await Store.QueryAsync(Query(sql), CancellationToken.None);
        List<object?[]> rows = [];
        while (result.Read())
        {
            rows.Add([.. Enumerable.Range(0, result.Columns.Count).Select(column => result[column])]);
        }

        return rows;
    }

    public static StoreQuery Query(string sql, QueryLimits? limits = null) => new(
        sql, [], [.. Cistern.Formats.Tables.All.Select(table => table.Name)], null, QueryPool.Panels, limits ?? new QueryLimits(TimeSpan.FromSeconds(60), 1_000_000));

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Directory.Delete(_settings.DataFolder, recursive: true);
    }

    private static Task<IStore> OpenAsync(CisternSettings settings) =>
        StoreChoice.OpenAsync(new StoreOpening(settings, TimeProvider.System, NullLoggerFactory.Instance), CancellationToken.None);
}
