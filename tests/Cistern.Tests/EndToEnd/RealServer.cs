using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Cistern.Ingest.Keys;
using Cistern.Operations;
using Cistern.Operations.Settings;
using Cistern.Operations.Shared;
using Cistern.Store;
using Cistern.Store.Embedded;
using Cistern.Tests.Commands;
using Cistern.Tests.Ingest;
using Cistern.Tests.Journal;
using Cistern.Tests.Query;
using Microsoft.Extensions.Logging;
using FormatBodies = Cistern.Tests.Formats.Bodies;

namespace Cistern.Tests.EndToEnd;

/// <summary>The whole program on a folder of its own: the real server on either store, on a free port of loopback.</summary>
internal sealed class RealServer : IAsyncDisposable
{
    public const string CloudFront = "/v1/logs/aws_data_firehose_cloudfront";
    public const string Firehose = "/firehose";
    public const string Stream = TestDeliveries.Stream;

    private readonly ScratchFolder _folder;
    private readonly CisternSettings _settings;
    private CisternServer _server = null!;
    private HttpClient _http = null!;

    private RealServer(ScratchFolder folder, CisternSettings settings)
    {
        (_folder, _settings) = (folder, settings);
        Key = NewKey("all", KeyScopes.Ingest | KeyScopes.Read | KeyScopes.Admin);
    }

    public string Folder => _folder;

    /// <summary>A key that may do everything.</summary>
    public string Key { get; }

    public Uri Address => new(_server.Urls[0]);

    public EmbeddedStore Store => (EmbeddedStore)_server.Store;

    public static Task<RealServer> StartAsync(Func<CisternSettings, CisternSettings>? change = null, Action<string>? prepare = null) => StartAsync(TestStore.Embedded, change, prepare);

    /// <summary>One on that store; what ClickHouse keeps for all nodes, files included, stands in the server's folder, as a mounted one would.</summary>
    public static async Task<RealServer> StartAsync(TestStore kind, Func<CisternSettings, CisternSettings>? change = null, Action<string>? prepare = null)
    {
        var folder = new ScratchFolder();
        prepare?.Invoke(folder);

        // A test shall not depend on how full the machine's disk is.
        var settings = new CisternSettings { DataFolder = folder, Listen = ["http://127.0.0.1:0"], Store = new StoreSettings { SpaceFloor = 1 } };
        if (kind == TestStore.ClickHouse)
        {
            settings = settings with { Store = settings.Store with { Address = (await SharedClickHouse.EngineAsync()).NewAddress() }, SharedFolder = folder };
        }

        var server = new RealServer(folder, change?.Invoke(settings) ?? settings);
        await server.StartAgainAsync();
        return server;
    }

    public async Task StartAgainAsync()
    {
        _server = await CisternServer.StartAsync(_settings, StoreChoice.OpenAsync, new ServerOptions { Logging = logging => logging.ClearProviders() });
        _http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(120) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
    }

    public async Task StopAsync()
    {
        _http.Dispose();
        await _server.StopAsync();
    }

    public string NewKey(string name, KeyScopes scopes) => new KeyStore(new LocalFolder(_folder), TimeProvider.System).Create(new NewKey { Name = name, Scopes = scopes }).Secret!.Reveal();

    /// <summary>Runs a command that speaks to this server.</summary>
    public Task<CommandRun> RunAsync(string command, string file, params string[] options) =>
        CommandRun.RunAsync([command, file, "--url", Address.ToString(), "--key", Key, .. options]);

    /// <summary>Runs <c>cistern send</c> on its standard input.</summary>
    public Task<CommandRun> SendTextAsync(string lines) => CommandRun.RunAsync(["send", "--url", Address.ToString(), "--key", Key], lines);

    /// <summary>Posts a delivery on a connection of its own and checks that it is answered 200.</summary>
    public async Task DeliverAsync(string id, params IEnumerable<string> records) =>
        Protocol.AssertAnswer(await PostAsync(id, TestDeliveries.Body(id, records)), 200, id);

    public async Task DeliverAsync(string id, IEnumerable<string> headers, IEnumerable<string> records) =>
        Protocol.AssertAnswer(await PostAsync(id, TestDeliveries.Body(id, records), headers), 200, id);

    public async Task<RawAnswer> PostAsync(string id, byte[] body, params IEnumerable<string> headers) => await PostAsync(id, body, Key, headers);

    public Task<RawAnswer> PostAsync(string id, byte[] body, string key, IEnumerable<string> headers) => PostAsync(Firehose, id, body, key, headers);

    /// <summary>Posts records to one of the addresses and checks that the delivery is answered 200.</summary>
    public async Task DeliverToAsync(string route, string id, IEnumerable<byte[]> records) =>
        Protocol.AssertAnswer(await PostAsync(route, id, TestDeliveries.Body(id, records), Key, []), 200, id);

    public Task<RawAnswer> PostToAsync(string route, string id, byte[] body, params IEnumerable<string> headers) => PostAsync(route, id, body, Key, headers);

    /// <summary>Posts a captured body with the request id that it names, and checks that it is answered 200.</summary>
    public async Task PostFixtureAsync(string route, string file, bool gzip = false)
    {
        var body = FormatBodies.Fixture(file);
        using var text = JsonDocument.Parse(gzip ? Inflated(body) : body);
        var id = text.RootElement.GetProperty("requestId").GetString()!;
        Protocol.AssertAnswer(await PostAsync(route, id, body, Key, gzip ? ["Content-Encoding: gzip"] : []), 200, id);
    }

    private static byte[] Inflated(byte[] body)
    {
        using var gzip = new GZipStream(new MemoryStream(body), CompressionMode.Decompress);
        using var inflated = new MemoryStream();
        gzip.CopyTo(inflated);
        return inflated.ToArray();
    }

    private async Task<RawAnswer> PostAsync(string route, string id, byte[] body, string key, IEnumerable<string> headers)
    {
        // What a test says of the stream goes in the place of what all say.
        string[] own = [.. headers];
        using var http = new RawHttp(Address);
        await http.SendHeadAsync("POST", route, [.. Headers(id, body.Length, key).Where(header => !own.Any(other => other.StartsWith(header[..header.IndexOf(':', StringComparison.Ordinal)], StringComparison.OrdinalIgnoreCase))), .. own]);
        await http.SendAsync(body);
        return await http.ReadAnswerAsync();
    }

    public async Task<Reply> SqlAsync(string sql) => await Reply.ReadAsync(await _http.PostAsync("/api/sql", new StringContent(sql, Encoding.UTF8, "text/plain")));

    public async Task<Reply> AskAsync(string question) => await Reply.ReadAsync(await _http.PostAsync("/api/query", new StringContent(question, Encoding.UTF8, "application/json")));

    public async Task<Reply> GetAsync(string address) => await Reply.ReadAsync(await _http.GetAsync(address));

    /// <summary>The one number that a statement gives.</summary>
    public async Task<long> CountAsync(string sql) => (await SqlAsync(sql)).Expect(200).Json.GetProperty("rows")[0][0].GetInt64();

    /// <summary>The rows of a statement, each as its JSON text.</summary>
    public async Task<string[]> RowsAsync(string sql) => (await SqlAsync(sql)).Expect(200).Rows;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private static IEnumerable<string> Headers(string id, long length, string key) =>
    [
        "Content-Type: application/json",
        $"Content-Length: {length}",
        "X-Amz-Firehose-Protocol-Version: 1.0",
        $"X-Amz-Firehose-Request-Id: {id}",
        $"X-Amz-Firehose-Source-Arn: {Stream}",
        $"X-Amz-Firehose-Access-Key: {key}",
    ];
}
