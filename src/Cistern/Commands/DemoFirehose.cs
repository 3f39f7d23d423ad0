using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cistern.Delivery;
using Cistern.Delivery.Api.Catalogue;
using Cistern.Delivery.Transform.Local;
using Cistern.Demo;
using Cistern.Demo.Origin;
using Cistern.Operations;

namespace Cistern.Commands;

/// <summary>The demo's Firehose, within this process and on a port of its own: a stream for each of the demo's, into which somebody puts as an SDK would.</summary>
/// <remarks>CloudFront's lines go through our own function, a process that starts with the first of them; it keeps all of them.</remarks>
internal sealed class DemoFirehose : IAsyncDisposable
{
    private const string FunctionName = "cistern-transform";
    private const string Bucket = "demo-backup";
    private const int BatchRecords = 500;
    private const int BatchBytes = 4 << 20;

    // So short that the screen is lively.
    private const int BufferSeconds = 2;
    private const int FunctionSeconds = 1;
    private const int BackupSeconds = 5;
    private const int RetrySeconds = 300;

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(250);

    private readonly FirehoseServer _server;
    private readonly HttpClient _http = new();
    private readonly TimeProvider _time;
    private readonly bool _hasFunction;

    private DemoFirehose(FirehoseServer server, bool hasFunction, TimeProvider time)
    {
        (_server, _hasFunction, _time) = (server, hasFunction, time);
        Client = new FirehoseClient(_http, new Uri(server.Urls[0]));
    }

    public FirehoseClient Client { get; }

    /// <exception cref="IOException">The folder cannot be used.</exception>
    public static async Task<DemoFirehose> StartAsync(CommandContext context, string folder, CancellationToken cancel)
    {
        var function = FindFunction();
        var server = await FirehoseServer.StartAsync(
            new FirehoseOptions
            {
                Data = Path.Combine(folder, "firehose"),
                Listen = ["http://127.0.0.1:0"],
                Account = DemoAccounts.Main,
                Region = DemoAccounts.Region,
                Catalogue = new CatalogueOptions { TransitionTime = TimeSpan.Zero },
                Functions = function is null ? [] : [function],
                Time = context.Time,
                Logging = ErrorsOnly,
            },
            cancel);
        return new DemoFirehose(server, function is not null, context.Time);
    }

    /// <summary>Makes the streams deliver to a server; those of an earlier run go on with what they hold.</summary>
    /// <param name="retrySeconds">How long a delivery is tried again; null as usual.</param>
    public async Task PointToAsync(Uri server, string key, int? retrySeconds, CancellationToken cancel)
    {
        foreach (var stream in DemoStream.All)
        {
            var destination = Destination(stream, new Uri(server, stream.Route), key, retrySeconds ?? RetrySeconds);
            try
            {
                var described = await Client.CallAsync("DescribeDeliveryStream", Named(stream), cancel);
                await UpdateAsync(stream, described.GetProperty("DeliveryStreamDescription"), destination, cancel);
            }
            catch (FirehoseCallException refusal) when (refusal.Type == "ResourceNotFoundException")
            {
                destination["S3Configuration"] = Backup(stream);
                var input = Named(stream);
                input["HttpEndpointDestinationConfiguration"] = destination;
                await Client.CallAsync("CreateDeliveryStream", input, cancel);
            }
        }
    }

    /// <summary>Waits until nothing is on its way any more, or for as long as one may.</summary>
    public async Task DrainAsync(TimeSpan limit, CancellationToken cancel)
    {
        var started = _time.GetTimestamp();
        while (_server.Catalogue.All.Any(stream => _server.Delivery.StatusOf(stream.Id.Arn) is { } status && status.BufferedRecords + status.OutboxRecords > 0) && _time.GetElapsedTime(started) < limit)
        {
            await Task.Delay(_pause, _time, cancel);
        }
    }

    /// <summary>Puts records into a stream; what the service refuses for the moment is put again.</summary>
    public async Task PutAsync(DemoStream stream, IReadOnlyList<byte[]> records, CancellationToken cancel)
    {
        for (var start = 0; start < records.Count;)
        {
            var (count, bytes) = (0, 0);
            while (start + count < records.Count && count < BatchRecords && (count == 0 || bytes + records[start + count].Length <= BatchBytes))
            {
                bytes += records[start + count++].Length;
            }

            await PutBatchAsync(stream, [.. records.Skip(start).Take(count)], cancel);
            start += count;
        }
    }

    /// <summary>Replays what the streams have in their buckets, and waits for the end of it.</summary>
    /// <returns>How many records that were.</returns>
    public async Task<long> ReplayAsync(CancellationToken cancel)
    {
        foreach (var stream in DemoStream.All)
        {
            try
            {
                await Client.AskAsync(HttpMethod.Post, $"/cistern/streams/{Uri.EscapeDataString(stream.Arn)}/replay", cancel);
            }
            catch (FirehoseCallException refusal) when (refusal.Type == "ResourceInUseException")
            {
                // Somebody pressed the button at this moment.
            }
        }

        while (true)
        {
            var streams = (await Client.AskAsync(HttpMethod.Get, "/cistern/streams", cancel)).GetProperty("streams").EnumerateArray().Select(stream => stream.GetProperty("replay")).Where(replay => replay.ValueKind == JsonValueKind.Object).ToList();
            if (streams.All(replay => replay.GetProperty("state").GetString() != "running"))
            {
                return streams.Sum(replay => replay.GetProperty("records").GetInt64());
            }

            await Task.Delay(_pause, _time, cancel);
        }
    }

