using Cistern.Delivery.Http;
using Cistern.Demo.Metrics;
using Cistern.Demo.Origin;

namespace Cistern.Commands.Benching;

/// <summary>Deliveries of a metric stream: some thousand series, one point of each a minute.</summary>
internal sealed class BenchMetrics(int seed, DateTimeOffset start, IMetricWriter writer, int perRecord)
{
    public const int Rows = 2_000;

    private const int SeriesCount = 4_000;

    private static readonly (string Namespace, string Metric, string Dimension, string Unit)[] s_metrics =
    [
        ("AWS/EC2", "CPUUtilization", "InstanceId", "Percent"), ("AWS/EC2", "NetworkIn", "InstanceId", "Bytes"), ("AWS/EBS", "VolumeReadOps", "VolumeId", "Count"),
        ("AWS/EBS", "VolumeTotalWriteTime", "VolumeId", "Seconds"), ("AWS/Lambda", "Duration", "FunctionName", "Milliseconds"), ("AWS/Lambda", "Invocations", "FunctionName", "Count"),
        ("AWS/ApplicationELB", "RequestCount", "LoadBalancer", "Count"), ("AWS/DynamoDB", "SuccessfulRequestLatency", "TableName", "Milliseconds"),
    ];

    private readonly Random _random = new(seed);
    private readonly string _stream = $"bench-{seed}";
    private MetricPeriod _period = new(start.ToUnixTimeMilliseconds() / 60_000 * 60_000, Minutes: 1);
    private int _series;

    public void Fill(EnvelopeWriter envelope)
    {
        for (var record = 0; record < Rows / perRecord; record++)
        {
            envelope.Add(writer.Record(_stream, [.. Enumerable.Range(0, perRecord).Select(_ => Next())]));
        }
    }

    private MetricPoint Next()
    {
        var series = _series++;
        var period = _period;
        if (_series == SeriesCount)
        {
            (_series, _period) = (0, new MetricPeriod(_period.End, 1));
        }

        var name = s_metrics[series % s_metrics.Length];
        var (min, count) = (_random.NextDouble() * 10, _random.Next(1, 60));
        var max = min * (1 + _random.NextDouble());
        return new MetricPoint(DemoAccounts.Main, name.Namespace, name.Metric, [(name.Dimension, $"{name.Dimension.ToLowerInvariant()}-{series / s_metrics.Length:x17}")], name.Unit, period,
            new Statistics(min, max, (min + max) / 2 * count, count, []));
    }
}
