using System.Globalization;
using System.IO.Compression;
using System.Text;
using Cistern.Tests.Store;

namespace Cistern.Tests.Faults;

/// <summary>What the deliveries of a fault test are made of: a line is one item, good or bad, known by a path that is the only one of its kind.</summary>
internal abstract class DeliveryLines
{
    public static DeliveryLines Requests { get; } = new RequestLines();

    public static DeliveryLines Logs { get; } = new LogLines();

    public static DeliveryLines Metrics { get; } = new MetricLines();

    /// <summary>The address that takes them.</summary>
    public abstract string Route { get; }

    /// <summary>The item that becomes a row with this path: the same item for the same path, always.</summary>
    public abstract string Good(string path);

    /// <summary>The item that becomes a reject whose data is the item itself.</summary>
    public abstract string Bad(string path);

    /// <summary>One record of some items.</summary>
    public abstract byte[] Record(IReadOnlyList<string> items);

    // The time is made of the path too, so that the same item can be made again.
    private static DateTimeOffset TimeOf(string path)
    {
        var hash = Cistern.Journal.Crc32C.Finish(Cistern.Journal.Crc32C.Append(Cistern.Journal.Crc32C.Start, Encoding.UTF8.GetBytes(path)));
        return DateTimeOffset.UnixEpoch.AddDays(20_000).AddSeconds(hash % 7_200);
    }

    private sealed class RequestLines : DeliveryLines
    {
        public override string Route => "/v1/logs/aws_data_firehose_cloudfront";

        public override string Good(string path) => TestDeliveries.Line(TimeOf(path), path, path);

        public override string Bad(string path) => $"not a CloudFront line: {path}";

        public override byte[] Record(IReadOnlyList<string> items) => Encoding.UTF8.GetBytes(string.Join('\n', items));
    }

    // The message is the path, and so is the event's id.
    private sealed class LogLines : DeliveryLines
    {
        public override string Route => "/ingester/kinesis/logs";

        public override string Good(string path) => string.Create(
            CultureInfo.InvariantCulture, $$"""{"id":"{{path}}","timestamp":{{TimeOf(path).ToUnixTimeMilliseconds()}},"message":"{{path}}"}""");

        public override string Bad(string path) => $$"""{"id":"{{path}}","timestamp":"yesterday","message":"{{path}}"}""";

        public override byte[] Record(IReadOnlyList<string> items)
        {
            using var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            {
                gzip.Write(Encoding.UTF8.GetBytes(
                    $$"""{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/test/group","logStream":"stream","subscriptionFilters":["all"],"logEvents":[{{string.Join(',', items)}}]}"""));
            }

            return packed.ToArray();
        }
    }

    // The metric's name is the path.
    private sealed class MetricLines : DeliveryLines
    {
        public override string Route => "/ingester/kinesis/metrics";

        public override string Good(string path) => Line(path, string.Create(CultureInfo.InvariantCulture, $$"""{"max":{{path.Length}}.5,"min":1.0,"sum":7.25,"count":3.0}"""));

        public override string Bad(string path) => Line(path, "\"none\"");

        public override byte[] Record(IReadOnlyList<string> items) => Encoding.UTF8.GetBytes(string.Concat(items.Select(item => item + "\n")));

        private static string Line(string path, string value) => string.Create(CultureInfo.InvariantCulture,
            $$"""{"metric_stream_name":"test","account_id":"111122223333","region":"us-east-1","namespace":"Test","metric_name":"{{path}}","dimensions":{"B":"2","A":"1"},"timestamp":{{TimeOf(path).ToUnixTimeMilliseconds()}},"value":{{value}},"unit":"Count"}""");
    }
}
