using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Cistern.Ingest.Keys;
using Cistern.Operations.Shared;

namespace Cistern.Tests.Faults;

/// <summary>The real program, started as its users start it, on a folder and a port that outlive it.</summary>
/// <remarks>Every wait is bounded, and a failure carries what the program wrote. Disposing kills what still runs.</remarks>
internal sealed partial class ServerProcess : IDisposable
{
    private const int OutputLinesMax = 200;
    private const int Terminate = 15;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(20);

    private readonly HttpClient _http;
    private readonly Queue<string> _output = new();
    private readonly Process _process;

    private ServerProcess(Process process, Uri address)
    {
        (_process, Address) = (process, address);
        _http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
        LongHttp = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(3) };
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    public Uri Address { get; }

    public HttpClient Http => _http;

    /// <summary>For requests that may wait as long as the server lets them.</summary>
    public HttpClient LongHttp { get; }

    /// <summary>The most memory that the program has held.</summary>
    public long PeakBytes => 1024 * StatusNumber("VmHWM:");

    /// <summary>What the program wrote last, for the text of a failure.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return string.Join('\n', _output);
            }
        }
    }

    /// <summary>The process that traces the program.</summary>
    public int TracerId => (int)StatusNumber("TracerPid:");

    /// <summary>Starts the program. It may not listen yet: see <see cref="WaitReadyAsync"/>.</summary>
    /// <param name="tracer">A program and its arguments that shall run it, for instance strace; it must leave the process number to the traced program.</param>
    public static ServerProcess Start(string folder, int port, IEnumerable<string> settings, params IReadOnlyList<string> tracer)
    {
        return Start("serve", folder, port, settings.SelectMany(setting => new[] { "--set", setting }), tracer);
    }

    /// <summary>Starts a Firehose and waits until it listens.</summary>
    public static async Task<ServerProcess> StartFirehoseAsync(string folder, int port)
    {
        var firehose = Start("firehose", folder, port, [], []);
        await firehose.WaitForAsync("a Firehose that listens", StartLimit, async () =>
        {
            try
            {
                return (await firehose.Http.GetAsync("/healthz")).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        return firehose;
    }

    private static ServerProcess Start(string verb, string folder, int port, IEnumerable<string> options, IReadOnlyList<string> tracer)
    {
        string[] command = [.. tracer, "dotnet", ProgramPath(), verb, "--data", folder, "--listen", $"http://127.0.0.1:{port}", .. options];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("CISTERN", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name);
        }

        return new ServerProcess(Process.Start(start)!, new Uri($"http://127.0.0.1:{port}"));
    }

    public static async Task<ServerProcess> StartReadyAsync(string folder, int port, params IEnumerable<string> settings)
    {
        var server = Start(folder, port, settings);
        try
        {
            await server.WaitReadyAsync();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>A port to listen on that no connection takes while the server is away: outside of the range from which the system gives them to clients.</summary>
    public static int TakePort()
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, port);
            try
            {
                probe.Start();
                return port;
            }
            catch (System.Net.Sockets.SocketException)
            {
                // Somebody listens there.
            }
        }

        throw new InvalidOperationException("no port between 20000 and 32000 is free");
    }

    /// <summary>Makes a key with every scope, while the server runs or before.</summary>
    public static string MakeKey(string folder, string name = "faults")
    {
        PrivateFile.CreateFolder(folder);
        return new KeyStore(new LocalFolder(folder), TimeProvider.System).Create(new NewKey { Name = name, Scopes = KeyScopes.Ingest | KeyScopes.Read }).Secret!.Reveal();
    }

    public Task WaitReadyAsync() => WaitForAsync("ready", StartLimit, async () => (await TryGetReadinessAsync())?.Status == HttpStatusCode.OK);

    /// <summary>What <c>/readyz</c> answers; null while nobody listens.</summary>
    public async Task<(HttpStatusCode Status, string Text)?> TryGetReadinessAsync()
    {
        try
        {
            using var answer = await _http.GetAsync("/readyz");
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Looks again and again until something holds; fails if the program ends or the time is over.</summary>
    public async Task WaitForAsync(string what, TimeSpan limit, Func<Task<bool>> holds)
    {
        var waited = Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.False(_process.HasExited, $"the program ended while the test waited for: {what}\n{Output}");
            Assert.True(waited.Elapsed < limit, $"not within {limit.TotalSeconds} s: {what}\n{Output}");
            await Task.Delay(LookPause);
        }
    }

    /// <summary>Ends it as a crash does, at once (SIGKILL).</summary>
    public void Kill()
    {
        _process.Kill();
        Assert.True(_process.WaitForExit(StopLimit), $"process {_process.Id} did not end after SIGKILL");
    }

    /// <summary>Ends it as an operator does (SIGTERM), and waits until it is gone.</summary>
    /// <returns>Its exit code.</returns>
    public int Stop()
    {
        Assert.Equal(0, Signal(_process.Id, Terminate));
        Assert.True(_process.WaitForExit(StopLimit), $"the program did not end within {StopLimit.TotalSeconds} s of SIGTERM\n{Output}");
        _process.WaitForExit(); // So that all of its output is read, too.
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit(StopLimit);
        }

        _process.Dispose();
        _http.Dispose();
        LongHttp.Dispose();
    }

    private long StatusNumber(string name)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").Single(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(name.Length).Trim().TrimEnd("kB "), CultureInfo.InvariantCulture);
    }

    private static string ProgramPath()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "cistern.dll");
        Assert.True(File.Exists(path) && File.Exists(Path.ChangeExtension(path, ".runtimeconfig.json")), $"the program is not beside the tests: {path} and its runtimeconfig.json");
        return path;
    }

    private void Keep(string? line)
    {
        lock (_output)
        {
            if (line is not null)
            {
                _output.Enqueue(line);
            }

            if (_output.Count > OutputLinesMax)
            {
                _output.Dequeue();
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int process, int signal);
}
