using System.Security.Cryptography;
using Cistern.Formats;
using Cistern.Formats.Columns;
using Cistern.Operations;
using Cistern.Operations.Shared;
using Cistern.Store.ClickHouse.Cluster;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Insert;
using Cistern.Store.ClickHouse.Read;
using Cistern.Store.ClickHouse.Schema;
using Cistern.Store.ClickHouse.Sql;
using Cistern.Store.Identity;

namespace Cistern.Store.ClickHouse;

/// <summary>The store of several nodes: a ClickHouse that all of them write to and read from. Nothing is kept here.</summary>
internal sealed class ClickHouseStore : IStore
{
    // What a node may still be at work on when another has shown a later delivery.
    private static readonly TimeSpan LongestCommit = TimeSpan.FromMinutes(2);

    // Of one making on all nodes, or none would know the rows of another.
    private const string IdentityKeyName = "row-identity.key";

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly HttpMessageInvoker _http;
    private readonly ClickHouseCluster _cluster;
    private readonly ClickHouseGuard _guard;
    private readonly long _sqlMemory;
    private readonly EventCounters _events;
    private readonly StoreWatch _watch;
    private readonly TimeProvider _time;
    private readonly ClickHouseLoop _loop;
    private volatile bool _closed;

    private ClickHouseStore(HttpMessageInvoker http, ClickHouseAddress address, ClickHouseCluster cluster, StoreOpening opening)
    {
        (_http, _cluster, _time, _sqlMemory) = (http, cluster, opening.Time, opening.Settings.Query.SqlMemoryBytes);
        _guard = new ClickHouseGuard(QueryAsync, [.. Tables.All.Select(table => table.Name)]);
        _events = new EventCounters(opening.Time);
        _watch = new StoreWatch(cluster, address, opening.Settings.Store.IdentityWindow);
        _loop = new ClickHouseLoop(_watch, FlushEventsAsync, opening.Time, opening.Loggers.CreateLogger<ClickHouseStore>());
    }

    public SqlDialect Dialect { get; } = new ClickHouseDialect();

    public StoreTraits Traits => new() { LateDeliveries = LongestCommit, Shards = _cluster.Topology.Shards.Count, Reclassifies = false, BacksUp = false };

    public StoreReadiness Readiness => _closed ? new StoreReadiness(false, false, "the store is shutting down") : _watch.Readiness;

    /// <summary>Connects to the ClickHouse of the settings, and makes or migrates its tables.</summary>
    /// <exception cref="StoreUnusableException">It does not answer, or refuses.</exception>
    public static async Task<IStore> OpenAsync(StoreOpening opening, CancellationToken cancel)
    {
        if (!ClickHouseAddress.TryParse(opening.Settings.Store.Address, out var address, out var problem))
        {
            throw new StoreUnusableException(problem);
        }

        var http = new HttpMessageInvoker(ClickHouseClient.CreateHandler(ConnectTimeout));
        try
        {
            var logger = opening.Loggers.CreateLogger<ClickHouseStore>();
            var identity = IdentityOf(opening.Shared);
            var cluster = await SchemaMaker.WaitAsync(() => OpenAsync(http, address, identity, opening, logger, cancel), opening.Time, logger, cancel);
            var store = new ClickHouseStore(http, address, cluster, opening);
            await store._loop.StartAsync(cancel);
            return store;
        }
        catch (Exception error)
        {
            http.Dispose();
            throw error is ClickHouseException ? new StoreUnusableException($"cannot use {address}: {error.Message}", error) : error;
        }
    }

    /// <summary>What tells rows apart, with the key that all nodes have in common.</summary>
    /// <exception cref="IOException">The key cannot be read or made.</exception>
    public static RowIdentity IdentityOf(SharedFolder shared) => new(SipKey.FromBytes(shared.GetOrCreate(IdentityKeyName, () => RandomNumberGenerator.GetBytes(16))));

    public async ValueTask<CommitResult> CommitAsync(DeliveryCommit delivery, CancellationToken cancel) => await _cluster.CommitAsync(delivery, cancel);

    public void Count(string kind, string reason, string stream, string key, long count = 1) => _events.Count(kind, reason, stream, key, count);

    public Task<IQueryResult> QueryAsync(StoreQuery query, CancellationToken cancel) => _cluster.ReadAsync(client => new QueryRuns(client, _sqlMemory).RunAsync(query, cancel));

    public Task<SqlVerdict> CheckAsync(string sql, CancellationToken cancel) => _guard.CheckAsync(sql, cancel);

    public StoreStatus GetStatus() => _watch.Status;

    public async ValueTask DisposeAsync()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        await _loop.StopAsync();
        await FlushEventsAsync(all: true, CancellationToken.None);
        _loop.Dispose();
        _http.Dispose();
    }

    private static async Task<ClickHouseCluster> OpenAsync(HttpMessageInvoker http, ClickHouseAddress address, RowIdentity identity, StoreOpening opening, ILogger logger, CancellationToken cancel)
    {
        var cluster = await ClickHouseCluster.OpenAsync(http, address, identity, opening.Settings.Store.IdentityWindow, opening.Time, cancel);
        await SchemaMaker.MakeAsync(cluster, new ClickHouseSchema(address, opening.Settings.Store.RetentionAge, identityWindow: opening.Settings.Store.IdentityWindow), logger, cancel);
        return cluster;
    }

    // Best effort: what cannot be written is lost, as it would be in a crash.
    private async Task FlushEventsAsync(bool all, CancellationToken cancel)
    {
        var events = new ColumnBatch(Tables.Events);
        if (!_events.Drain(events, all))
        {
            return;
        }

        try
        {
            var common = new CommonValues(_time.GetUtcNow().ToUnixTimeMilliseconds() * 1000, "", "", "", new Dictionary<string, string>());
            var (block, token) = (new NativeBlock(events, null, default, common), $"events/{Guid.NewGuid():N}");
            await _cluster.WriteAsync((ulong)Random.Shared.NextInt64(), shard => shard.InsertAsync(ClickHouseSchema.RowsOf(Tables.Events), block, token, mayJoin: true, cancel), cancel);
        }
        catch (ClickHouseException)
        {
        }
    }
}
