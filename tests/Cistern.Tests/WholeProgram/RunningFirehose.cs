using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cistern.Delivery;
using Cistern.Delivery.Api.Catalogue;
using Cistern.Tests.Journal;
using Microsoft.Extensions.Logging;

namespace Cistern.Tests.WholeProgram;

/// <summary>A whole Firehose in a folder of its own, on a loopback port; buckets are folders.</summary>
internal sealed class RunningFirehose : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly ScratchFolder _folder = new();
    private readonly HttpClient _http = new();
    private readonly Func<FirehoseOptions, FirehoseOptions> _change;
    private FirehoseServer _server = null!;

    private RunningFirehose(Func<FirehoseOptions, FirehoseOptions> change) => _change = change;

    public static async Task<RunningFirehose> StartAsync(Func<FirehoseOptions, FirehoseOptions> change)
    {
        var firehose = new RunningFirehose(change);
        await firehose.StartAgainAsync();
        return firehose;
    }

    /// <summary>Stops it if it runs, and starts it on the same folder.</summary>
    public async Task StartAgainAsync()
    {
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        _server = await FirehoseServer.StartAsync(_change(new FirehoseOptions
        {
            Data = _folder,
            Listen = ["http://127.0.0.1:0"],
            Catalogue = new CatalogueOptions { TransitionTime = TimeSpan.Zero },
            Logging = logging => logging.ClearProviders(),
        }));
    }

    public string Buckets => Path.Combine(_folder, "buckets");

    public StreamStatus StatusOf(string name) => _server.Delivery.StatusOf($"arn:aws:firehose:us-east-1:000000000000:deliverystream/{name}")!;

    /// <summary>Creates a stream that delivers at once, and backs up at once what fails.</summary>
    /// <param name="function">The name of a function that records go through, or null.</param>
    /// <param name="kinesis">The ARN of the data stream that it reads, or null.</param>
    public Task CreateAsync(string name, string url, string key, string? function = null, int retryFor = 0, string? kinesis = null, string? prefix = null, string bucket = "backup") => CallAsync("CreateDeliveryStream", new JsonObject
    {
        ["DeliveryStreamName"] = name,
        ["DeliveryStreamType"] = kinesis is null ? "DirectPut" : "KinesisStreamAsSource",
        ["KinesisStreamSourceConfiguration"] = kinesis is null ? null : new JsonObject { ["KinesisStreamARN"] = kinesis, ["RoleARN"] = "arn:aws:iam::111122223333:role/own" },
        ["HttpEndpointDestinationConfiguration"] = new JsonObject
        {
            ["EndpointConfiguration"] = new JsonObject { ["Url"] = url, ["AccessKey"] = key },
            ["BufferingHints"] = Hints(),
            ["RequestConfiguration"] = new JsonObject { ["ContentEncoding"] = "GZIP" },
            ["RetryOptions"] = new JsonObject { ["DurationInSeconds"] = retryFor },
            ["ProcessingConfiguration"] = function is null ? null : new JsonObject
            {
                ["Enabled"] = true,
                ["Processors"] = new JsonArray(new JsonObject
                {
                    ["Type"] = "Lambda",
                    ["Parameters"] = new JsonArray(
                        Parameter("LambdaArn", $"arn:aws:lambda:us-east-1:111122223333:function:{function}"), Parameter("NumberOfRetries", "1"), Parameter("BufferSizeInMBs", "1"), Parameter("BufferIntervalInSeconds", "0")),
                }),
            },
            ["S3Configuration"] = new JsonObject { ["RoleARN"] = "arn:aws:iam::111122223333:role/own", ["BucketARN"] = $"arn:aws:s3:::{bucket}", ["Prefix"] = prefix ?? $"{name}/", ["BufferingHints"] = Hints() },
        },
    });

    public Task PutAsync(string name, IEnumerable<string> records) => CallAsync("PutRecordBatch", new JsonObject
    {
        ["DeliveryStreamName"] = name,
        ["Records"] = new JsonArray([.. records.Select(record => new JsonObject { ["Data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(record)) })]),
    });

    /// <summary>Waits for lines of error objects of a stream, and gives them.</summary>
    public async Task<List<JsonElement>> FailuresAsync(string name, int count)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            var lines = Failures(name);
            if (lines.Count >= count || limit.IsCancellationRequested)
            {
                Assert.True(lines.Count == count, $"{lines.Count} failed records of stream {name} are in the bucket, {count} were expected");
                return lines;
            }

            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    private static JsonObject Hints() => new() { ["SizeInMBs"] = 1, ["IntervalInSeconds"] = 0 };

    private static JsonObject Parameter(string name, string value) => new() { ["ParameterName"] = name, ["ParameterValue"] = value };

    private List<JsonElement> Failures(string name)
    {
        var folder = Path.Combine(Buckets, "backup", name);
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).SelectMany(File.ReadAllLines).Select(line => JsonDocument.Parse(line).RootElement)]
            : [];
    }

    private async Task CallAsync(string operation, JsonObject input)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _server.Urls[0]) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(input.ToJsonString())) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        request.Headers.Add("X-Amz-Target", $"Firehose_20150804.{operation}");
        using var response = await _http.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
