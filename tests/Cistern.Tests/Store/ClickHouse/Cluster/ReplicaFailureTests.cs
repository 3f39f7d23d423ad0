using Cistern.Store;
using Cistern.Store.ClickHouse;
using Cistern.Store.ClickHouse.Cluster;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Insert;
using Cistern.Store.ClickHouse.Read;

namespace Cistern.Tests.Store.ClickHouse.Cluster;

/// <summary>Two replicas of a shard that misbehave: two servers over one engine, which knows tokens as replicas know those of each other.</summary>
public sealed class ReplicaFailureTests(ClickHouseEngine engine) : IClassFixture<ClickHouseEngine>
{
    private readonly CommitBench _bench = new(engine);

    public static TheoryData<string, string> Kinds => new()
    {
        { "reset", "does not answer" },
        { "reset-done", "does not answer" },
        { "hang", "did not answer within 8 s" },
        { "hang-done", "did not answer within 8 s" },
        { "half-done", "" },
        { "502", "answered 502: <html>" },
        { "500-done", "answered 500: <html>" },
        { "200-page", "answered 200: <html>" },
        { "242", "look whether Keeper runs" },
        { "285", "put quorum=1 into the store's address" },
        { "319-done", "cannot say whether 2 replicas have the delivery" },
        { "252", "let streams buffer longer" },
        { "241", "has no memory" },
        { "202", "max_concurrent_queries" },
        { "516", "refuses the user or the password" },
        { "497", "does not let the user" },
        { "243", "disk of" },
        { "999", "Keeper" },
        { "159-done", "took too long" },
        { "60", "makes its tables when it starts" },
        { "9999", "(code 9999)" },
    };

    public static TheoryData<string, string> Places => [.. new[] { "FROM delivery_plans", "INTO delivery_plans", "INTO logs_rows", "INTO deliveries_rows" }.SelectMany(place => new[] { "reset-done", "half-done", "242" }, (place, kind) => (place, kind))];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_next_replica_takes_it_and_if_none_does_the_sender_is_told_why(string kind, string sentence)
    {
        await _bench.MakeTablesAsync();
        await using var one = await MisbehavingServer.StartAsync(engine.Address.Hosts[0]);
        await using var two = await MisbehavingServer.StartAsync(engine.Address.Hosts[0]);
        using var http = new HttpMessageInvoker(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(5)));
        var cluster = await OpenAsync(http, one.Address, two.Address);

        Once(Of(kind), "INTO requests_rows", one, two);
        var next = await cluster.CommitAsync(CommitBench.Delivery($"next-{kind}", $"next{kind}"), Cancel);
        await cluster.CheckAsync(all: true, Cancel);
        var well = cluster.Report;
        one.Script = two.Script = sql => sql.Contains("INTO requests_rows", StringComparison.Ordinal) ? Of(kind) : null;
        var refused = await cluster.CommitAsync(CommitBench.Delivery($"none-{kind}", $"none{kind}"), Cancel);
        one.Script = two.Script = _ => null;
        var retried = await cluster.CommitAsync(CommitBench.Delivery($"none-{kind}", $"none{kind}"), Cancel);

        Assert.Equal((CommitStatus.Stored, 5L, 1L, 0L), (next.Status, next.Rows, next.Rejected, next.Repeats));
        Assert.Empty(well.Troubles);
        await _bench.AssertWholeAsync($"next-{kind}");

        if (kind != "half-done") // The head says that the insert was done: also who does not read on is right.
        {
            Assert.Equal((CommitStatus.Unavailable, CommitStatus.Stored), (refused.Status, retried.Status));
            Assert.StartsWith("shard 1 of the cluster main cannot store now: ", refused.Detail, StringComparison.Ordinal);
            Assert.Contains(sentence, refused.Detail, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", refused.Detail, StringComparison.Ordinal);
        }

        await _bench.AssertWholeAsync($"none-{kind}");
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Wherever_it_fails_the_next_replica_makes_it_whole(string place, string kind)
    {
        await _bench.MakeTablesAsync();
        await using var one = await MisbehavingServer.StartAsync(engine.Address.Hosts[0]);
        await using var two = await MisbehavingServer.StartAsync(engine.Address.Hosts[0]);
        using var http = new HttpMessageInvoker(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(5)));
        var cluster = await OpenAsync(http, one.Address, two.Address);
        var name = $"{kind}-{place}";

        Once(Of(kind), place, one, two);
        var result = await cluster.CommitAsync(CommitBench.Delivery(name, name), Cancel);

        Assert.Equal((CommitStatus.Stored, 5L, 1L, 0L), (result.Status, result.Rows, result.Rejected, result.Repeats));
        await _bench.AssertWholeAsync(name);
    }

    /// <summary>The last insert is seen, but ClickHouse does not know whether a second replica has it: that is no 200, also if it is asked again.</summary>
    [Fact]
    public async Task A_delivery_that_is_in_one_replica_only_is_not_answered_for()
    {
        await _bench.MakeTablesAsync();
        await using var one = await MisbehavingServer.StartAsync(engine.Address.Hosts[0]);
        await using var two = await MisbehavingServer.StartAsync(engine.Address.Hosts[0]);
        using var http = new HttpMessageInvoker(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(5)));
        var cluster = await OpenAsync(http, one.Address, two.Address);
        one.Script = two.Script = sql => sql.Contains("INTO deliveries_rows", StringComparison.Ordinal) ? Of("319-done") : null;

        for (var attempt = 0; attempt < 3; attempt++)
        {
            Assert.Equal(CommitStatus.Unavailable, (await cluster.CommitAsync(CommitBench.Delivery("one-copy", "one-copy"), Cancel)).Status);
        }

