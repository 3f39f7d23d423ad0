using System.Diagnostics;
using System.Globalization;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Insert;

namespace Cistern.Tests.Store.ClickHouse.Servers;

/// <summary>What production relies on when a replica, or what keeps them together, is away: two real servers, ZooKeeper, and tables in the syntax of 2018. A retry is recognised by its block there, as by its token today.</summary>
public sealed class ReplicationTests(ReplicatedClickHouse cluster) : IClassFixture<ReplicatedClickHouse>, IAsyncLifetime
{
    private const int TooFewLiveReplicas = 285;
    private const int UnsatisfiedQuorum = 286;
    private const int UnknownStatusOfInsert = 319;

    private static readonly Dictionary<string, string> None = [];
    private static readonly Dictionary<string, string> BothReplicas = new() { ["insert_quorum"] = "2", ["insert_quorum_timeout"] = "1500" };
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private ClickHouseClient First => cluster.First.Client;

    private ClickHouseClient Second => cluster.Second.Client;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await cluster.StartAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task The_same_block_is_stored_once_whichever_replica_gets_it()
    {
        await MakeTableAsync("once");

        await UntilStoredAsync(First, "once", 0, 10, None);
        await UntilStoredAsync(Second, "once", 0, 10, None);
        await UntilStoredAsync(First, "once", 0, 10, None);
        await UntilStoredAsync(Second, "once", 10, 1, None);

        await EachOnceAsync("once", 11);
    }

    /// <summary>Two nodes that start together; and both again later.</summary>
    [Fact]
    public async Task Tables_that_both_make_at_the_same_moment_are_there_once()
    {
        for (var round = 0; round < 2; round++)
        {
            await WaitAsync("both have made them", TogetherAsync);
        }

        foreach (var client in new[] { First, Second })
        {
            Assert.Equal(4, await NumberAsync(client, "SELECT count() FROM system.replicas WHERE table LIKE 'together_%' AND total_replicas = 2 AND NOT is_readonly"));
        }
    }

    /// <summary>At first the insert waits for a replica that nobody misses yet, and its end is not known; later it is refused at once. Nothing of it is lost or doubled when it is sent again.</summary>
    [Fact]
    public async Task A_quorum_of_two_is_refused_while_one_is_down_and_one_goes_on()
    {
        await MakeTableAsync("quorum");
        await UntilStoredAsync(First, "quorum", 0, 1, BothReplicas);
        cluster.Second.Kill();

        var codes = new List<int>();
        for (var block = 1; !codes.Contains(TooFewLiveReplicas); block++)
        {
            codes.Add((await RefusalAsync(() => InsertAsync(First, "quorum", block, 1, BothReplicas))).Code);
            await Task.Delay(200, Cancel);
        }

        await InsertAsync(First, "quorum", codes.Count + 1, 100_000);
        await ReturnAsync(cluster.Second, cluster.First);

        Assert.All(codes, code => Assert.True(code is UnknownStatusOfInsert or UnsatisfiedQuorum or TooFewLiveReplicas, $"{code}"));
        Assert.Contains(UnknownStatusOfInsert, codes);
        for (var block = 1; block <= codes.Count; block++)
        {
            await UntilStoredAsync(block % 2 == 0 ? First : Second, "quorum", block, 1, BothReplicas);
        }

        await EachOnceAsync("quorum", codes.Count + 1 + 100_000);
    }

    /// <summary>The answer never comes, and the server that should have sent it is dead: the retry on the other stores it once, whether or not it had been done.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task A_replica_that_is_killed_in_an_insert_loses_and_doubles_nothing(int milliseconds)
    {
        var table = $"killed_{milliseconds}";
        await MakeTableAsync(table);

        var inserting = InsertAsync(First, table, 0, 300_000);
        await Task.Delay(milliseconds, Cancel);
        cluster.First.Kill();
        var error = await Record.ExceptionAsync(() => inserting);
        await UntilStoredAsync(Second, table, 0, 300_000, None);
        await ReturnAsync(cluster.First, cluster.Second);

        Assert.True(error is null or ClickHouseException { IsLost: true }, $"{error}");
        await EachOnceAsync(table, 300_000);
    }

    /// <summary>It was done on both before the answer was lost: so the other knows it, while the first is down.</summary>
    [Fact]
    public async Task What_two_replicas_have_is_known_by_the_other_when_the_answer_is_lost()
    {
        await MakeTableAsync("answer");
        await using var relay = new CutRelay(cluster.First.Host) { AnswerBytes = 0 };
        using var http = new HttpMessageInvoker(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(10)));

        var error = await RefusalAsync(() => InsertAsync(new ClickHouseClient(http, relay.Address, cluster.First.Address), "answer", 0, 10, new Dictionary<string, string>(BothReplicas) { ["insert_quorum_timeout"] = "60000" }));
        cluster.First.Kill();
        var seen = await NumberAsync(Second, "SELECT count() FROM answer");
        await InsertAsync(Second, "answer", 0, 10);
        await ReturnAsync(cluster.First, cluster.Second);

