using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cistern.Delivery;
using Cistern.Tests.Journal;
using Cistern.Tests.Query;
using Microsoft.Extensions.Logging;

namespace Cistern.Tests.Delivery.Watching;

/// <summary>A Firehose on a folder and a port of its own, called over HTTP. It buffers nothing and gives up at the first failure unless a stream is told otherwise.</summary>
internal sealed class RunningFirehose : IAsyncDisposable
{
    public const string Account = "111122223333";
    public const string Region = "eu-central-1";
    public const string Bucket = "failed";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ScratchFolder _folder = new();
    private readonly Func<FirehoseOptions, FirehoseOptions> _change;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };
    private FirehoseServer? _server;

    private RunningFirehose(Func<FirehoseOptions, FirehoseOptions> change) => _change = change;

    public Uri Address => new(_server!.Urls[0]);

    public string Buckets => Path.Combine(_folder, "buckets");

    public static async Task<RunningFirehose> StartAsync(Func<FirehoseOptions, FirehoseOptions>? change = null)
    {
        var running = new RunningFirehose(change ?? (options => options));
        await running.StartAgainAsync();
        return running;
    }

    public async Task StartAgainAsync() => _server = await FirehoseServer.StartAsync(_change(new FirehoseOptions
    {
        Data = _folder,
        Listen = ["http://127.0.0.1:0"],
        Account = Account,
        Region = Region,
        Catalogue = new() { TransitionTime = TimeSpan.Zero },
        Logging = logging => logging.ClearProviders(),
    }));

    public Task StopAsync() => _server!.StopAsync();

    public static string Arn(string stream) => $"arn:aws:firehose:{Region}:{Account}:deliverystream/{stream}";

    /// <summary>Makes a stream that delivers to an address.</summary>
    public Task CreateAsync(string name, Uri url, string key, string prefix = "") => CallAsync("CreateDeliveryStream", new JsonObject
    {
        ["DeliveryStreamName"] = name,
        ["HttpEndpointDestinationConfiguration"] = Endpoint(url, key).With("S3Configuration", BucketOf(prefix)),
    });

    public Task CreateForBucketAsync(string name) => CallAsync("CreateDeliveryStream", new JsonObject { ["DeliveryStreamName"] = name, ["ExtendedS3DestinationConfiguration"] = BucketOf("") });

    /// <summary>Makes a stream deliver elsewhere, or with another key.</summary>
    public Task UpdateAsync(string name, string version, Uri url, string key) => CallAsync("UpdateDestination", new JsonObject
    {
        ["DeliveryStreamName"] = name,
        ["CurrentDeliveryStreamVersionId"] = version,
        ["DestinationId"] = "destinationId-000000000001",
        ["HttpEndpointDestinationUpdate"] = Endpoint(url, key),
    });

    public async Task PutAsync(string name, params IEnumerable<byte[]> records)
    {
        var answer = await CallAsync("PutRecordBatch", new JsonObject
        {
            ["DeliveryStreamName"] = name,
            ["Records"] = new JsonArray([.. records.Select(record => new JsonObject { ["Data"] = Convert.ToBase64String(record) })]),
        });
        Assert.Equal(0, answer.GetProperty("FailedPutCount").GetInt32());
    }

    public Task<Reply> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<Reply> PostAsync(string path, string? body = "{}") => SendAsync(HttpMethod.Post, path, body);

    /// <summary>What is said of a stream.</summary>
    public async Task<JsonElement> StatusAsync(string name) =>
        (await GetAsync("/cistern/streams")).Expect(200).Json.GetProperty("streams").EnumerateArray().Single(stream => stream.GetProperty("name").GetString() == name);

    public async Task<JsonElement> BackupsAsync(string name) => (await GetAsync($"/cistern/streams/{Arn(name)}/backups")).Expect(200).Json;

    /// <summary>Waits until what is said of a stream is as wanted.</summary>
    public Task<JsonElement> UntilAsync(string name, Func<JsonElement, bool> wanted) => UntilAsync(() => StatusAsync(name), wanted);

    public static async Task<JsonElement> UntilAsync(Func<Task<JsonElement>> ask, Func<JsonElement, bool> wanted)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var said = await ask();
            if (wanted(said))
            {
                return said;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, $"after {Patience.TotalSeconds} s: {said.GetRawText()}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await (_server?.StopAsync() ?? Task.CompletedTask);
        _http.Dispose();
        _folder.Dispose();
    }

    private async Task<JsonElement> CallAsync(string operation, JsonObject input)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Address) { Content = new StringContent(input.ToJsonString(), Encoding.UTF8) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        request.Headers.Add("X-Amz-Target", $"Firehose_20150804.{operation}");
        return (await Reply.ReadAsync(await _http.SendAsync(request))).Expect(200).Json;
    }

    private async Task<Reply> SendAsync(HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, new Uri(Address, path));
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        return await Reply.ReadAsync(await _http.SendAsync(request));
    }

    private static JsonObject Endpoint(Uri url, string key) => new()
    {
        ["EndpointConfiguration"] = new JsonObject { ["Url"] = url.AbsoluteUri, ["AccessKey"] = key },
        ["BufferingHints"] = new JsonObject { ["SizeInMBs"] = 1, ["IntervalInSeconds"] = 0 },
        ["RetryOptions"] = new JsonObject { ["DurationInSeconds"] = 0 },
        ["RequestConfiguration"] = new JsonObject { ["ContentEncoding"] = "GZIP" },
    };

    private static JsonObject BucketOf(string prefix) => new()
    {
        ["RoleARN"] = $"arn:aws:iam::{Account}:role/firehose",
        ["BucketARN"] = $"arn:aws:s3:::{Bucket}",
        ["Prefix"] = prefix,
        ["BufferingHints"] = new JsonObject { ["SizeInMBs"] = 1, ["IntervalInSeconds"] = 0 },
    };
}

file static class Members
{
    public static JsonObject With(this JsonObject members, string name, JsonNode value)
    {
        members[name] = value;
        return members;
    }
}
