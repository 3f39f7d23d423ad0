using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Cistern.Delivery.Backup;
using Cistern.Tests.Faults;

namespace Cistern.Tests.Delivery.Backup;

[CollectionDefinition(Name)]
public sealed class ObjectServiceCollection : ICollectionFixture<ObjectService>
{
    public const string Name = "a service that speaks S3";
}

/// <summary>
/// A real S3 service: Ceph's gateway in front of one monitor and one storage daemon that keeps all in memory, each a process of its own on loopback.
/// It is started by the first test that asks for it.
/// </summary>
/// <remarks>
/// Without cephx the gateway hangs; with the default proposal interval each pool takes two seconds. The gateway can be ended and started
/// again on its port (<see cref="StopGateway"/>): what is stored stays in the storage daemon.
/// </remarks>
public sealed class ObjectService : IAsyncDisposable
{
    public const string AccessKey = "CISTERNTEST";
    public const string SecretKey = "the-secret-of-the-tests";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);
    private static readonly string Packages = "install the Debian packages radosgw, ceph-mon and ceph-osd";

    private readonly SemaphoreSlim _gate = new(1);
    private readonly List<Process> _started = [];
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"cistern-s3-{Guid.NewGuid():N}"[..24]);
    private Process? _gateway;
    private int _port;
    private int _buckets;
    private Exception? _failed;

    public Uri Endpoint => new($"http://127.0.0.1:{_port}");

    /// <summary>A store on the service, started if it does not run yet.</summary>
    internal async Task<S3ObjectStore> OpenAsync(string secret = SecretKey, int pageSize = 1000)
    {
        await StartAsync();
        return new S3ObjectStore(new S3Options { Endpoint = Endpoint, AccessKey = AccessKey, SecretKey = secret, Timeout = TimeSpan.FromSeconds(60) }, pageSize);
    }

    /// <summary>A new bucket's name.</summary>
    public async Task<string> NewBucketAsync()
    {
        await StartAsync();
        var name = $"bucket-{Interlocked.Increment(ref _buckets)}";
        using var client = Client();
        await client.PutBucketAsync(name);
        return name;
    }

    /// <summary>The SDK's own client, for what the store does not do.</summary>
    public Amazon.S3.AmazonS3Client Client() => new(new Amazon.Runtime.BasicAWSCredentials(AccessKey, SecretKey), new Amazon.S3.AmazonS3Config
    {
        ServiceURL = Endpoint.AbsoluteUri,
        ForcePathStyle = true,
        AuthenticationRegion = "us-east-1",
        RequestChecksumCalculation = Amazon.Runtime.RequestChecksumCalculation.WHEN_REQUIRED,
        ResponseChecksumValidation = Amazon.Runtime.ResponseChecksumValidation.WHEN_REQUIRED,
    });

    public void StopGateway()
    {
        _gateway!.Kill();
        Assert.True(_gateway.WaitForExit(StartLimit), "the gateway did not end");
        _started.Remove(_gateway);
        _gateway.Dispose();
    }

    public async Task StartGatewayAsync()
    {
        _gateway = Start("radosgw", "--conf", Conf, "-n", "client.rgw", "-f");
        await WaitAsync("the gateway listens", () => Task.FromResult(Listens(_port)));
    }

    public async ValueTask DisposeAsync()
    {
        // In memory there is nothing to lose, and ending them in order takes seconds.
        foreach (var process in Enumerable.Reverse(_started))
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }

        _gate.Dispose();
    }

    private string Conf => Path.Combine(_folder, "ceph.conf");

    private async Task StartAsync()
    {
        Requirement.Package("radosgw", "radosgw");
        Requirement.Package("ceph-mon", "ceph-mon");
        Requirement.Package("ceph-osd", "ceph-osd");
        await _gate.WaitAsync();
        try
        {
            if (_port != 0 && _failed is null)
            {
                return;
            }

            if (_failed is not null)
            {
                throw new InvalidOperationException("the service did not start before", _failed);
            }

            try
            {
                await StartAllAsync();
            }
            catch (Exception exception)
            {
                _failed = exception;
                throw;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task StartAllAsync()
    {
        foreach (var name in new[] { "mon", "osd", "rgw", "run", "log" })
        {
            Directory.CreateDirectory(Path.Combine(_folder, name));
        }

        var (fsid, monitor) = (Guid.NewGuid().ToString(), ServerProcess.TakePort());
        _port = ServerProcess.TakePort();
        await File.WriteAllTextAsync(Conf, Configuration(fsid, monitor, ServerProcess.TakePort()));
        var keyring = Path.Combine(_folder, "keyring");
        await RunAsync("ceph-authtool", "--create-keyring", keyring, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *");
        await RunAsync("ceph-authtool", keyring, "--gen-key", "-n", "client.rgw", "--cap", "mon", "allow *", "--cap", "osd", "allow *");
        await RunAsync("ceph-authtool", keyring, "--gen-key", "-n", "client.admin", "--cap", "mon", "allow *", "--cap", "osd", "allow *");
        var map = Path.Combine(_folder, "monmap");
        await RunAsync("monmaptool", "--create", "--clobber", "--fsid", fsid, "--addv", "a", $"[v2:127.0.0.1:{monitor}/0]", map);
        await RunAsync("ceph-mon", "--conf", Conf, "-i", "a", "--mkfs", "--monmap", map, "--keyring", keyring);
        Start("ceph-mon", "--conf", Conf, "-i", "a", "-f");
        await StartStorageAsync(keyring);
        await StartGatewayAsync();
        await RunAsync("radosgw-admin", "--conf", Conf, "-n", "client.rgw", "user", "create", "--uid=tests", "--display-name=tests", $"--access-key={AccessKey}", $"--secret={SecretKey}");
    }

    private async Task StartStorageAsync(string keyring)
    {
        var uuid = Guid.NewGuid().ToString();
        var secret = (await RunAsync("ceph-authtool", "--gen-print-key")).Trim();
        var secretFile = Path.Combine(_folder, "osd.json");
        await File.WriteAllTextAsync(secretFile, $$"""{"cephx_secret":"{{secret}}"}""");
        await RunAsync("ceph", "--conf", Conf, "--connect-timeout", "60", "-n", "client.admin", "osd", "new", uuid, "-i", secretFile);
        await RunAsync("ceph-authtool", keyring, "-n", "osd.0", "--add-key", secret, "--cap", "osd", "allow *", "--cap", "mon", "allow profile osd");
        await RunAsync("ceph-osd", "--conf", Conf, "-i", "0", "--mkfs", "--osd-uuid", uuid);
        Start("ceph-osd", "--conf", Conf, "-i", "0", "-f");
        await WaitAsync("the storage daemon is up", async () => (await RunAsync("ceph", "--conf", Conf, "osd", "stat")).Contains("1 up", StringComparison.Ordinal));
    }

    private string Configuration(string fsid, int monitor, int lowestPort) => string.Create(CultureInfo.InvariantCulture, $"""
        [global]
        fsid = {fsid}
        mon host = [v2:127.0.0.1:{monitor}/0]
        public addr = 127.0.0.1
        cluster addr = 127.0.0.1
        public network = 127.0.0.0/8
        cluster network = 127.0.0.0/8
        ms bind ipv6 = false
        ms bind port min = {lowestPort}
        ms bind port max = {lowestPort + 500}
        auth cluster required = cephx
        auth service required = cephx
        auth client required = cephx
        auth allow insecure global id reclaim = false
        osd pool default size = 1
        osd pool default min size = 1
        osd pool default pg num = 1
        osd pool default pgp num = 1
        osd pool default pg autoscale mode = off
        mon allow pool size one = true
        mon warn on pool no redundancy = false
        osd crush chooseleaf type = 0
        run dir = {_folder}/run
        admin socket = {_folder}/run/$cluster-$name.asok
        log file = {_folder}/log/$name.log
        pid file = {_folder}/run/$name.pid
        keyring = {_folder}/keyring
        log to stderr = false
        paxos propose interval = 0.02
        paxos min wait = 0.01
        osd memory target = 939524096
        crash dir = {_folder}/crash
        [mon.a]
        mon data = {_folder}/mon
        mon initial members = a
        mon cluster log file = {_folder}/log/cluster.log
        mon data avail crit = 1
        mon data avail warn = 2
        [osd.0]
        osd data = {_folder}/osd
        osd objectstore = memstore
        memstore device bytes = 1073741824
        osd op num shards = 2
        [client.rgw]
        rgw data = {_folder}/rgw
        rgw frontends = beast endpoint=127.0.0.1:{_port} tcp_nodelay=1
        rgw thread pool size = 32
        rgw dns name = localhost
        rgw enable usage log = false
        rgw enable gc threads = false
        rgw enable lc threads = false
        rgw enable quota threads = false
        rgw run sync thread = false
        rgw ops log rados = false

        """);

    private Process Start(string program, params string[] arguments)
    {
        var process = Process.Start(StartOf(program, arguments))!;
        _started.Add(process);
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(StartOf(program, arguments))!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(StartLimit);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await error}");
        return await output;
    }

    private ProcessStartInfo StartOf(string program, string[] arguments) => new(program, arguments)
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        WorkingDirectory = _folder,
    };

    private async Task WaitAsync(string what, Func<Task<bool>> holds)
    {
        var waited = Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(waited.Elapsed < StartLimit, $"not within {StartLimit.TotalSeconds} s: {what}; {Packages} and look into {_folder}/log");
            Assert.All(_started, process => Assert.False(process.HasExited, $"{process.StartInfo.FileName} ended while the tests waited for: {what}"));
            await Task.Delay(100);
        }
    }

    private static bool Listens(int port)
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
