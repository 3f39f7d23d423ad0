using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Cistern.Tests.Faults;

namespace Cistern.Tests.Store.ClickHouse.Servers;

/// <summary>Debian's ZooKeeper, alone, on a folder that outlives it.</summary>
internal sealed class DebianZooKeeper : IDisposable
{
    private const string Jars = "/usr/share/java";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    // The package's own script starts it as a service, with its configuration.
    private static readonly string[] JarNames = ["zookeeper.jar", "zookeeper-jute.jar", "slf4j-log4j12.jar", "slf4j-api.jar", "log4j-1.2.jar", "metrics-core.jar", "snappy-java.jar", "netty-*.jar", "commons-cli.jar", "jackson-*.jar", "servlet-api.jar"];

    private readonly string _folder = Directory.CreateTempSubdirectory("cistern-zookeeper-").FullName;
    private DebianProcess? _process;

    public int Port { get; } = ServerProcess.TakePort();

    public async Task StartAsync()
    {
        Requirement.Need(File.Exists(Path.Combine(Jars, JarNames[0])), "needs ZooKeeper: install the Debian package zookeeper");
        Requirement.Package("java", "default-jre-headless");
        if (_process is not null)
        {
            return;
        }

        await File.WriteAllTextAsync(Path.Combine(_folder, "zoo.cfg"), string.Create(CultureInfo.InvariantCulture, $"tickTime=500\ndataDir={_folder}/data\nclientPort={Port}\nclientPortAddress=127.0.0.1\nadmin.enableServer=false\n4lw.commands.whitelist=srvr\n"));
        var path = string.Join(':', JarNames.SelectMany(name => Directory.EnumerateFiles(Jars, name)));
        _process = new DebianProcess("java", _folder, "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", path, "-Dzookeeper.jmx.log4j.disable=true", "org.apache.zookeeper.server.quorum.QuorumPeerMain", Path.Combine(_folder, "zoo.cfg"));
        var waited = Stopwatch.StartNew();
        while (!await IsReadyAsync())
        {
            Assert.True(!_process.HasExited && waited.Elapsed < StartLimit, $"ZooKeeper is not ready: {_process.Output}");
            await Task.Delay(50);
        }
    }

    public void Kill()
    {
        _process?.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        Kill();
        Directory.Delete(_folder, recursive: true);
    }

    // Before it is ready it may take a connection and never answer, and it says that it is well before it takes sessions.
    private async Task<bool> IsReadyAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port, limit.Token);
            await using var stream = client.GetStream();
            await stream.WriteAsync("srvr"u8.ToArray(), limit.Token);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            return (await reader.ReadToEndAsync(limit.Token)).Contains("Mode:", StringComparison.Ordinal);
        }
        catch (Exception error) when (error is SocketException or IOException or OperationCanceledException)
        {
            return false;
        }
    }
}
