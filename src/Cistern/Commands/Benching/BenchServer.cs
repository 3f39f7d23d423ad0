using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Cistern.Commands.Benching;

/// <summary>A server in a process of its own, so that its processor time and memory are its own.</summary>
internal sealed class BenchServer : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private BenchServer(Process process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    /// <summary>Processor seconds of the whole process so far.</summary>
    public double CpuSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>The most memory that the process has held.</summary>
    public long PeakBytes => StatusBytes("VmHWM:");

    public long ResidentBytes => StatusBytes("VmRSS:");

    /// <summary>Starts a destination.</summary>
    public static Task<BenchServer> StartAsync(string folder, IEnumerable<string> settings, CancellationToken cancel) => StartAsync(folder, settings, [], cancel);

    /// <summary>Starts a destination with settings besides that other processes shall not see on its command line.</summary>
    public static Task<BenchServer> StartAsync(string folder, IEnumerable<string> settings, Dictionary<string, string> environment, CancellationToken cancel) =>
        StartAsync("serve", folder, settings.SelectMany(setting => (string[])["--set", setting]), "/readyz", environment, cancel);

    /// <summary>Starts a Firehose.</summary>
    public static Task<BenchServer> StartFirehoseAsync(string folder, CancellationToken cancel) => StartAsync("firehose", folder, [], "/healthz", [], cancel);

    private static async Task<BenchServer> StartAsync(string command, string folder, IEnumerable<string> options, string readyPath, Dictionary<string, string> environment, CancellationToken cancel)
    {
        var url = new Uri($"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardError = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        }

        foreach (var argument in (string[])[command, "--data", folder, "--listen", url.ToString().TrimEnd('/'), .. options])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start) ?? throw new CommandFailedException("cannot start the server's process");

        // Its log and the link to sign in with say nothing to who measures; unread, a pipe would fill.
        process.ErrorDataReceived += static (_, _) => { };
        process.OutputDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        var server = new BenchServer(process, url);
        await server.WaitAsync(readyPath, static (status, _) => status == HttpStatusCode.OK, cancel);
        return server;
    }

    /// <summary>Waits until no row is in memory any more: everything is in Parquet.</summary>
    public Task WaitUntilSealedAsync(CancellationToken cancel) =>
        WaitAsync("/metrics", static (_, text) => text.Contains("\ncistern_store_hot_rows 0\n", StringComparison.Ordinal), cancel);

    /// <summary>Values of <c>/metrics</c> of one moment, added up.</summary>
    public async Task<double> MetricAsync(CancellationToken cancel, params string[] names)
    {
        var lines = (await _http.GetStringAsync(new Uri(Url, "/metrics"), cancel)).Split('\n');
        return names.Sum(name => double.Parse(
            (lines.FirstOrDefault(line => line.StartsWith(name + " ", StringComparison.Ordinal)) ?? throw new CommandFailedException($"the server has no metric {name}")).AsSpan(name.Length + 1),
            CultureInfo.InvariantCulture));
    }

    /// <summary>A value of <c>/metrics</c>.</summary>
    public Task<double> MetricAsync(string name, CancellationToken cancel) => MetricAsync(cancel, name);

    /// <summary>Waits until the process has used next to no processor time for some seconds.</summary>
    public async Task WaitUntilIdleAsync(CancellationToken cancel)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < _patience;)
        {
            var before = CpuSeconds;
            await Task.Delay(TimeSpan.FromSeconds(3), cancel);
            if (CpuSeconds - before < 0.15)
            {
                return;
            }
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private async Task WaitAsync(string path, Func<HttpStatusCode, string, bool> isThere, CancellationToken cancel)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < _patience; await Task.Delay(50, cancel))
        {
            try
            {
                using var response = await _http.GetAsync(new Uri(Url, path), cancel);
                if (isThere(response.StatusCode, await response.Content.ReadAsStringAsync(cancel)))
                {
                    return;
                }
            }
            catch (HttpRequestException) when (!_process.HasExited)
            {
                // Not listening yet.
            }
        }

        throw new CommandFailedException($"the server did not get there within {_patience.TotalSeconds} s ({path})");
    }

    private long StatusBytes(string name)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(name.Length).Trim().TrimEnd("kB "), CultureInfo.InvariantCulture) * 1024;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
