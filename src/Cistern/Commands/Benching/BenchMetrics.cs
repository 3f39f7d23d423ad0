using System.Globalization;
using System.Text;
using Cistern.Delivery.Http;

namespace Cistern.Commands.Benching;

/// <summary>Deliveries of a metric stream: some thousand series, one point of each a minute.</summary>
internal sealed class BenchMetrics(int seed, DateTimeOffset start)
{
    public const int Rows = 2_000;

    private const int JsonPerRecord = 100;
    private const int SeriesCount = 4_000;

    private static readonly (string Namespace, string Metric, string Dimension, string Unit)[] s_metrics =
    [
        ("AWS/EC2", "CPUUtilization", "InstanceId", "Percent"), ("AWS/EC2", "NetworkIn", "InstanceId", "Bytes"), ("AWS/EBS", "VolumeReadOps", "VolumeId", "Count"),
        ("AWS/EBS", "VolumeTotalWriteTime", "VolumeId", "Seconds"), ("AWS/Lambda", "Duration", "FunctionName", "Milliseconds"), ("AWS/Lambda", "Invocations", "FunctionName", "Count"),
        ("AWS/ApplicationELB", "RequestCount", "LoadBalancer", "Count"), ("AWS/DynamoDB", "SuccessfulRequestLatency", "TableName", "Milliseconds"),
    ];

    private readonly Random _random = new(seed);
    private readonly StringBuilder _text = new();
    private long _milliseconds = start.ToUnixTimeMilliseconds() / 60_000 * 60_000;
    private int _series;

    public void FillJson(EnvelopeWriter envelope)
    {
        for (var record = 0; record < Rows / JsonPerRecord; record++)
        {
            _text.Clear();
            for (var row = 0; row < JsonPerRecord; row++)
            {
                AddJson();
            }

            envelope.Add(Encoding.UTF8.GetBytes(_text.ToString()));
        }
    }

    private void AddJson()
    {
        var (name, series) = Next();
        var (min, count) = (_random.NextDouble() * 10, _random.Next(1, 60));
        var max = min * (1 + _random.NextDouble());
        _text.Append(CultureInfo.InvariantCulture, $$"""
            {"metric_stream_name":"bench-{{seed}}","account_id":"111122223333","region":"us-east-1","namespace":"{{name.Namespace}}","metric_name":"{{name.Metric}}","dimensions":{"{{name.Dimension}}":"{{name.Dimension.ToLowerInvariant()}}-{{series:x17}}"},"timestamp":{{_milliseconds}},"value":{"max":{{max}},"min":{{min}},"sum":{{(min + max) / 2 * count}},"count":{{count}}.0},"unit":"{{name.Unit}}"}
            """).Append('\n');
    }

    // Each series once a minute.
    private ((string Namespace, string Metric, string Dimension, string Unit) Name, int Series) Next()
    {
        var series = _series++;
        if (_series == SeriesCount)
        {
            _series = 0;
            _milliseconds += 60_000;
        }

        return (s_metrics[series % s_metrics.Length], series / s_metrics.Length);
    }
}
