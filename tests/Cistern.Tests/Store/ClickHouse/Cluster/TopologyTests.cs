using Cistern.Store;
using Cistern.Store.ClickHouse.Cluster;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Insert;

namespace Cistern.Tests.Store.ClickHouse.Cluster;

/// <summary>Which servers there are, and which shard a delivery belongs to.</summary>
public sealed class TopologyTests(ClickHouseEngine engine) : IClassFixture<ClickHouseEngine>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A change here would send the retry of a delivery, and an import that was stored, to another shard.</summary>
    [Fact]
    public void The_shard_of_a_delivery_never_changes()
    {
        var work = CommitWork.Of(CommitBench.Delivery("0b2f5b9e-9a55-4a2c-8f0e-2f1c5f0e9d11"), CommitBench.Identity);

        // printf 'arn:own\0000b2f5b9e-9a55-4a2c-8f0e-2f1c5f0e9d11' | sha256sum
        Assert.Equal("57d7b37915de1c4bb4f78c3406ce4ec25b16e998e19fb35a", $"{work.Shard:x16}{work.Key:x32}");
    }

    [Fact]
    public void Weights_divide_as_in_a_Distributed_table()
    {
        var topology = new Topology([new Shard(1, 1, 1, []), new Shard(2, 2, 1, []), new Shard(3, 0, 1, [])]);

        Assert.Equal([1, 2, 2, 1, 2, 2, 1], Enumerable.Range(0, 7).Select(hash => topology.Of((ulong)hash).Number));
    }

    [Fact]
    public async Task The_cluster_says_shards_weights_and_replicas_and_the_address_their_ports()
    {
        await using var server = await MisbehavingServer.StartAsync(engine.Address.Hosts[0]);
        await engine.Client.RunAsync("CREATE TABLE IF NOT EXISTS told (cluster String, shard_num UInt32, shard_weight UInt32, replica_num UInt32, host_name String) ENGINE = Memory", new Dictionary<string, string>(), Cancel);
        await engine.Client.RunAsync("INSERT INTO told VALUES ('main', 1, 1, 1, 'ch-1'), ('main', 1, 1, 2, 'ch-2'), ('main', 2, 3, 1, '127.0.0.1'), ('other', 1, 1, 1, 'ch-9')", new Dictionary<string, string>(), Cancel);
        server.Rewrite = sql => sql.Replace("system.clusters", "cistern.told", StringComparison.Ordinal);
        using var http = new HttpMessageInvoker(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(5)));
        var address = engine.Address with { Hosts = [new Uri("http://ch-2:9123/"), server.Address], Cluster = "main" };

        // The first host has no such name here, so the second is asked.
        var cluster = await ClickHouseCluster.OpenAsync(http, address, CommitBench.Identity, TimeSpan.Zero, TimeProvider.System, Cancel);
        var wrong = await Assert.ThrowsAsync<ClickHouseException>(() => ClickHouseCluster.OpenAsync(http, address with { Hosts = [server.Address], Cluster = "mian" }, CommitBench.Identity, TimeSpan.Zero, TimeProvider.System, Cancel));

        Assert.Equal([(1, 1, 2), (2, 3, 1)], cluster.Topology.Shards.Select(shard => (shard.Number, shard.Weight, shard.Quorum)));
        Assert.Equal(["http://ch-1:9123/", "http://ch-2:9123/", server.Address.ToString()], cluster.Topology.Replicas.Select(replica => replica.Host.ToString()));
        Assert.Contains("knows no cluster 'mian'; it knows main, other", wrong.Message, StringComparison.Ordinal);
        await engine.Client.RunAsync("INSERT INTO told VALUES ('main', 3, 1, 1, 'ch-5')", new Dictionary<string, string>(), Cancel);
        await cluster.RefreshAsync(Cancel);
        Assert.Equal(3, cluster.Topology.Shards.Count);
    }

    /// <summary>Two engines are two shards: a delivery is in one of them, and one that is down refuses its own only.</summary>
    [Fact]
    public async Task A_shard_that_is_down_refuses_its_deliveries_and_no_others()
    {
        await using var other = new ClickHouseEngine();
        await other.InitializeAsync();
        CommitBench[] shards = [new(engine, "two"), new(other, "two")];
        await Task.WhenAll(shards.Select(shard => shard.MakeTablesAsync()));
        await using var front = await MisbehavingServer.StartAsync(other.Address.Hosts[0]);
        using var http = new HttpMessageInvoker(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(5)));
        var address = engine.Address with { Database = "two", Cluster = "main", Shards = [[engine.Address.Hosts[0]], [front.Address]] };
        var cluster = await ClickHouseCluster.OpenAsync(http, address, CommitBench.Identity, TimeSpan.FromHours(1), TimeProvider.System, Cancel);
        var ids = Enumerable.Range(0, 12).Select(number => $"two-{number}").ToArray();

        var stored = await CommitAsync(cluster, ids[..6]);
        front.Script = _ => new Misbehaviour.Reset();
        var during = await CommitAsync(cluster, ids[6..]);
        await cluster.CheckAsync(all: true, Cancel);
        var report = cluster.Report;
        front.Script = _ => null;
        await cluster.CheckAsync(all: false, Cancel);
        var healed = cluster.Report;
        var retried = await CommitAsync(cluster, ids[6..]);

        Assert.All(stored, result => Assert.Equal(CommitStatus.Stored, result.Status));
        Assert.Contains(during, result => result.Status == CommitStatus.Stored);
        var refused = during.Where(result => result.Status == CommitStatus.Unavailable).ToArray();
        Assert.NotEmpty(refused);
        Assert.All(refused, result => Assert.StartsWith($"shard 2 of the cluster main cannot store now: {front.Address.Authority} does not answer", result.Detail, StringComparison.Ordinal));
        Assert.Equal((true, false), (report.CanStore, report.CanQuery));
        Assert.StartsWith($"shard 2 of 2: {front.Address.Authority}", report.Readiness.Reason, StringComparison.Ordinal);
        Assert.Equal((true, true, null), (healed.CanStore, healed.CanQuery, healed.Readiness.Reason));
        Assert.All(during.Zip(retried), pair => Assert.Equal(pair.First.Status == CommitStatus.Stored ? CommitStatus.Repeated : CommitStatus.Stored, pair.Second.Status));
        foreach (var id in ids)
        {
            var counts = new[] { await shards[0].CountAsync("deliveries_rows", id), await shards[1].CountAsync("deliveries_rows", id) };
            Assert.Equal(1, counts.Sum());
            await shards[counts[0] == 1 ? 0 : 1].AssertWholeAsync(id);
        }
    }

    private static async Task<CommitResult[]> CommitAsync(ClickHouseCluster cluster, IEnumerable<string> ids)
    {
        var results = new List<CommitResult>();
        foreach (var id in ids)
        {
            results.Add(await cluster.CommitAsync(CommitBench.Delivery(id, id), Cancel));
        }

        return [.. results];
    }
}
