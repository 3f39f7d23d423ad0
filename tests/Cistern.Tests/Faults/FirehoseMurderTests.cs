using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Faults;

/// <summary>The real Firehose, killed (SIGKILL) again and again while records are put: every record that was answered reaches the destination.</summary>
public sealed class FirehoseMurderTests
{
    private const int Kills = 5;
    private const int BatchRecords = 50;
    private const int PageRows = 50_000; // Under what one statement may give: a fast machine puts more than that in all.

    private static readonly TimeSpan DrainLimit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Every_record_that_was_answered_arrives_whenever_the_Firehose_is_killed()
    {
        using var folder = new ScratchFolder();
        var destinationFolder = Path.Combine(folder, "destination");
        var key = ServerProcess.MakeKey(destinationFolder);
        using var destination = await ServerProcess.StartReadyAsync(destinationFolder, ServerProcess.TakePort());
        var port = ServerProcess.TakePort();
        var random = new Random();
        var answered = new List<string>();
        using var firehose = new Restarted(Path.Combine(folder, "firehose"), port);
        await firehose.StartAsync();
        await CallAsync(firehose.Http, "CreateDeliveryStream", Create(destination.Address, key));
        await Task.Delay(500);
        for (var kill = 0; kill < Kills; kill++)
        {
            using var stop = new CancellationTokenSource();
            var putting = PutAsync(firehose.Http, $"{kill}", answered, stop.Token);
            await Task.Delay(random.Next(300, 2500));
            firehose.Kill();
            await stop.CancelAsync();
            await putting;
            await firehose.StartAsync();
        }

        Assert.True(answered.Count > Kills * BatchRecords, $"only {answered.Count} records were answered: this test says nothing");
        await destination.WaitForAsync($"{answered.Count} records", DrainLimit, async () => await CountAsync(destination, key) >= answered.Count);
        var stored = await MessagesAsync(destination, key);
        var missing = answered.Where(record => !stored.Contains(record)).ToList();
        Assert.True(missing.Count == 0, $"{missing.Count} of {answered.Count} answered records did not arrive, such as {missing.FirstOrDefault()}");
    }

    private static async Task PutAsync(HttpClient http, string round, List<string> answered, CancellationToken stop)
    {
        for (var batch = 0; !stop.IsCancellationRequested; batch++)
        {
            string[] records = [.. Enumerable.Range(0, BatchRecords).Select(number => $"record {round}-{batch}-{number}")];
            try
            {
                var answer = await CallAsync(http, "PutRecordBatch", $$"""{"DeliveryStreamName":"s","Records":[{{string.Join(',', records.Select(record => $"{{\"Data\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(record + "\n"))}\"}}"))}}]}""");
                Assert.Equal(0, answer.GetProperty("FailedPutCount").GetInt32());
                answered.AddRange(records);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
            {
                return; // Killed in the middle: nothing was promised.
            }
        }
    }

    private static string Create(Uri destination, string key) =>
        """{"DeliveryStreamName":"s","HttpEndpointDestinationConfiguration":{"EndpointConfiguration":{"Url":"URL","AccessKey":"KEY"},"BufferingHints":{"SizeInMBs":1,"IntervalInSeconds":0},"RequestConfiguration":{"ContentEncoding":"GZIP"},"S3Configuration":{"RoleARN":"arn:aws:iam::111122223333:role/own","BucketARN":"arn:aws:s3:::backup"}}}"""
            .Replace("URL", new Uri(destination, "/ingester/kinesis/logs").AbsoluteUri, StringComparison.Ordinal).Replace("KEY", key, StringComparison.Ordinal);

    private static async Task<JsonElement> CallAsync(HttpClient http, string operation, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        request.Headers.Add("X-Amz-Target", $"Firehose_20150804.{operation}");
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private static async Task<long> CountAsync(ServerProcess server, string key) =>
        long.Parse((await AskAsync(server, key, "SELECT count(DISTINCT message) FROM logs"))[0][0].GetRawText(), CultureInfo.InvariantCulture);

    private static async Task<HashSet<string>> MessagesAsync(ServerProcess server, string key)
    {
        var messages = new HashSet<string>(StringComparer.Ordinal);
        string? last = "";
        while (last is not null)
        {
            string[] page = [.. (await AskAsync(server, key, $"SELECT DISTINCT message FROM logs WHERE message > '{last}' ORDER BY message LIMIT {PageRows}")).EnumerateArray().Select(row => row[0].GetString()!)];
            messages.UnionWith(page);
            last = page.LastOrDefault();
        }

        return messages;
    }

    private static async Task<JsonElement> AskAsync(ServerProcess server, string key, string sql)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/sql") { Content = new StringContent(sql, Encoding.UTF8, "text/plain") };
        request.Headers.Add("X-API-Key", key);
        using var response = await server.LongHttp.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("rows");
    }

    private sealed class Restarted(string folder, int port) : IDisposable
    {
        private ServerProcess? _process;

        public HttpClient Http { get; } = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(30) };

        public async Task StartAsync() => _process = await ServerProcess.StartFirehoseAsync(folder, port);

        public void Kill()
        {
            _process!.Kill();
            _process.Dispose();
        }

        public void Dispose()
        {
            Http.Dispose();
            _process?.Dispose();
        }
    }
}
