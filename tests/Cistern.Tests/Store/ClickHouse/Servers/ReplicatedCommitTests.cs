using System.Diagnostics;
using System.Globalization;
using Cistern.Store;
using Cistern.Store.ClickHouse.Cluster;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Schema;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cistern.Tests.Store.ClickHouse.Servers;

/// <summary>Production's own code, its statements cut down to 2018 on the way, over two real replicas that go away and come back.</summary>
public sealed class ReplicatedCommitTests(ReplicatedClickHouse cluster) : IClassFixture<ReplicatedClickHouse>, IAsyncLifetime
{
    private const string Database = "cistern";

    private static readonly Dictionary<string, string> None = [];
    private static readonly StoppedTime Time = new();
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly HttpMessageInvoker _http = new(new OldSyntaxHandler());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await cluster.StartAsync();
        await WaitAsync("both take part", async () =>
        {
            await cluster.StartAsync();
            return (await CheckedAsync(2)).Troubles.Count == 0;
        });
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Two_nodes_that_start_at_once_store_each_delivery_and_row_once()
    {
        var nodes = await Task.WhenAll(StartNodeAsync(2), StartNodeAsync(2));
        var first = CommitBench.Delivery("first", "first");

        var stored = await nodes[0].CommitAsync(first, Cancel);
        var again = await nodes[1].CommitAsync(first, Cancel);
        var other = await nodes[1].CommitAsync(CommitBench.Delivery("second", "first"), Cancel);
        var old = await nodes[0].CommitAsync(CommitBench.Delivery("import", "first", repeats: RepeatScope.Import), Cancel);

        Assert.Equal((CommitStatus.Stored, 5L, 1L, 0L), (stored.Status, stored.Rows, stored.Rejected, stored.Repeats));
        Assert.Equal(CommitStatus.Repeated, again.Status);
        Assert.Equal((CommitStatus.Stored, 0L, 5L), (other.Status, other.Rows, other.Repeats));
        Assert.Equal((CommitStatus.Stored, 0L, 5L), (old.Status, old.Rows, old.Repeats));
        await WholeAsync("first");
    }

    [Fact]
    public async Task While_a_replica_is_down_two_copies_are_refused_one_is_taken_and_both_are_whole_afterwards()
    {
        var (two, one) = (await StartNodeAsync(2), await StartNodeAsync(1));
        cluster.Second.Kill();

        await SessionEndsAsync(cluster.First);
        var refused = await two.CommitAsync(CommitBench.Delivery("two-copies", "two-copies"), Cancel);
        var taken = await one.CommitAsync(CommitBench.Delivery("one-copy", "one-copy"), Cancel);
        await ReturnAsync(cluster.Second, cluster.First);

        Assert.Equal(CommitStatus.Unavailable, refused.Status);
        Assert.StartsWith("shard 1 of the cluster main cannot store now: ", refused.Detail, StringComparison.Ordinal);
        Assert.Contains("put quorum=1 into the store's address", refused.Detail, StringComparison.Ordinal);
        Assert.Contains($"{cluster.Second.Host.Authority} does not answer", refused.Detail, StringComparison.Ordinal);
        Assert.Equal((CommitStatus.Stored, 5L), (taken.Status, taken.Rows));
        await UntilStoredAsync(two, "two-copies");
        await WholeAsync("two-copies");
        await WholeAsync("one-copy");
    }

    /// <summary>Whichever of its inserts is done when the server dies. What only that server has, one copy being enough, is waited for: until it is back the delivery is refused.</summary>
    [Theory]
    [InlineData(10)]
    [InlineData(50)]
    public async Task A_replica_that_is_killed_in_a_commit_loses_and_doubles_nothing(int milliseconds)
    {
        var node = await StartNodeAsync(1);
        var id = FirstsDelivery(node, $"killed-{milliseconds}");

        var committing = node.CommitAsync(CommitBench.Delivery(id, id), Cancel);
        await Task.Delay(milliseconds, Cancel);
        cluster.First.Kill();
        var result = await committing;
        await ReturnAsync(cluster.First, cluster.Second);

        Assert.True(result.Status == CommitStatus.Stored || result.Detail!.Contains("what was inserted cannot be read", StringComparison.Ordinal), result.Detail);
        await UntilStoredAsync(node, id);
        await WholeAsync(id);
    }

