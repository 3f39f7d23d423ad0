using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Cistern.Delivery.Aws;
using Cistern.Delivery.Kinesis;

namespace Cistern.Tests.Delivery.Kinesis;

/// <summary>A real Kinesis service (kinesalite) on loopback, whose data outlives it.</summary>
internal sealed class KinesisService : IAsyncDisposable
{
    public static readonly AwsCredentials Credentials = new("AKIDEXAMPLE", "secret");
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("cistern-kinesis-").FullName;
    private Process _process = null!;
    private int _port;

    public Uri Url => new($"http://127.0.0.1:{_port}/");

    public static KinesisArn Arn(string stream) => new($"arn:aws:kinesis:us-east-1:000000000000:stream/{stream}", "us-east-1", stream);

    public static async Task<KinesisService> StartAsync()
    {
        var service = new KinesisService();
        await service.StartAgainAsync();
        return service;
    }

    /// <summary>Starts it with the port and the data that it had.</summary>
    public async Task StartAgainAsync()
    {
        var script = Path.Combine(Repository.Root, "tests/services/kinesis/server.cjs");
        _process = Process.Start(new ProcessStartInfo("node", [script, _port.ToString(CultureInfo.InvariantCulture), Path.Combine(_folder, "data")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(StartLimit);
        Assert.StartsWith("listening ", line, StringComparison.Ordinal);
        _port = int.Parse(line!["listening ".Length..], CultureInfo.InvariantCulture);
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Makes a stream and waits until it can be used.</summary>
    public async Task CreateAsync(string stream, int shards)
    {
        await CallAsync("CreateStream", new JsonObject { ["StreamName"] = stream, ["ShardCount"] = shards });
        await WaitActiveAsync(stream);
    }

    public async Task WaitActiveAsync(string stream)
    {
        while (await StatusAsync(stream) != "ACTIVE")
        {
            await Task.Delay(20);
        }
    }

    public async Task DeleteAsync(string stream)
    {
        await CallAsync("DeleteStream", new JsonObject { ["StreamName"] = stream });
        while (await StatusAsync(stream) is not null)
        {
            await Task.Delay(20);
        }
    }

    public async Task PutAsync(string stream, params IEnumerable<(string Key, byte[] Data)> records)
    {
        var list = new JsonArray([.. records.Select(record => new JsonObject { ["PartitionKey"] = record.Key, ["Data"] = Convert.ToBase64String(record.Data) })]);
        var answer = await CallAsync("PutRecords", new JsonObject { ["StreamName"] = stream, ["Records"] = list });
        Assert.Equal(0, answer!["FailedRecordCount"]!.GetValue<int>());
    }

    public Task PutAsync(string stream, params string[] texts) => PutAsync(stream, texts.Select(text => (text, Encoding.UTF8.GetBytes(text))));

    /// <summary>Splits a shard in the middle of its hash keys.</summary>
    public async Task SplitAsync(string stream, string shardId)
    {
        await CallAsync("SplitShard", new JsonObject { ["StreamName"] = stream, ["ShardToSplit"] = shardId, ["NewStartingHashKey"] = "170141183460469231731687303715884105728" });
        await WaitActiveAsync(stream);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<string?> StatusAsync(string stream)
    {
        var answer = await CallAsync("DescribeStreamSummary", new JsonObject { ["StreamName"] = stream }, mayFail: true);
        return answer?["StreamDescriptionSummary"]!["StreamStatus"]!.GetValue<string>();
    }

    private async Task<JsonNode?> CallAsync(string operation, JsonObject body, bool mayFail = false)
    {
        var content = Encoding.UTF8.GetBytes(body.ToJsonString());
        using var request = new HttpRequestMessage(HttpMethod.Post, Url) { Content = new ByteArrayContent(content) };
        request.Content.Headers.ContentType = new("application/x-amz-json-1.1");
        request.Headers.Add("X-Amz-Target", "Kinesis_20131202." + operation);
        SigV4.Sign(request, content, Credentials, "us-east-1", "kinesis", DateTimeOffset.UtcNow);
        using var response = await _http.SendAsync(request);
        var answer = await response.Content.ReadAsStringAsync();
        Assert.True(mayFail || response.StatusCode == HttpStatusCode.OK, answer);
        return response.IsSuccessStatusCode && answer.Length > 0 ? JsonNode.Parse(answer) : null;
    }
}
