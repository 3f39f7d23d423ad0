using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Cistern.Operations;
using Cistern.Operations.Settings;
using Cistern.Store;
using Microsoft.Extensions.Logging;

namespace Cistern.Tests.Store.ClickHouse.State;

/// <summary>A server over a ClickHouse, with a data folder that was empty at its start.</summary>
internal sealed class NodeServer : IAsyncDisposable
{
    private readonly CisternServer _server;
    private readonly string _folder;
    private readonly HttpClient _http;

    private NodeServer(CisternServer server, string folder)
    {
        (_server, _folder) = (server, folder);
        _http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = Url };
    }

    public Uri Url => new(_server.Urls[0]);

    public static async Task<NodeServer> StartAsync(string address)
    {
        var folder = Directory.CreateTempSubdirectory("cistern-node-").FullName;
        var settings = new CisternSettings { DataFolder = folder, Listen = ["http://127.0.0.1:0"], Store = new StoreSettings { Address = address } };
        return new NodeServer(await CisternServer.StartAsync(settings, StoreChoice.OpenAsync, new ServerOptions { Logging = logging => logging.ClearProviders(), WebFolder = "/nowhere" }), folder);
    }

    public async Task<NodeAnswer> SendAsync(HttpMethod method, string path, object? body, string? key = null, string? cookie = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : JsonContent.Create(body);
        request.Headers.Add("Origin", Url.GetLeftPart(UriPartial.Authority));
        if (key is not null)
        {
            request.Headers.Add("X-API-Key", key);
        }

        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var set = answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.First().Split(';')[0] : "";
        return new NodeAnswer(answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), set);
    }

    public async Task<HttpStatusCode> StatusAsync(string path, string? key = null, string? cookie = null) => (await SendAsync(HttpMethod.Get, path, null, key, cookie)).Status;

    public Task<NodeAnswer> SignInAsync(string token) => SendAsync(HttpMethod.Post, "/api/session", new { token });

    /// <summary>Sends a delivery with one record, as Firehose does.</summary>
    public async Task<HttpStatusCode> DeliverAsync(string id, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/firehose") { Content = new ByteArrayContent(TestDeliveries.Envelope(id, ["no line of any format\n"])) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("X-Amz-Firehose-Protocol-Version", "1.0");
        request.Headers.Add("X-Amz-Firehose-Request-Id", id);
        request.Headers.Add("X-Amz-Firehose-Source-Arn", TestDeliveries.Stream);
        request.Headers.Add("X-Amz-Firehose-Access-Key", key);
        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <param name="Cookie">What it sets; empty if nothing.</param>
internal sealed record NodeAnswer(HttpStatusCode Status, string Text, string Cookie)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;
}
