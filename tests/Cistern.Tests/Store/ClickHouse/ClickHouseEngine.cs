using System.Diagnostics;
using System.Globalization;
using Cistern.Store.ClickHouse;
using Cistern.Store.ClickHouse.Http;

namespace Cistern.Tests.Store.ClickHouse;

/// <summary>ClickHouse's own engine (chdb) behind a front that speaks its HTTP interface, on a folder that outlives it.</summary>
public sealed class ClickHouseEngine : IAsyncLifetime
{
    private const string User = "app";
    private const string Password = "secret: of/app?";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("cistern-clickhouse-").FullName;
    private readonly HttpMessageInvoker _http = new(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(10)));
    private Process _process = null!;
    private int _port;
    private int _databases;

    /// <summary>An address with a database that nobody else has.</summary>
    public string NewAddress() => $"clickhouse://{User}:{Uri.EscapeDataString(Password)}@127.0.0.1:{_port}/test_{Interlocked.Increment(ref _databases)}";

    internal ClickHouseAddress Address => ClickHouseAddress.TryParse($"clickhouse://{User}:{Uri.EscapeDataString(Password)}@127.0.0.1:{_port}/cistern", out var address, out var problem) ? address : throw new InvalidOperationException(problem);

    internal ClickHouseClient Client => new(_http, Address.Hosts[0], Address);

    public async ValueTask InitializeAsync()
    {
        await StartAsync();
        await new ClickHouseClient(_http, Address.Hosts[0], Address with { Database = "default" }).RunAsync("CREATE DATABASE IF NOT EXISTS cistern", new Dictionary<string, string>(), CancellationToken.None);
    }

    /// <summary>Starts it with the port and the data that it had.</summary>
    public async Task StartAsync()
    {
        var script = Path.Combine(Repository.Root, "tests", "services", "clickhouse", "front.mjs");
        _process = Process.Start(new ProcessStartInfo("node", [script, _port.ToString(CultureInfo.InvariantCulture), Path.Combine(_folder, "data"), $"{User}:{Password}"]) { RedirectStandardOutput = true })!;
        var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(StartLimit);
        Assert.StartsWith("ready ", line, StringComparison.Ordinal);
        _port = int.Parse(line!["ready ".Length..], CultureInfo.InvariantCulture);
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        Kill();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
