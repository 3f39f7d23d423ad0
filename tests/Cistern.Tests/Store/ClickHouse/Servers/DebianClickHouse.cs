using System.Diagnostics;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using Cistern.Store.ClickHouse;
using Cistern.Store.ClickHouse.Http;
using Cistern.Tests.Faults;

namespace Cistern.Tests.Store.ClickHouse.Servers;

/// <summary>Debian's clickhouse-server 18.16: old, but a real server, with users, connections and replicas. Started by the first test that asks for it, in a folder of its own.</summary>
public sealed class DebianClickHouse : IAsyncDisposable
{
    public const string User = "app";
    public const string Password = "secret: of/app? grün";

    /// <summary>How many statements it runs at once.</summary>
    public const int StatementsMax = 40;

    private const string Program = "/usr/sbin/clickhouse-server";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("cistern-old-clickhouse-").FullName;
    private readonly HttpMessageInvoker _http = new(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(10)));
    private readonly HttpMessageInvoker _translated = new(new OldSyntaxHandler());
    private readonly string _clusterXml;
    private readonly string? _cluster;
    private readonly int _port = ServerProcess.TakePort();
    private DebianProcess? _process;

    public DebianClickHouse()
        : this(ServerProcess.TakePort(), null, "")
    {
    }

    /// <summary>One of a cluster.</summary>
    /// <param name="tcpPort">Where other servers find it.</param>
    /// <param name="clusterXml">What its configuration says of the others.</param>
    internal DebianClickHouse(int tcpPort, string? cluster, string clusterXml)
    {
        (_cluster, _clusterXml) = (cluster, clusterXml);
        foreach (var name in new[] { "data", "tmp", "user_files", "format_schemas" })
        {
            Directory.CreateDirectory(Path.Combine(_folder, name));
        }

        File.WriteAllText(Path.Combine(_folder, "config.xml"), Configuration(tcpPort));
        File.WriteAllText(Path.Combine(_folder, "users.xml"), Users());
    }

    internal Uri Host => new($"http://127.0.0.1:{_port}/");

    internal ClickHouseAddress Address => new([Host], User, Password, "default", _cluster);

    internal ClickHouseClient Client => new(_http, Host, Address);

    /// <summary>Statements of today are cut down to what it knows: see <see cref="OldSyntaxHandler"/>.</summary>
    internal ClickHouseClient Translated => new(_translated, Host, Address);

    internal bool IsRunning => _process is { HasExited: false };

    /// <summary>A client on connections of the caller's own.</summary>
    internal ClickHouseClient ClientOn(HttpMessageInvoker http) => new(http, Host, Address);

    /// <summary>Runs it, with the ports and the data that it had, unless it runs; without the package the test is left out.</summary>
    internal async Task StartAsync()
    {
        Requirement.Need(File.Exists(Program), $"needs {Program}: install the Debian package clickhouse-server");
        if (IsRunning)
        {
            return;
        }

        _process = new DebianProcess(Program, _folder, $"--config-file={Path.Combine(_folder, "config.xml")}");
        using var http = new HttpClient();
        var waited = Stopwatch.StartNew();
        while (!await AnswersAsync(http))
        {
            Assert.False(_process.HasExited, $"clickhouse-server ended: {_process.Output}\n{Log()}");
            Assert.True(waited.Elapsed < StartLimit, $"clickhouse-server is not ready: {Log()}");
            await Task.Delay(30);
        }
    }

    /// <summary>SIGKILL: no connection is closed in order, nothing is written any more.</summary>
    internal void Kill()
    {
        _process?.Dispose();
        _process = null;
    }

    internal void Pause() => _process!.Pause();

    internal void Resume() => _process!.Resume();

    public ValueTask DisposeAsync()
    {
        Kill();
        _http.Dispose();
        _translated.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task<bool> AnswersAsync(HttpClient http)
    {
        try
        {
            return await http.GetStringAsync(new Uri(Host, "ping")) == "Ok.\n";
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private string Log() => File.Exists(Path.Combine(_folder, "error.log")) ? string.Join('\n', File.ReadLines(Path.Combine(_folder, "error.log")).TakeLast(20)) : "it has no log";

    private string Configuration(int tcpPort) => $"""
        <?xml version="1.0"?>
        <yandex>
          <logger><level>warning</level><log>{_folder}/server.log</log><errorlog>{_folder}/error.log</errorlog><size>10M</size><count>1</count></logger>
          <listen_host>127.0.0.1</listen_host><http_port>{_port}</http_port><tcp_port>{tcpPort}</tcp_port>
          <path>{_folder}/data/</path><tmp_path>{_folder}/tmp/</tmp_path><user_files_path>{_folder}/user_files/</user_files_path><format_schema_path>{_folder}/format_schemas/</format_schema_path>
          <users_config>users.xml</users_config><default_profile>default</default_profile><default_database>default</default_database>
          <mark_cache_size>16777216</mark_cache_size><max_concurrent_queries>{StatementsMax}</max_concurrent_queries><keep_alive_timeout>3</keep_alive_timeout><timezone>UTC</timezone>
          {_clusterXml}
        </yandex>
        """;

    private static string Users() => $"""
        <?xml version="1.0"?>
        <yandex>
          <profiles><default><max_memory_usage>2000000000</max_memory_usage></default></profiles>
          <quotas><default/></quotas>
          <users>{UserXml(User)}{UserXml("default")}</users>
        </yandex>
        """;

    private static string UserXml(string name) =>
        $"<{name}><password_sha256_hex>{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Password)))}</password_sha256_hex><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></{name}>";

    internal static string ReplicaXml(int tcpPort) => $"<replica><host>127.0.0.1</host><port>{tcpPort}</port><user>{User}</user><password>{SecurityElement.Escape(Password)}</password></replica>";
}
