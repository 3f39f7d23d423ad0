using Cistern.Demo.Origin;

namespace Cistern.Demo.Metrics;

/// <summary>The OpenTelemetry formats 0.7 and 1.0: length-prefixed ExportMetricsServiceRequest messages, one for each account.</summary>
/// <remarks>
/// Both put a metric's statistics into a summary with one data point: minimum and maximum are the quantiles 0 and 1. They differ in the data
/// point alone. 0.7 has flat labels (field 1), dimensions among them; 1.0 has attributes (field 7), the dimensions in one of them.
/// </remarks>
internal sealed class OtlpMetricWriter(bool flatLabels) : IMetricWriter
{
    private const ulong NanosecondsPerMillisecond = 1_000_000;

    public byte[] Record(string metricStream, IReadOnlyList<MetricPoint> points)
    {
        var record = new ProtobufBuffer();
        foreach (var account in points.GroupBy(point => point.Account))
        {
            record.Framed(() => record.Message(1, () => WriteResource(record, metricStream, account.Key, account)));
        }

        return record.Written.ToArray();
    }

    private void WriteResource(ProtobufBuffer to, string metricStream, string account, IEnumerable<MetricPoint> points)
    {
        to.Message(1, () =>
        {
            // The exporter is the account that has the stream; the metrics' own may be another.
            Attribute(to, 1, "cloud.provider", "aws");
            Attribute(to, 1, "cloud.account.id", account);
            Attribute(to, 1, "cloud.region", DemoAccounts.Region);
            Attribute(to, 1, "aws.exporter.arn", $"arn:aws:cloudwatch:{DemoAccounts.Region}:{DemoAccounts.Main}:metric-stream/{metricStream}");
        });
        to.Message(2, () =>
        {
            foreach (var point in points)
            {
                to.Message(2, () => WriteMetric(to, point));
            }
        });
    }

    private void WriteMetric(ProtobufBuffer to, MetricPoint point)
    {
        to.Text(1, $"amazonaws.com/{point.Namespace}/{point.Name}");
        to.Text(3, UnitOf(point.Unit));
        to.Message(11, () => to.Message(1, () => WriteDataPoint(to, point)));
    }

    private void WriteDataPoint(ProtobufBuffer to, MetricPoint point)
    {
        if (flatLabels)
        {
            WriteLabels(to, point);
        }

        to.UInt64(2, (ulong)point.Period.Start * NanosecondsPerMillisecond);
        to.UInt64(3, (ulong)point.Period.End * NanosecondsPerMillisecond);
        to.UInt64(4, (ulong)point.Value.Count);
        to.Double(5, point.Value.Sum);
        Quantile(to, 0, point.Value.Min);
        Quantile(to, 1, point.Value.Max);
        foreach (var (name, value) in point.Value.More)
        {
            Quantile(to, ShareOf(name), value);
        }

        if (!flatLabels)
        {
            WriteAttributes(to, point);
        }
    }

    private static void WriteLabels(ProtobufBuffer to, MetricPoint point)
    {
        foreach (var (name, value) in (IEnumerable<(string, string)>)[("Namespace", point.Namespace), ("MetricName", point.Name), .. point.Dimensions])
        {
            to.Message(1, () =>
            {
                to.Text(1, name);
                to.Text(2, value);
            });
        }
    }

    private static void WriteAttributes(ProtobufBuffer to, MetricPoint point)
    {
        Attribute(to, 7, "Namespace", point.Namespace);
        Attribute(to, 7, "MetricName", point.Name);
        to.Message(7, () =>
        {
            to.Text(1, "Dimensions");
            to.Message(2, () => to.Message(6, () =>
            {
                foreach (var (name, value) in point.Dimensions)
                {
                    Attribute(to, 1, name, value);
                }
            }));
        });
    }

    // A KeyValue whose AnyValue is a string.
    private static void Attribute(ProtobufBuffer to, int field, string name, string value) => to.Message(field, () =>
    {
        to.Text(1, name);
        to.Message(2, () => to.Text(1, value));
    });

    private static void Quantile(ProtobufBuffer to, double share, double value) => to.Message(6, () =>
    {
        to.Double(1, share);
        to.Double(2, value);
    });

    // "p99.9" is 0.999. The formats take no other statistics.
    private static double ShareOf(string statistic) => (double)(decimal.Parse(statistic.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture) / 100);

    private static string UnitOf(string unit) => unit switch
    {
        "Seconds" => "s",
        "Milliseconds" => "ms",
        "Bytes" => "By",
        "Percent" => "%",
        "Count" => "{Count}",
        "None" => "1",
        _ => throw new ArgumentOutOfRangeException(nameof(unit), unit, "the demo has no metric with this unit"),
    };
}
