using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Cistern.Ingest.Keys;
using Cistern.Operations;
using Cistern.Operations.Settings;
using Cistern.Store;
using Cistern.Tests.Commands;
using Microsoft.Extensions.Logging;

namespace Cistern.Tests.WholeProgram;

/// <summary>The whole server on the embedded store in a folder of its own, on a loopback port, with one key for everything.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(2) };
    private readonly Func<CisternSettings, CisternSettings> _change;
    private readonly TimeProvider _time;
    private CisternServer _server;

    private RunningServer(string folder, CisternServer server, string key, Func<CisternSettings, CisternSettings> change, TimeProvider time) =>
        (Folder, _server, Key, _change, _time) = (folder, server, key, change, time);

    public string Folder { get; }

    public string Key { get; }

    public IStore Store => _server.Store;

    public string Url => _server.Urls[0];

    public static async Task<RunningServer> StartAsync(Func<CisternSettings, CisternSettings>? change = null, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        var folder = Directory.CreateTempSubdirectory("cistern-whole-").FullName;
        change ??= settings => settings;
        var server = await StartAsync(folder, change, time);
        var keys = new KeyStore(server.Shared, TimeProvider.System);
        var key = keys.Create(new NewKey { Name = "all", Scopes = KeyScopes.Admin });

        // Nodes on one ClickHouse have their keys in common.
        key = key.Secret is null ? keys.Create(new NewKey { Name = $"all-{Guid.NewGuid():N}", Scopes = KeyScopes.Admin }) : key;
        return new RunningServer(folder, server, key.Secret!.Reveal(), change, time);
    }

    public Task StopAsync() => _server.StopAsync();

    public async Task RestartAsync()
    {
        await _server.StopAsync();
        _server = await StartAsync(Folder, _change, _time);
    }

    /// <summary>Runs <c>cistern COMMAND … --url --key</c> and expects that it succeeds.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var run = await CommandRun.RunAsync([.. arguments, "--url", Url, "--key", Key]);
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Out;
    }

    /// <summary>One POST of a delivery; its status.</summary>
    public async Task<int> DeliverAsync(string id, byte[] body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Url}/firehose") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("X-Amz-Firehose-Request-Id", id);
        request.Headers.Add("X-Amz-Firehose-Protocol-Version", "1.0");
        request.Headers.Add("X-Amz-Firehose-Access-Key", Key);
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var response = await _http.SendAsync(request);
        return (int)response.StatusCode;
    }

    /// <summary>A statement through <c>/api/sql</c>: status and body.</summary>
    public async Task<(int Status, string Body)> AskAsync(string sql)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Url}/api/sql") { Content = new StringContent(sql, Encoding.UTF8, "text/plain") };
        return await SendAsync(request);
    }

    /// <summary>A question through <c>/api/query</c>: status and body.</summary>
    public async Task<(int Status, string Body)> QueryAsync(string json)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Url}/api/query") { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        return await SendAsync(request);
    }

    /// <summary>The rows of a statement that must succeed, as columns by name.</summary>
    public async Task<List<Dictionary<string, JsonElement>>> RowsAsync(string sql)
    {
        var (status, body) = await AskAsync(sql);
        Assert.True(status == 200, body);
        var answer = JsonDocument.Parse(body).RootElement;
        string[] names = [.. answer.GetProperty("columns").EnumerateArray().Select(column => column.GetProperty("name").GetString()!)];
        return [.. answer.GetProperty("rows").EnumerateArray().Select(row => row.EnumerateArray().Index().ToDictionary(value => names[value.Index], value => value.Item))];
    }

    public async Task<long> NumberAsync(string sql) => long.Parse((await RowsAsync(sql))[0].Values.First().GetRawText(), CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.StopAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task<(int Status, string Body)> SendAsync(HttpRequestMessage request)
    {
        request.Headers.Add("X-API-Key", Key);
        using var response = await _http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static Task<CisternServer> StartAsync(string folder, Func<CisternSettings, CisternSettings> change, TimeProvider time)
    {
        var settings = new CisternSettings { DataFolder = folder, Listen = ["http://127.0.0.1:0"], Store = new() { SpaceFloor = 1 << 20 } };
        return CisternServer.StartAsync(change(settings), StoreChoice.OpenAsync, new ServerOptions { Time = time, Logging = logging => logging.SetMinimumLevel(LogLevel.None) });
    }
}
