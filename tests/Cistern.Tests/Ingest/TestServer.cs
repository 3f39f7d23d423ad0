using System.Text.Json;
using Cistern.Ingest.Keys;
using Cistern.Operations;
using Cistern.Operations.Settings;
using Cistern.Operations.Shared;
using Microsoft.Extensions.Logging;

namespace Cistern.Tests.Ingest;

/// <summary>A real server on a free port of loopback, with a folder of its own and a store in memory.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    public const string CloudFront = "/v1/logs/aws_data_firehose_cloudfront";
    public const string Firehose = "/firehose";

    private readonly CisternServer _server;
    private readonly DirectoryInfo _folder;

    private TestServer(CisternServer server, DirectoryInfo folder, MemoryStore store, string key) =>
        (_server, _folder, Store, Key) = (server, folder, store, key);

    public MemoryStore Store { get; }

    /// <summary>A key with the scope ingest and nothing that limits it.</summary>
    public string Key { get; }

    public Uri Address => new(_server.Urls[0]);

    public KeyStore Keys => new(new LocalFolder(_folder.FullName), TimeProvider.System);

    public static async Task<TestServer> StartAsync(Func<CisternSettings, CisternSettings>? change = null, TimeProvider? time = null)
    {
        var folder = Directory.CreateTempSubdirectory("cistern-test-");
        var store = new MemoryStore();
        var key = new KeyStore(new LocalFolder(folder.FullName), TimeProvider.System).Create(new NewKey { Name = "plain" }).Secret!.Reveal();
        var settings = new CisternSettings { DataFolder = folder.FullName, Listen = ["http://127.0.0.1:0"] };
        var options = new ServerOptions { Time = time ?? TimeProvider.System, Logging = logging => logging.ClearProviders() };
        var server = await CisternServer.StartAsync(change?.Invoke(settings) ?? settings, (_, _) => Task.FromResult<Cistern.Store.IStore>(store), options);
        return new TestServer(server, folder, store, key);
    }

    public RawHttp Connect() => new(Address);

    public Task StopAsync() => _server.StopAsync();

    public string NewKey(NewKey wanted) => Keys.Create(wanted).Secret!.Reveal();

    /// <summary>The headers of a delivery as Firehose sends them.</summary>
    public IEnumerable<string> Headers(string requestId, long length, string? key = null) =>
    [
        "Content-Type: application/json",
        $"Content-Length: {length}",
        "X-Amz-Firehose-Protocol-Version: 1.0",
        $"X-Amz-Firehose-Request-Id: {requestId}",
        $"X-Amz-Firehose-Source-Arn: {TestDeliveries.Stream}",
        $"X-Amz-Firehose-Access-Key: {key ?? Key}",
    ];

    /// <summary>Posts one delivery on a connection of its own and reads the answer.</summary>
    public async Task<RawAnswer> PostAsync(string path, IEnumerable<string> headers, ReadOnlyMemory<byte> body)
    {
        using var http = Connect();
        await http.SendHeadAsync("POST", path, headers);
        await http.SendAsync(body);
        return await http.ReadAnswerAsync();
    }

    public Task<RawAnswer> PostAsync(string requestId, byte[] body, string? key = null) => PostAsync(Firehose, Headers(requestId, body.Length, key), body);

    public async Task<RawAnswer> GetAsync(string path, string method = "GET", params IEnumerable<string> headers)
    {
        using var http = Connect();
        await http.SendHeadAsync(method, path, headers);
        return await http.ReadAnswerAsync(withoutBody: method == "HEAD");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}

/// <summary>The form that every answer of the protocol has, whatever its status.</summary>
internal static class Protocol
{
    /// <returns>The error message, or null.</returns>
    public static string? AssertAnswer(RawAnswer answer, int status, string requestId)
    {
        Assert.True(status == answer.Status, $"expected {status}, got {answer.Status}: {answer.Text}");
        Assert.Equal("application/json", answer.Header("Content-Type"));
        Assert.Equal($"{answer.Body.Length}", answer.Header("Content-Length"));
        Assert.Null(answer.Header("Content-Encoding"));
        Assert.Null(answer.Header("Transfer-Encoding"));
        Assert.InRange(answer.Reason.Length, 0, 64);

        using var document = JsonDocument.Parse(answer.Body);
        var members = document.RootElement.EnumerateObject().ToDictionary(member => member.Name, member => member.Value);
        Assert.Equal(requestId, members["requestId"].GetString());
        Assert.Equal(JsonValueKind.Number, members["timestamp"].ValueKind);
        Assert.InRange(members["timestamp"].GetInt64() - DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), -10_000_000, 10_000_000);
        Assert.Equal(status == 200 ? 2 : 3, members.Count);
        return status == 200 ? null : members["errorMessage"].GetString();
    }
}