    /// <summary>Objects that were not replayed yet, of all streams, and the records in them.</summary>
    public async Task<(long Objects, long Records)> BackedUpAsync(CancellationToken cancel)
    {
        var (objects, records) = (0L, 0L);
        foreach (var stream in DemoStream.All)
        {
            var found = await Client.AskAsync(HttpMethod.Get, $"/cistern/streams/{Uri.EscapeDataString(stream.Arn)}/backups", cancel);
            objects += found.GetProperty("objects").GetInt64();
            records += found.GetProperty("codes").EnumerateArray().Sum(code => code.GetProperty("records").GetInt64());
        }

        return (objects, records);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _http.Dispose();
    }

    private async Task PutBatchAsync(DemoStream stream, List<byte[]> records, CancellationToken cancel)
    {
        while (true)
        {
            var input = Named(stream);
            input["Records"] = new JsonArray([.. records.Select(record => new JsonObject { ["Data"] = Convert.ToBase64String(record) })]);
            var answer = await Client.CallAsync("PutRecordBatch", input, cancel);
            if (answer.GetProperty("FailedPutCount").GetInt32() == 0)
            {
                return;
            }

            records = [.. answer.GetProperty("RequestResponses").EnumerateArray().Zip(records).Where(pair => pair.First.TryGetProperty("ErrorCode", out _)).Select(pair => pair.Second)];
            await Task.Delay(_pause, _time, cancel);
        }
    }

    private async Task UpdateAsync(DemoStream stream, JsonElement described, JsonObject destination, CancellationToken cancel)
    {
        var input = Named(stream);
        input["CurrentDeliveryStreamVersionId"] = described.GetProperty("VersionId").GetString();
        input["DestinationId"] = described.GetProperty("Destinations")[0].GetProperty("DestinationId").GetString();
        input["HttpEndpointDestinationUpdate"] = destination;
        await Client.CallAsync("UpdateDestination", input, cancel);
    }

    private static JsonObject Named(DemoStream stream) => new() { ["DeliveryStreamName"] = stream.Name };

    private JsonObject Destination(DemoStream stream, Uri url, string key, int retrySeconds) => new()
    {
        ["EndpointConfiguration"] = new JsonObject { ["Url"] = url.AbsoluteUri, ["Name"] = "Cistern", ["AccessKey"] = key },
        ["BufferingHints"] = new JsonObject { ["SizeInMBs"] = 1, ["IntervalInSeconds"] = BufferSeconds },
        ["RetryOptions"] = new JsonObject { ["DurationInSeconds"] = retrySeconds },
        ["S3BackupMode"] = "FailedDataOnly",
        ["RequestConfiguration"] = new JsonObject
        {
            ["ContentEncoding"] = "GZIP",
            ["CommonAttributes"] = new JsonArray([.. stream.Attributes.Select(pair => new JsonObject { ["AttributeName"] = pair.Key, ["AttributeValue"] = pair.Value })]),
        },
        ["ProcessingConfiguration"] = _hasFunction && stream == DemoStream.Requests ? Function() : new JsonObject { ["Enabled"] = false },
    };

    private static JsonObject Function() => new()
    {
        ["Enabled"] = true,
        ["Processors"] = new JsonArray(new JsonObject
        {
            ["Type"] = "Lambda",
            ["Parameters"] = new JsonArray(
                new JsonObject { ["ParameterName"] = "LambdaArn", ["ParameterValue"] = $"arn:aws:lambda:{DemoAccounts.Region}:{DemoAccounts.Main}:function:{FunctionName}" },
                new JsonObject { ["ParameterName"] = "BufferSizeInMBs", ["ParameterValue"] = "1" },
                new JsonObject { ["ParameterName"] = "BufferIntervalInSeconds", ["ParameterValue"] = $"{FunctionSeconds}" }),
        }),
    };

    private static JsonObject Backup(DemoStream stream) => new()
    {
        ["RoleARN"] = $"arn:aws:iam::{DemoAccounts.Main}:role/demo",
        ["BucketARN"] = $"arn:aws:s3:::{Bucket}",
        ["Prefix"] = $"{stream.Name}-failures/",
        ["CompressionFormat"] = "GZIP",
        ["BufferingHints"] = new JsonObject { ["SizeInMBs"] = 1, ["IntervalInSeconds"] = BackupSeconds },
    };

    // The function lies beside the program and runs on the same runtime; a build that brings its own has none to lend.
    private static FunctionCommand? FindFunction()
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, "transform", "bootstrap.dll");
        var host = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        return File.Exists(assembly) && File.Exists(host)
            ? new FunctionCommand(FunctionName, host, [assembly]) { Variables = new Dictionary<string, string> { ["CISTERN_KEEP"] = "all", ["CISTERN_FIELDS"] = RealtimeLine.Fields } }
            : null;
    }

    // That an endpoint refuses and a stream tries again is what the demo shows on its screen.
    private static void ErrorsOnly(ILoggingBuilder logging)
    {
        ServerLogging.ToStandardError(logging);
        logging.SetMinimumLevel(LogLevel.Error);
    }
}