        one.Script = two.Script = _ => null;
        Assert.Equal(CommitStatus.Repeated, (await cluster.CommitAsync(CommitBench.Delivery("one-copy", "one-copy"), Cancel)).Status);
        await _bench.AssertWholeAsync("one-copy");
    }

    [Fact]
    public async Task A_replica_that_refuses_connections_is_tried_last_and_said_to_be_down()
    {
        await _bench.MakeTablesAsync();
        await using var alive = await MisbehavingServer.StartAsync(engine.Address.Hosts[0]);
        using var http = new HttpMessageInvoker(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(5)));
        var cluster = await OpenAsync(http, new Uri("http://127.0.0.1:1/"), alive.Address);

        for (var number = 0; number < 4; number++)
        {
            Assert.Equal(CommitStatus.Stored, (await cluster.CommitAsync(CommitBench.Delivery($"down-{number}", $"down{number}"), Cancel)).Status);
        }

        await cluster.CheckAsync(all: true, Cancel);
        Assert.Contains("shard 1 of 1: 127.0.0.1:1 does not answer", Assert.Single(cluster.Report.Troubles), StringComparison.Ordinal);
        Assert.True(cluster.Report.CanQuery);
        Assert.False(cluster.Report.CanStore); // One of two copies would not be two: ClickHouse itself refuses such inserts.
        Assert.True((await OpenAsync(http, engine.Address with { Quorum = 1 }, new Uri("http://127.0.0.1:1/"), alive.Address)).Report.CanStore);
    }

    [Fact]
    public async Task Queries_go_to_each_in_turn_and_past_one_that_is_down()
    {
        await using var one = await MisbehavingServer.StartAsync(engine.Address.Hosts[0]);
        await using var two = await MisbehavingServer.StartAsync(engine.Address.Hosts[0]);
        using var http = new HttpMessageInvoker(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(5)));
        var cluster = await OpenAsync(http, one.Address, two.Address);
        async Task<object?> AskAsync() => (await cluster.ReadAsync(client => new ShardConnection(client).SelectAsync("SELECT 7", new Dictionary<string, string>(), Cancel)))[0][0];

        for (var turn = 0; turn < 4; turn++)
        {
            Assert.Equal(7L, await AskAsync());
        }

        Assert.Equal((2, 2), (one.Statements, two.Statements));
        one.Script = _ => new Misbehaviour.Reset();
        for (var turn = 0; turn < 4; turn++)
        {
            Assert.Equal(7L, await AskAsync());
        }

        Assert.Equal((3, 6), (one.Statements, two.Statements));
        two.Script = _ => new Misbehaviour.Page(502, "<html>bad gateway</html>");
        Assert.True((await Assert.ThrowsAsync<ClickHouseException>(AskAsync)).IsLost);
    }

    /// <summary>ClickHouse itself finds that a shard is down: no other server makes a whole answer of it.</summary>
    [Fact]
    public async Task A_query_that_misses_a_shard_fails_and_says_so()
    {
        await using var one = await MisbehavingServer.StartAsync(engine.Address.Hosts[0]);
        await using var two = await MisbehavingServer.StartAsync(engine.Address.Hosts[0]);
        using var http = new HttpMessageInvoker(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(5)));
        var cluster = await OpenAsync(http, one.Address, two.Address);
        one.Script = two.Script = _ => new Misbehaviour.Error(ClickHouseErrors.AllConnectionsFailed, "All connection tries failed: ch-3:9000");
        var query = new StoreQuery("SELECT 1", [], [], null, QueryPool.Panels, new QueryLimits(TimeSpan.FromSeconds(20), 10));

        var error = await Assert.ThrowsAsync<StoreQueryException>(() => cluster.ReadAsync(client => new QueryRuns(client).RunAsync(query, Cancel)));

        Assert.Equal(StoreQueryFault.Unavailable, error.Fault);
        Assert.Contains("ch-3:9000", error.Message, StringComparison.Ordinal);
        Assert.True(one.Statements > 0 && two.Statements > 0);
    }

    private static async Task<ClickHouseCluster> OpenAsync(HttpMessageInvoker http, ClickHouseAddress address, params Uri[] replicas)
    {
        var cluster = await ClickHouseCluster.OpenAsync(http, address with { Cluster = "main", Shards = [replicas] }, CommitBench.Identity, TimeSpan.FromHours(1), TimeProvider.System, Cancel);
        cluster.Limits = new StatementLimits { Select = TimeSpan.FromSeconds(8), Insert = TimeSpan.FromSeconds(8) };
        return cluster;
    }

    private Task<ClickHouseCluster> OpenAsync(HttpMessageInvoker http, params Uri[] replicas) => OpenAsync(http, engine.Address, replicas);

    // The first statement of that kind, whichever of them gets it.
    private static void Once(Misbehaviour misbehaviour, string place, params MisbehavingServer[] servers)
    {
        var left = 1;
        foreach (var server in servers)
        {
            server.Script = sql => sql.Contains(place, StringComparison.Ordinal) && Interlocked.Exchange(ref left, 0) == 1 ? misbehaviour : null;
        }
    }

    private static Misbehaviour Of(string kind)
    {
        var done = kind.EndsWith("-done", StringComparison.Ordinal);
        return kind.Split('-')[0] switch
        {
            "reset" => new Misbehaviour.Reset { Done = done },
            "hang" => new Misbehaviour.Hang { Done = done },
            "half" => new Misbehaviour.Half { Done = done },
            "200" or "500" or "502" => new Misbehaviour.Page(int.Parse(kind.Split('-')[0], System.Globalization.CultureInfo.InvariantCulture), "<html>\n<body>nginx</body></html>") { Done = done },
            var code => new Misbehaviour.Error(int.Parse(code, System.Globalization.CultureInfo.InvariantCulture), "scripted words") { Done = done },
        };
    }
}
