using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Cistern.Demo;
using Cistern.Ingest.Keys;
using Cistern.Operations.Shared;

namespace Cistern.Commands.Benching;

/// <summary>Records of 500 bytes put into a Firehose at a rate, buffered, delivered as gzip to a destination, and stored: three processes on this machine.</summary>
internal sealed class FirehoseBench(CommandContext context, string folder, int connections) : IDisposable
{
    private const int RecordBytes = 500;
    private const int BatchRecords = 500;
    private const string StreamName = "bench";

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);

    private readonly TextWriter _out = context.Terminal.Out;
    private readonly HttpClient _http = new();

    public async Task RunAsync(int records, double rate, int seed, CancellationToken cancel)
    {
        var key = new KeyStore(new LocalFolder(Directory.CreateDirectory(Path.Combine(folder, "destination")).FullName), context.Time).Create(new NewKey { Name = "bench", Scopes = KeyScopes.Ingest }).Secret!.Reveal();
        using var destination = await BenchServer.StartAsync(Path.Combine(folder, "destination"), [], cancel);
        using var firehose = await BenchServer.StartFirehoseAsync(Path.Combine(folder, "firehose"), cancel);
        var client = new FirehoseClient(_http, firehose.Url);
        await client.CallAsync("CreateDeliveryStream", Encoding.UTF8.GetBytes(CreateStream(destination.Url, key)), cancel);
        await Task.Delay(TimeSpan.FromSeconds(1), cancel);

        var batches = MakeBatches(records / BatchRecords, seed);
        _out.WriteLine($"putting         {Units.Count(batches.Length * BatchRecords)} records of {RecordBytes} bytes in batches of {BatchRecords}, {Units.Count(rate)} records/s asked for");
        var clock = Stopwatch.StartNew();
        var (answers, refused) = await PutAsync(client, batches, rate, cancel);
        var put = clock.Elapsed;
        var stored = await WaitUntilStoredAsync(destination, (batches.Length * BatchRecords) - refused, cancel);
        Array.Sort(answers);
        _out.WriteLine($"accepted        {Units.Count(Math.Round(((batches.Length * BatchRecords) - refused) / put.TotalSeconds))} records/s, {refused} refused; answers p50 {Units.Seconds(answers[answers.Length / 2])}, p95 {Units.Seconds(answers[answers.Length * 95 / 100])}");
        _out.WriteLine($"stored          {Units.Count(stored)} rows, the last {Units.Seconds((clock.Elapsed - put).TotalSeconds)} after the last put");
        _out.WriteLine($"firehose        {Units.Count(Math.Round(stored / firehose.CpuSeconds))} records/s and core, peak memory {Units.Bytes(firehose.PeakBytes)}");
        _out.WriteLine($"destination     {Units.Count(Math.Round(stored / destination.CpuSeconds))} records/s and core, peak memory {Units.Bytes(destination.PeakBytes)}");
    }

    public void Dispose() => _http.Dispose();

    private static string CreateStream(Uri destination, string key) => $$$"""
        {"DeliveryStreamName":"{{{StreamName}}}","HttpEndpointDestinationConfiguration":{
         "EndpointConfiguration":{"Url":"{{{new Uri(destination, "/v1/logs/aws_data_firehose_cloudfront")}}}","AccessKey":"{{{key}}}" },
         "BufferingHints":{"SizeInMBs":1,"IntervalInSeconds":60},"RequestConfiguration":{"ContentEncoding":"GZIP","CommonAttributes":[{{{Attributes()}}}] },
         "S3Configuration":{"RoleARN":"arn:aws:iam::000000000000:role/bench","BucketARN":"arn:aws:s3:::bench"} } }
        """;

    private static string Attributes() => string.Join(',', DemoFeed.Attributes.Select(pair =>
        $"{{\"AttributeName\":\"{JsonEncodedText.Encode(pair.Key)}\",\"AttributeValue\":\"{JsonEncodedText.Encode(pair.Value)}\"}}"));

    // Made before the clock runs, every record another one, padded to the same length by its query string.
    private byte[][] MakeBatches(int count, int seed)
    {
        var traffic = new DemoTraffic(seed, context.Time.GetUtcNow().AddHours(-1), rate: 20_000);
        var line = new byte[RealtimeLine.BytesMax];
        var batches = new byte[count][];
        for (var batch = 0; batch < count; batch++)
        {
            var json = new StringBuilder($"{{\"DeliveryStreamName\":\"{StreamName}\",\"Records\":[");
            for (var record = 0; record < BatchRecords; record++)
            {
                json.Append(record == 0 ? "{\"Data\":\"" : ",{\"Data\":\"").Append(Convert.ToBase64String(line.AsSpan(0, Fill(traffic, line)))).Append("\"}");
            }

            batches[batch] = Encoding.ASCII.GetBytes(json.Append("]}").ToString());
        }

        return batches;
    }

    // A line that is longer stays as it is; a shorter one gets more of its user agent.
    private static int Fill(DemoTraffic traffic, byte[] line)
    {
        var length = traffic.WriteNext(line);
        var missing = RecordBytes - length;
        var agent = line.AsSpan(0, length).IndexOf("Mozilla"u8);
        if (missing <= 0 || agent < 0)
        {
            return length;
        }

        line.AsSpan(agent, length - agent).CopyTo(line.AsSpan(agent + missing));
        line.AsSpan(agent, missing).Fill((byte)'M');
        return RecordBytes;
    }

    private async Task<(double[] Answers, int Refused)> PutAsync(FirehoseClient firehose, byte[][] batches, double rate, CancellationToken cancel)
    {
        var answers = new double[batches.Length];
        var (next, refused) = (-1, 0);
        var clock = Stopwatch.StartNew();
        async Task SendAsync()
        {
            for (int place; (place = Interlocked.Increment(ref next)) < batches.Length;)
            {
                if (TimeSpan.FromSeconds(place * BatchRecords / rate) - clock.Elapsed is { Ticks: > 0 } early)
                {
                    await Task.Delay(early, cancel);
                }

                var began = clock.Elapsed;
                var answer = await firehose.CallAsync("PutRecordBatch", batches[place], cancel);
                answers[place] = (clock.Elapsed - began).TotalSeconds;
                Interlocked.Add(ref refused, answer.GetProperty("FailedPutCount").GetInt32());
            }
        }

        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(SendAsync, cancel)));
        return (answers, refused);
    }

    private static async Task<double> WaitUntilStoredAsync(BenchServer destination, double wanted, CancellationToken cancel)
    {
        double stored = 0;
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < _patience; await Task.Delay(100, cancel))
        {
            stored = await destination.MetricAsync(cancel, "cistern_store_hot_rows", "cistern_store_segment_rows");
            if (stored >= wanted)
            {
                break;
            }
        }

        return stored;
    }
}
