using System.Text;
using System.Text.Json;
using Cistern.Dashboard;
using Cistern.Ingest.Keys;
using Cistern.Operations;
using Cistern.Operations.Settings;
using Cistern.Operations.Shared;
using Cistern.Tests.Ingest;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cistern.Tests.Dashboard;

/// <summary>A real server with a store in memory and a folder of dashboard files, spoken to over bare sockets as <c>http://test</c>.</summary>
internal sealed class DashboardServer : IAsyncDisposable
{
    public const string Origin = "Origin: http://test";

    private readonly CisternSettings _settings;
    private readonly TimeProvider _time;
    private CisternServer _server = null!;

    private DashboardServer(CisternSettings settings, TimeProvider time) => (_settings, _time) = (settings, time);

    public MemoryStore Store { get; private set; } = null!;

    public string Folder => _settings.DataFolder;

    public string SignInPath => Path.Combine(Folder, SignInFile.FileName);

    public Uri Address => new(_server.Urls[0]);

    public IServiceProvider Services => _server.Services;

    public SignIns SignIns => new(new LocalFolder(Folder), _time);

    public KeyStore Keys => new(new LocalFolder(Folder), _time);

    public static async Task<DashboardServer> StartAsync(Func<CisternSettings, CisternSettings>? change = null, TimeProvider? time = null)
    {
        var settings = new CisternSettings { DataFolder = Directory.CreateTempSubdirectory("cistern-dashboard-").FullName, Listen = ["http://127.0.0.1:0"] };
        var server = new DashboardServer(change?.Invoke(settings) ?? settings, time ?? TimeProvider.System);
        await server.RestartAsync();
        return server;
    }

    public async Task RestartAsync(string? webFolder = null)
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Store = new MemoryStore();
        var options = new ServerOptions { Time = _time, Logging = logging => logging.ClearProviders(), WebFolder = webFolder ?? "/nowhere" };
        _server = await CisternServer.StartAsync(_settings, (_, _) => Task.FromResult<Cistern.Store.IStore>(Store), options);
    }

    /// <summary>The token of a new link.</summary>
    public string NewToken() => SignIns.CreateLink(Address).Split('#')[1];

    /// <summary>Signs in and gives the header that carries the session.</summary>
    public async Task<string> SignInAsync()
    {
        var answer = await PostTokenAsync(NewToken());
        Assert.Equal(200, answer.Status);
        return "Cookie: " + answer.Header("Set-Cookie")!.Split(';')[0];
    }

    public string NewKey(string name, KeyScopes scopes) => Keys.Create(new NewKey { Name = name, Scopes = scopes }).Secret!.Reveal();

    public Task<RawAnswer> PostTokenAsync(string token, params IEnumerable<string> headers) =>
        SendAsync("POST", "/api/session", JsonSerializer.Serialize(new Dictionary<string, string> { ["token"] = token }), [Origin, "Content-Type: application/json", .. headers]);

    public Task<RawAnswer> GetAsync(string path, params IEnumerable<string> headers) => SendAsync("GET", path, "", headers);

    public async Task<RawAnswer> SendAsync(string method, string path, string body, params IEnumerable<string> headers)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        using var http = new RawHttp(Address);
        await http.SendHeadAsync(method, path, bytes.Length > 0 || method == "POST" ? [$"Content-Length: {bytes.Length}", .. headers] : headers);
        await http.SendAsync(bytes);
        return await http.ReadAnswerAsync(withoutBody: method == "HEAD");
    }

    public T Part<T>()
        where T : notnull => _server.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>The form of every refusal of the API.</summary>
internal static class Problem
{
    public static string Assert(RawAnswer answer, int status, string name)
    {
        Xunit.Assert.True(answer.Status == status, $"expected {status}, got {answer.Status}: {answer.Text}");
        Xunit.Assert.Equal("application/problem+json", answer.Header("Content-Type"));
        Xunit.Assert.Equal("no-store", answer.Header("Cache-Control"));
        using var problem = JsonDocument.Parse(answer.Body);
        Xunit.Assert.Equal($"urn:cistern:problem:{name}", problem.RootElement.GetProperty("type").GetString());
        Xunit.Assert.Equal(status, problem.RootElement.GetProperty("status").GetInt32());
        return problem.RootElement.GetProperty("detail").GetString()!;
    }
}
