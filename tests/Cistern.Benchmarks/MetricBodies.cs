using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Cistern.Benchmarks;

/// <summary>Deliveries of metric streams as CloudWatch sends them: JSON with 100 metrics a record, OpenTelemetry 1.0 with 200.</summary>
internal static class MetricBodies
{
    public const int Metrics = 4_000;

    private const int JsonMetrics = 100;
    private const int OtlpMetrics = 200;
    private const long Start = 1_760_000_040_000;

    private static readonly (string Namespace, string Metric, string Unit, string OtlpUnit, string[] Dimensions)[] Kinds =
    [
        ("AWS/EC2", "CPUUtilization", "Percent", "%", ["InstanceId"]),
        ("AWS/EC2", "NetworkIn", "Bytes", "By", ["InstanceId"]),
        ("AWS/EBS", "VolumeReadOps", "Count", "{Count}", ["VolumeId"]),
        ("AWS/Lambda", "Duration", "Milliseconds", "ms", ["FunctionName", "Resource"]),
        ("AWS/ApplicationELB", "TargetResponseTime", "Seconds", "s", ["AvailabilityZone", "LoadBalancer", "TargetGroup"]),
        ("AWS/DynamoDB", "ConsumedReadCapacityUnits", "Count", "{Count}", ["TableName"]),
        ("AWS/S3", "BytesDownloaded", "Bytes", "By", ["BucketName", "FilterId"]),
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Count", "{Count}", ["QueueName"]),
    ];

    public static byte[] Json() => Envelope(Chunks(JsonMetrics).Select(metrics => Encoding.UTF8.GetBytes(string.Concat(metrics.Select(Line)))));

    public static byte[] Otlp() => Envelope(Chunks(OtlpMetrics).Select(Message));

    private static IEnumerable<Metric[]> Chunks(int size)
    {
        var random = new Random(60);
        return Enumerable.Range(0, Metrics).Select(_ => Metric.Make(random)).Chunk(size);
    }

    private static byte[] Envelope(IEnumerable<byte[]> records)
    {
        var data = records.Select(record => $"{{\"data\":\"{Convert.ToBase64String(record)}\"}}");
        return Encoding.UTF8.GetBytes($"{{\"requestId\":\"{BenchmarkBodies.RequestId}\",\"timestamp\":1760000060000,\"records\":[{string.Join(',', data)}]}}");
    }

    private static string Line(Metric metric)
    {
        var kind = Kinds[metric.Kind];
        var dimensions = string.Join(',', kind.Dimensions.Select((name, place) => $"\"{name}\":\"{metric.Values[place]}\""));
        return $"{{\"metric_stream_name\":\"own-stream\",\"account_id\":\"111122223333\",\"region\":\"us-east-1\",\"namespace\":\"{kind.Namespace}\",\"metric_name\":\"{kind.Metric}\",\"dimensions\":{{{dimensions}}},"
            + $"\"timestamp\":{Start},\"value\":{{\"max\":{Number(metric.Max)},\"min\":{Number(metric.Min)},\"sum\":{Number(metric.Sum)},\"count\":{Number(metric.Count)}}},\"unit\":\"{kind.Unit}\"}}\n";
    }

    private static string Number(double value) => value.ToString(value == Math.Truncate(value) ? "0.0" : "R", CultureInfo.InvariantCulture);

    private static byte[] Message(Metric[] metrics)
    {
        byte[] resource =
        [
            .. Field(1, Pair("cloud.provider", Text("aws"))), .. Field(1, Pair("cloud.account.id", Text("111122223333"))), .. Field(1, Pair("cloud.region", Text("us-east-1"))),
            .. Field(1, Pair("aws.exporter.arn", Text("arn:aws:cloudwatch:us-east-1:111122223333:metric-stream/own-stream"))),
        ];
        byte[] request = Field(1, [.. Field(1, resource), .. Field(2, [.. metrics.SelectMany(metric => Field(2, Summary(metric)))])]);
        return [.. Varint(request.Length), .. request];
    }

    private static byte[] Summary(Metric metric)
    {
        var kind = Kinds[metric.Kind];
        byte[] dimensions = [.. kind.Dimensions.SelectMany((name, place) => Field(1, Pair(name, Text(metric.Values[place]))))];
        byte[] point =
        [
            .. Fixed(2, Start * 1_000_000), .. Fixed(3, (Start + 60_000) * 1_000_000), .. Fixed(4, (long)metric.Count), .. Fixed(5, BitConverter.DoubleToInt64Bits(metric.Sum)),
            .. Field(6, Fixed(2, BitConverter.DoubleToInt64Bits(metric.Min))),
            .. Field(6, [.. Fixed(1, BitConverter.DoubleToInt64Bits(1)), .. Fixed(2, BitConverter.DoubleToInt64Bits(metric.Max))]),
            .. Field(7, Pair("Namespace", Text(kind.Namespace))), .. Field(7, Pair("MetricName", Text(kind.Metric))), .. Field(7, Pair("Dimensions", Field(6, dimensions))),
        ];
        return [.. Field(1, Encoding.UTF8.GetBytes($"amazonaws.com/{kind.Namespace}/{kind.Metric}")), .. Field(3, Encoding.UTF8.GetBytes(kind.OtlpUnit)), .. Field(11, Field(1, point))];
    }

    private static byte[] Pair(string key, byte[] value) => [.. Field(1, Encoding.UTF8.GetBytes(key)), .. Field(2, value)];

    private static byte[] Text(string text) => Field(1, Encoding.UTF8.GetBytes(text));

    private static byte[] Field(int number, byte[] bytes) => [(byte)((number << 3) | 2), .. Varint(bytes.Length), .. bytes];

    private static byte[] Fixed(int number, long value)
    {
        var bytes = new byte[1 + sizeof(long)];
        bytes[0] = (byte)((number << 3) | 1);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(1), value);
        return bytes;
    }

    private static byte[] Varint(int value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        return [.. bytes, (byte)value];
    }

    private sealed record Metric(int Kind, string[] Values, double Min, double Max, double Sum, double Count)
    {
        public static Metric Make(Random random)
        {
            var kind = random.Next(Kinds.Length);
            string[] values = [.. Kinds[kind].Dimensions.Select(name => $"{char.ToLowerInvariant(name[0])}-{random.NextInt64(1L << 40):x17}")];
            var min = Math.Round(random.NextDouble() * 10, 3);
            var max = min + Math.Round(random.NextDouble() * 90, 3);
            var count = random.Next(1, 6);
            return new Metric(kind, values, min, max, random.Next(2) == 0 ? Math.Round(min + max, 3) : (min + max) / 3 * count, count);
        }
    }
}
