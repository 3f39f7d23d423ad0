using System.Diagnostics;
using System.Globalization;
using Cistern.Store.ClickHouse.Http;
using Cistern.Tests.Faults;

namespace Cistern.Tests.Store.ClickHouse.Servers;

/// <summary>A real replicated cluster: one shard of two of Debian's servers, and ZooKeeper. Each can be killed and started again.</summary>
public sealed class ReplicatedClickHouse : IAsyncDisposable
{
    public const string Cluster = "main";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    public ReplicatedClickHouse()
    {
        var ports = new[] { ServerProcess.TakePort(), ServerProcess.TakePort() };
        First = Server("r1", ports[0], ports);
        Second = Server("r2", ports[1], ports);
    }

    internal DebianZooKeeper ZooKeeper { get; } = new();

    public DebianClickHouse First { get; }

    public DebianClickHouse Second { get; }

    /// <summary>Everything runs, also after a test that ended some of it.</summary>
    internal async Task StartAsync()
    {
        await ZooKeeper.StartAsync();
        var waited = Stopwatch.StartNew();
        do
        {
            // A server of that age ends now and then when it loses or cannot make its session.
            Assert.True(waited.Elapsed < StartLimit, "the servers do not get along with ZooKeeper");
            await Task.WhenAll(First.StartAsync(), Second.StartAsync());
        }
        while (!await HasSessionAsync(First) || !await HasSessionAsync(Second));
    }

    public async ValueTask DisposeAsync()
    {
        await First.DisposeAsync();
        await Second.DisposeAsync();
        ZooKeeper.Dispose();
    }

    private static async Task<bool> HasSessionAsync(DebianClickHouse server)
    {
        try
        {
            using var answer = await server.Client.SelectAsync("SELECT count() FROM system.zookeeper WHERE path = '/'", new Dictionary<string, string>(), new Dictionary<string, string>(), CancellationToken.None);
            return true;
        }
        catch (ClickHouseException)
        {
            await Task.Delay(100);
            return false;
        }
    }

    // A session that ends soon, so that a dead server is known to be dead within seconds.
    private DebianClickHouse Server(string replica, int tcpPort, int[] ports) => new(tcpPort, Cluster, string.Create(CultureInfo.InvariantCulture, $"""
        <zookeeper><node><host>127.0.0.1</host><port>{ZooKeeper.Port}</port></node><session_timeout_ms>3000</session_timeout_ms></zookeeper>
          <interserver_http_port>{ServerProcess.TakePort()}</interserver_http_port><interserver_http_host>127.0.0.1</interserver_http_host>
          <macros><shard>01</shard><replica>{replica}</replica></macros>
          <remote_servers><{Cluster}><shard><internal_replication>true</internal_replication>{string.Concat(ports.Select(DebianClickHouse.ReplicaXml))}</shard></{Cluster}></remote_servers>
          <distributed_ddl><path>/clickhouse/task_queue/ddl</path></distributed_ddl>
        """));
}
