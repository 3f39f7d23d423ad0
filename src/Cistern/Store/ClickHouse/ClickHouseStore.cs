using System.Security.Cryptography;
using Cistern.Formats;
using Cistern.Formats.Columns;
using Cistern.Operations;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Insert;
using Cistern.Store.ClickHouse.Read;
using Cistern.Store.ClickHouse.Schema;
using Cistern.Store.ClickHouse.Sql;
using Cistern.Store.Embedded;
using Cistern.Store.Embedded.Identity;

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
    private readonly ClickHouseAddress _address;
    private readonly ClickHouseClient _client;
    private readonly ClickHouseCommit _commit;
    private readonly QueryRuns _queries;
    private readonly ClickHouseGuard _guard;
    private readonly EventCounters _events;
    private readonly StoreWatch _watch;
    private readonly TimeProvider _time;
    private readonly ClickHouseLoop _loop;
    private volatile bool _closed;

    private ClickHouseStore(HttpMessageInvoker http, ClickHouseAddress address, ClickHouseClient client, StoreOpening opening)
    {
        (_http, _address, _client, _time) = (http, address, client, opening.Time);
        _commit = new ClickHouseCommit(client, new RowIdentity(SipKey.FromBytes(opening.Shared.GetOrCreate(IdentityKeyName, () => RandomNumberGenerator.GetBytes(16)))), opening.Settings.Store.IdentityWindow, address.Cluster is not null);
        _queries = new QueryRuns(client, opening.Settings.Query.SqlMemoryBytes);
        _guard = new ClickHouseGuard(_queries, [.. Tables.All.Select(table => table.Name)]);
        _events = new EventCounters(opening.Time);
        _watch = new StoreWatch(client, address, opening.Settings.Store.IdentityWindow);
        _loop = new ClickHouseLoop(_watch, FlushEventsAsync, opening.Time, opening.Loggers.CreateLogger<ClickHouseStore>());
    }

    public SqlDialect Dialect { get; } = new ClickHouseDialect();

    public StoreTraits Traits { get; } = new() { LateDeliveries = LongestCommit, Reclassifies = false, BacksUp = false };

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
            var client = new ClickHouseClient(http, address.Hosts[0], address);
            await SchemaMaker.MakeAsync(client, address, opening.Settings.Store.RetentionAge, opening.Time, opening.Loggers.CreateLogger<ClickHouseStore>(), cancel);
            var store = new ClickHouseStore(http, address, client, opening);
            await store._loop.StartAsync(cancel);
            return store;
        }
        catch (Exception error)
        {
            http.Dispose();
            throw error is ClickHouseException ? new StoreUnusableException($"cannot use {address}: {error.Message}", error) : error;
        }
    }

    public async ValueTask<CommitResult> CommitAsync(DeliveryCommit delivery, CancellationToken cancel)
    {
        try
        {
            return await _commit.RunAsync(delivery, cancel);
        }
        catch (ClickHouseException error)
        {
            return CommitResult.Unavailable(error.Message);
        }
    }

    public void Count(string kind, string reason, string stream, string key, long count = 1) => _events.Count(kind, reason, stream, key, count);

    public Task<IQueryResult> QueryAsync(StoreQuery query, CancellationToken cancel) => _queries.RunAsync(query, cancel);

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
            var settings = InsertSettings.Of($"events/{Guid.NewGuid():N}", _address.Cluster is not null);
            await _client.InsertAsync($"INSERT INTO {ClickHouseSchema.RowsOf(Tables.Events)} FORMAT Native", new BlockContent(new NativeBlock(events, null, default, common)), settings, cancel);
        }
        catch (ClickHouseException)
        {
        }
    }
}
