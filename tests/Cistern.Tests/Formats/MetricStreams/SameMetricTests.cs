using System.Globalization;

namespace Cistern.Tests.Formats.MetricStreams;

/// <summary>The same metric in JSON, OpenTelemetry 0.7 and 1.0 is the same row.</summary>
public sealed class SameMetricTests
{
    private const int Seed = 20_261_128;

    private static readonly (string Name, string Text)[] Units = [("Percent", "%"), ("Bytes/Second", "By/s"), ("Count", "{Count}"), ("None", "1"), ("Terabits", "Tbit"), ("Seconds", "s")];

    [Fact]
    public void One_metric_three_ways()
    {
        var random = new Random(Seed);
        for (var round = 0; round < 500; round++)
        {
            var metric = Metric.Make(random);
            var json = Rows.Dump(MetricRows.Decode(metric.Json()).Metrics);
            Assert.Equal(json, Rows.Dump(MetricRows.Decode(metric.Otlp07()).Metrics));
            Assert.Equal(json, Rows.Dump(MetricRows.Decode(metric.Otlp10()).Metrics));
            Assert.Contains($"metric={metric.Name}", json, StringComparison.Ordinal);
            Assert.Equal(metric.Percentiles.Length, json.Split("quantiles[").Length - 1);
        }
    }

    private sealed record Metric(
        string Name, string Namespace, (string Name, string Text) Unit, (string Name, string Value)[] Dimensions, long Start, double[] Values, int[] Percentiles)
    {
        public static Metric Make(Random random) => new(
            "m-" + random.Next(1000),
            "AWS/N" + random.Next(10),
            Units[random.Next(Units.Length)],
            [.. Enumerable.Range(0, random.Next(5)).Select(number => ($"D{(number * 7) % 5}", $"v \u00fc{random.Next(100)}"))],
            1_700_000_000_000 + (random.Next(1_000_000) * 60_000L),
            [.. Enumerable.Range(0, 3).Select(_ => random.Next(3) switch { 0 => 0d, 1 => random.Next(1000), _ => random.NextDouble() * 1e6 }), random.Next(100)],
            [.. Enumerable.Range(1, 999).Where(_ => random.Next(250) == 0)]);

        public string Json() => string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"metric_stream_name\":\"own-stream\",\"account_id\":\"111122223333\",\"region\":\"us-east-1\",\"namespace\":\"{Namespace}\",\"metric_name\":\"{Name}\",\"dimensions\":{{{JsonDimensions()}}},\"timestamp\":{Start},\"value\":{{\"max\":{Values[0]:R},\"min\":{Values[1]:R},\"sum\":{Values[2]:R},\"count\":{Values[3]:0.0}{JsonPercentiles()}}},\"unit\":\"{Unit.Name}\"}}\n");

        public byte[] Otlp07() => Record(
            [.. Wire.Label("Namespace", Namespace), .. Wire.Label("MetricName", Name), .. Dimensions.SelectMany(pair => Wire.Label(pair.Name, pair.Value)), .. Point()]);

        public byte[] Otlp10() => Record(
            [.. Point(), .. Wire.Dimensions(Dimensions), .. Wire.TextAttribute(7, "MetricName", Name), .. Wire.TextAttribute(7, "Namespace", Namespace)]);

        private byte[] Record(byte[] point) => Wire.Framed(Wire.Request(Wire.Resource(), Wire.Summary($"amazonaws.com/{Namespace}/{Name}", Unit.Text, point)));

        private byte[] Point() =>
        [
            .. Wire.Minute(Start), .. Wire.Fixed64(4, (ulong)Values[3]), .. Values[2] == 0 ? [] : Wire.Double(5, Values[2]), .. Wire.Quantile(0, Values[1]), .. Wire.Quantile(1, Values[0]),
            .. Percentiles.SelectMany(percentile => Wire.Quantile(percentile / 1000d, Value(percentile))),
        ];

        private double Value(int percentile) => Values[0] / percentile;

        private string JsonDimensions() => string.Join(',', Dimensions.Select(pair => $"\"{pair.Name}\":\"{pair.Value}\""));

        private string JsonPercentiles() =>
            string.Concat(Percentiles.Select(percentile => string.Create(CultureInfo.InvariantCulture, $",\"p{percentile / 10m:0.#}\":{Value(percentile):R}")));
    }
}