        Assert.True(error.IsLost);
        Assert.Equal(10, seen);
        await EachOnceAsync("answer", 10);
    }

    [Fact]
    public async Task Without_ZooKeeper_tables_are_read_only_and_come_back()
    {
        await MakeTableAsync("keeper");
        await UntilStoredAsync(First, "keeper", 0, 1, None);
        cluster.ZooKeeper.Kill();

        var codes = new List<int>();
        while (!codes.Contains(ClickHouseErrors.TableIsReadOnly))
        {
            codes.Add((await RefusalAsync(() => InsertAsync(First, "keeper", 1, 1))).Code);
        }

        Assert.Equal(1, await NumberAsync(First, "SELECT count() FROM keeper"));
        await RefusalAsync(() => MakeTableAsync("never", First));

        await cluster.StartAsync();
        await UntilStoredAsync(Second, "keeper", 0, 1, None);
        await UntilStoredAsync(First, "keeper", 1, 1, None);
        await EachOnceAsync("keeper", 2);
        TestContext.Current.TestOutputHelper?.WriteLine($"codes: {string.Join(' ', codes.Distinct())}");
    }

    /// <summary>The server that is asked answers with rows first and the error last: 200 would be believed if the end were not awaited.</summary>
    [Fact]
    public async Task A_table_made_while_a_replica_is_down_is_an_error_and_is_made_there_when_it_returns()
    {
        cluster.Second.Kill();

        var error = await RefusalAsync(() => MakeTableAsync("late", First, new Dictionary<string, string> { ["distributed_ddl_task_timeout"] = "1" }));
        await ReturnAsync(cluster.Second, cluster.First);

        Assert.Equal(ClickHouseErrors.TimeoutExceeded, error.Code);
        await WaitAsync("the table is made", async () => await NumberAsync(Second, "SELECT count() FROM system.tables WHERE name = 'late'") == 1);
        await UntilStoredAsync(Second, "late", 0, 1, None);
        await EachOnceAsync("late", 1);
    }

    // Where a machine is so busy that a session with ZooKeeper ends, a server of this age may refuse, or end: a node that starts tries again, too.
    private Task MakeTableAsync(string name) => WaitAsync($"{name} is made", async () =>
    {
        try
        {
            await MakeTableAsync(name, First);
            return true;
        }
        catch (ClickHouseException)
        {
            await cluster.StartAsync();
            return false;
        }
    });

    // A server of that age ends now and then at it; a node asks again, as it does for any that does not answer.
    private async Task<bool> TogetherAsync()
    {
        try
        {
            await Task.WhenAll(MakeTablesAsync(First), MakeTablesAsync(Second));
            return true;
        }
        catch (ClickHouseException error) when (error.IsLost)
        {
            await cluster.StartAsync();
            return false;
        }
    }

    // As a node does it: one after another.
    private static async Task MakeTablesAsync(ClickHouseClient client)
    {
        for (var table = 0; table < 4; table++)
        {
            await MakeTableAsync($"together_{table}", client);
        }
    }

    private static Task MakeTableAsync(string name, ClickHouseClient client, Dictionary<string, string>? settings = null) => client.RunAsync(
        $"CREATE TABLE IF NOT EXISTS {name} ON CLUSTER {ReplicatedClickHouse.Cluster} (n Int64) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{{shard}}/{name}', '{{replica}}') ORDER BY n", settings ?? None, Cancel);

    private static Task InsertAsync(ClickHouseClient client, string table, long first, int count, Dictionary<string, string>? settings = null) =>
        client.InsertAsync($"INSERT INTO {table} FORMAT Native", new BlockContent(new NumberBlock(first, count)), settings ?? None, Cancel);

    /// <summary>Starts it when the other knows that it was away: one that comes back before its session has ended waits ten seconds for that.</summary>
    private static async Task ReturnAsync(DebianClickHouse server, DebianClickHouse other)
    {
        await WaitAsync("its session ends", async () => await NumberAsync(other.Client, "SELECT max(active_replicas) FROM system.replicas") == 1);
        await server.StartAsync();
    }

    // As a sender does it: again, until it is accepted.
    private static Task UntilStoredAsync(ClickHouseClient client, string table, long first, int count, Dictionary<string, string> settings) => WaitAsync($"{table} takes {first}", async () =>
    {
        try
        {
            await InsertAsync(client, table, first, count, settings);
            return true;
        }
        catch (ClickHouseException)
        {
            return false;
        }
    });

    /// <summary>Each number below is there once, on both.</summary>
    private async Task EachOnceAsync(string table, long count)
    {
        foreach (var client in new[] { First, Second })
        {
            await WaitAsync($"{client.Host} has {count} rows of {table}", async () => await NumberAsync(client, $"SELECT count() FROM {table}") >= count);
            Assert.Equal(count, await NumberAsync(client, $"SELECT count() FROM {table}"));
            Assert.Equal(count, await NumberAsync(client, $"SELECT uniqExact(n) FROM {table} WHERE n BETWEEN 0 AND {count - 1}"));
        }
    }

    private static async Task<long> NumberAsync(ClickHouseClient client, string sql)
    {
        using var answer = await client.SelectAsync(sql, None, None, Cancel);
        return long.Parse(await answer.Content.ReadAsStringAsync(Cancel), CultureInfo.InvariantCulture);
    }

    private static async Task<ClickHouseException> RefusalAsync(Func<Task> run) => await Assert.ThrowsAsync<ClickHouseException>(run);

    private static async Task WaitAsync(string what, Func<Task<bool>> holds)
    {
        var waited = Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(waited.Elapsed < Limit, $"not within {Limit.TotalSeconds} s: {what}");
            await Task.Delay(50, Cancel);
        }
    }
}
