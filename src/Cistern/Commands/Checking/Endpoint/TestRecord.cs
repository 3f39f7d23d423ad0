using System.Globalization;
using System.IO.Compression;
using System.Text;
using Cistern.Delivery.Http;
using Cistern.Ingest;

namespace Cistern.Commands.Checking.Endpoint;

/// <summary>One record that is as real as can be and harmless: it says what it is wherever somebody may come across it.</summary>
/// <param name="Signal">The table that it belongs to.</param>
/// <param name="Mark">What to look for.</param>
internal sealed record TestRecord(string Signal, string Mark, OutgoingDelivery Delivery)
{
    public static readonly string[] Signals = ["requests", "logs", "metrics"];

    /// <summary>The signal of a path; where any is taken, or nothing is known of it, a log event, which disturbs no figures.</summary>
    public static string SignalOf(Uri url) => IngestAddress.All.FirstOrDefault(address => address.Path == url.AbsolutePath)?.Signal?.Name ?? "logs";

    public static TestRecord Make(string signal, DateTimeOffset now)
    {
        var id = Guid.NewGuid().ToString();
        var mark = $"cistern-check-{id[..8]}";
        using var envelope = new EnvelopeWriter(gzip: true);
        envelope.Begin(id, now);
        envelope.Add(signal switch
        {
            "requests" => Encoding.UTF8.GetBytes(Line(mark, now)),
            "metrics" => Encoding.UTF8.GetBytes(Metric(mark, now)),
            _ => Compress(Log(mark, now)),
        });
        return new TestRecord(signal, mark, envelope.Finish());
    }

    // Standard logging v2 in JSON names its fields, so that no list has to be agreed upon.
    private static string Line(string mark, DateTimeOffset now) => string.Create(CultureInfo.InvariantCulture,
        $$"""{"date":"{{now.UtcDateTime:yyyy-MM-dd}}","time":"{{now.UtcDateTime:HH:mm:ss}}","x-edge-location":"CHECK","sc-bytes":"0","c-ip":"192.0.2.1","cs-method":"GET","cs(Host)":"cistern-check.invalid","cs-uri-stem":"/.well-known/{{mark}}","sc-status":"204","cs(User-Agent)":"cistern-check/1.0","cs-uri-query":"-","x-edge-result-type":"Miss","x-edge-request-id":"{{mark}}","time-taken":"0.001"}""") + "\n";

    private static string Metric(string mark, DateTimeOffset now) => string.Create(CultureInfo.InvariantCulture,
        $$"""{"metric_stream_name":"cistern-check","account_id":"000000000000","region":"local","namespace":"Cistern/Check","metric_name":"Check","dimensions":{"mark":"{{mark}}"},"timestamp":{{now.ToUnixTimeSeconds() / 60 * 60_000}},"value":{"max":1.0,"min":1.0,"sum":1.0,"count":1.0},"unit":"Count"}""") + "\n";

    private static string Log(string mark, DateTimeOffset now) => string.Create(CultureInfo.InvariantCulture,
        $$"""{"messageType":"DATA_MESSAGE","owner":"000000000000","logGroup":"/cistern/check","logStream":"{{mark}}","subscriptionFilters":["cistern-check"],"logEvents":[{"id":"{{EventId(now)}}","timestamp":{{now.ToUnixTimeMilliseconds()}},"message":"a test record of cistern check, {{mark}}"}]}""");

    // 56 digits, as CloudWatch's are.
    private static string EventId(DateTimeOffset now) => string.Create(CultureInfo.InvariantCulture, $"{now.ToUnixTimeMilliseconds():D28}{Random.Shared.NextInt64():D28}");

    // A record of CloudWatch Logs is gzip within the body, whatever the body is.
    private static byte[] Compress(string text)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return compressed.ToArray();
    }
}