    [Fact]
    public async Task Without_ZooKeeper_a_delivery_is_refused_with_the_reason_and_taken_when_it_is_back()
    {
        var node = await StartNodeAsync(2);
        cluster.ZooKeeper.Kill();

        CommitResult refused;
        do
        {
            refused = await node.CommitAsync(CommitBench.Delivery("no-keeper", "no-keeper"), Cancel);
            Assert.Equal(CommitStatus.Unavailable, refused.Status);
        }
        while (!refused.Detail!.Contains("has its tables read-only, because it lost its Keeper", StringComparison.Ordinal));
        await node.CheckAsync(all: true, Cancel);
        var report = node.Report;
        await cluster.StartAsync();

        Assert.Equal((false, true), (report.CanStore, report.CanQuery));
        await UntilStoredAsync(node, "no-keeper");
        await WholeAsync("no-keeper");
    }

    /// <summary>A node, as it is when it has started: the tables are there.</summary>
    private async Task<ClickHouseCluster> StartNodeAsync(int quorum)
    {
        var node = await OpenAsync(quorum);
        await SchemaMaker.MakeAsync(node, new ClickHouseSchema(AddressOf(quorum), TimeSpan.Zero), NullLogger.Instance, Cancel);
        return node;
    }

    // The row of a delivery holds when it was stored; without tokens a retry is the same only if that is the same.
    private async Task<ClickHouseCluster> OpenAsync(int quorum) => await ClickHouseCluster.OpenAsync(_http, AddressOf(quorum), CommitBench.Identity, TimeSpan.FromHours(1), Time, Cancel);

    private Cistern.Store.ClickHouse.ClickHouseAddress AddressOf(int quorum) => cluster.First.Address with { Database = Database, Quorum = quorum, Shards = [[cluster.First.Host, cluster.Second.Host]] };

    private async Task<ClusterReport> CheckedAsync(int quorum)
    {
        var node = await OpenAsync(quorum);
        await node.CheckAsync(all: true, Cancel);
        return node.Report;
    }

    // A name for which the first server is tried first.
    private string FirstsDelivery(ClickHouseCluster node, string name) =>
        Enumerable.Range(0, 100).Select(number => $"{name}-{number}").First(id =>
        {
            var hash = Cistern.Store.ClickHouse.Insert.CommitWork.Of(CommitBench.Delivery(id), CommitBench.Identity).Shard;
            return node.Topology.Of(hash).InOrder(hash).First().Host == cluster.First.Host;
        });

    private static Task UntilStoredAsync(ClickHouseCluster node, string id) =>
        WaitAsync($"{id} is taken", async () => (await node.CommitAsync(CommitBench.Delivery(id, id), Cancel)).Status is CommitStatus.Stored or CommitStatus.Repeated);

    /// <summary>It is on both, once.</summary>
    private async Task WholeAsync(string id)
    {
        foreach (var client in new[] { cluster.First.Client.With(Database), cluster.Second.Client.With(Database) })
        {
            await WaitAsync($"{client.Host} has {id}", async () => await CountAsync(client, "deliveries_rows", id) > 0 && await CountAsync(client, "logs_rows", id) > 0 && await CountAsync(client, "requests_rows", id) > 0);
            Assert.Equal((2L, 3L, 1L, 1L), (await CountAsync(client, "requests_rows", id), await CountAsync(client, "logs_rows", id), await CountAsync(client, "rejects_rows", id), await CountAsync(client, "deliveries_rows", id)));
        }
    }

    private static Task<long> CountAsync(ClickHouseClient client, string table, string id) => NumberAsync(client, $"SELECT count() FROM {table} WHERE delivery_id = '{id}'");

    private static async Task<long> NumberAsync(ClickHouseClient client, string sql)
    {
        using var answer = await client.SelectAsync(sql, None, None, Cancel);
        return long.Parse(await answer.Content.ReadAsStringAsync(Cancel), CultureInfo.InvariantCulture);
    }

    private static async Task ReturnAsync(DebianClickHouse server, DebianClickHouse other)
    {
        await SessionEndsAsync(other);
        await server.StartAsync();
    }

    private static Task SessionEndsAsync(DebianClickHouse other) => WaitAsync("the session of the other ends", async () => await NumberAsync(other.Client, "SELECT max(active_replicas) FROM system.replicas") == 1);

    private static async Task WaitAsync(string what, Func<Task<bool>> holds)
    {
        var waited = Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(waited.Elapsed < Limit, $"not within {Limit.TotalSeconds} s: {what}");
            await Task.Delay(50, Cancel);
        }
    }

    private sealed class StoppedTime : TimeProvider
    {
        private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;

        public override DateTimeOffset GetUtcNow() => _now;
    }
}
