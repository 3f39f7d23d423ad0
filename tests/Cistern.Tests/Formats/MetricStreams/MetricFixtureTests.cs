using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Cistern.Tests.Formats.MetricStreams;

/// <summary>Every value of every fixture, against a reading of it that shares nothing with the decoder: System.Text.Json's documents, protoc's classes, and the expectations that came with it.</summary>
public sealed class MetricFixtureTests
{
    private static readonly string[] Columned = ["max", "min", "sum", "count"];

    [Theory]
    [InlineData("telegraf_first-record.ndjson", 384)]
    [InlineData("own_two-lines.ndjson", 2)]
    [InlineData("otelcontrib_valid_metric_with_percentiles.json", 1)]
    [InlineData("otelcontrib_valid_metric_with_unsupported_stats.json", 1)]
    public void Every_value_of_a_JSON_record_is_in_its_row(string file, int metrics)
    {
        var record = MetricRows.Fixture("json/" + file);
        var expected = ExpectedOf(record);

        Assert.Equal(metrics, expected.Count);
        Assert.Equal(expected, MetricRows.Of(record));
    }

    [Theory]
    [InlineData("telegraf_record.json", false, 1)]
    [InlineData("telegraf_records.json", false, 1160)]
    [InlineData("telegraf_records.gz", true, 1160)]
    public void Every_value_of_a_captured_delivery_is_in_its_row(string file, bool gzip, int metrics)
    {
        var body = MetricRows.Fixture("json/" + file);
        var into = MetricRows.DecodeDelivery(Bodies.Metrics, body, gzip);
        using var envelope = JsonDocument.Parse(Bodies.FixtureText("metric-stream-json/" + file.Replace(".gz", ".json", StringComparison.Ordinal)));
        var records = envelope.RootElement.GetProperty("records").EnumerateArray().Select(record => record.GetProperty("data").GetBytesFromBase64());

        Assert.Equal(0, into.RejectRows);
        Assert.Equal(metrics, into.Metrics.RowCount);
        Assert.Equal(records.SelectMany(ExpectedOf), Enumerable.Range(0, metrics).Select(row => Rows.Of(into.Metrics, row)));
    }

    [Theory]
    [InlineData("otlp07/own_two-messages")]
    [InlineData("otlp10/own_two-messages")]
    public void Own_messages_are_what_their_expectation_says(string name)
    {
        using var expected = JsonDocument.Parse(MetricRows.Fixture(name + ".expected.json"));

        Assert.Equal(expected.RootElement.EnumerateArray().Select(ExpectedOf), MetricRows.Of(MetricRows.Fixture(name + ".bin")));
    }

    [Theory]
    [InlineData("otlp07/victoriametrics_record-1.bin", 20)]
    [InlineData("otlp07/victoriametrics_record-2.bin", 32)]
    [InlineData("otlp07/own_two-messages.bin", 4)]
    [InlineData("otlp10/own_two-messages.bin", 4)]
    [InlineData("otlp10/otelcontrib_valid_metric.encoded.bin", 1)]
    public void Every_value_of_a_binary_record_is_what_protoc_reads(string file, int metrics)
    {
        var record = MetricRows.Fixture(file);
        var expected = file.StartsWith("otlp07", StringComparison.Ordinal) ? OracleRows.Of07(record) : OracleRows.Of10(record);

        Assert.Equal(metrics, expected.Count);
        Assert.Equal(expected, MetricRows.Of(record));
    }

    [Fact]
    public void The_metric_that_another_receiver_tests_with_is_read_as_its_text_says()
    {
        Dictionary<string, string> expected = new(StringComparer.Ordinal)
        {
            ["time"] = "1000",
            ["metric_stream"] = "test-metric-stream",
            ["account"] = "123",
            ["region"] = "eu-central-1",
            ["namespace"] = "AWS/SQS",
            ["metric"] = "ApproximateNumberOfMessagesVisible",
            ["unit"] = "Count",
            ["dimensions[QueueName]"] = "test-queue",
            ["min"] = "0",
            ["max"] = "0",
            ["sum"] = "0",
            ["count"] = "1",
        };

        Assert.Equal([expected], MetricRows.Of(MetricRows.Fixture("otlp10/otelcontrib_valid_metric.encoded.bin")));
    }

    [Fact]
    public void A_captured_metric_has_the_values_that_its_bytes_show()
    {
        Dictionary<string, string> expected = new(StringComparer.Ordinal)
        {
            ["time"] = "1709217180000000",
            ["metric_stream"] = "custom_ebs_metric",
            ["account"] = "677435890598",
            ["region"] = "us-east-1",
            ["namespace"] = "AWS/EBS",
            ["metric"] = "VolumeReadOps",
            ["unit"] = "Count",
            ["dimensions[VolumeId]"] = "vol-086cfc1085408e0dc",
            ["min"] = "0",
            ["max"] = "0",
            ["sum"] = "0",
            ["count"] = "1",
        };

        Assert.Equal(expected, MetricRows.Of(MetricRows.Fixture("otlp07/victoriametrics_record-1.bin"))[0]);
    }

    [Fact]
    public void The_captured_delivery_gives_the_rows_of_its_two_records()
    {
        var into = MetricRows.DecodeDelivery(Bodies.Any, Bodies.Fixture("firehose-requests/victoriametrics_metric-stream-otlp_request.json"));
        string[] records = ["otlp07/victoriametrics_record-1.bin", "otlp07/victoriametrics_record-2.bin"];

        Assert.Equal((52, 0L), (into.Metrics.RowCount, into.RejectRows));
        Assert.Equal(records.SelectMany(record => MetricRows.Of(MetricRows.Fixture(record))), Enumerable.Range(0, 52).Select(row => Rows.Of(into.Metrics, row)));
    }

    private static List<Dictionary<string, string>> ExpectedOf(byte[] record)
    {
        // One object a line, or one object that is printed over several lines.
        var text = Encoding.UTF8.GetString(record);
        string[] objects = text.StartsWith("{\n", StringComparison.Ordinal) ? [text] : text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return
        [
            .. objects.Select(line =>
            {
                using var metric = JsonDocument.Parse(line);
                return ExpectedOfLine(metric.RootElement);
            }),
        ];
    }

    private static Dictionary<string, string> ExpectedOfLine(JsonElement metric)
    {
        var row = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["time"] = (metric.GetProperty("timestamp").GetInt64() * 1000).ToString(CultureInfo.InvariantCulture),
            ["metric_stream"] = metric.GetProperty("metric_stream_name").GetString()!,
            ["account"] = metric.GetProperty("account_id").GetString()!,
            ["region"] = metric.GetProperty("region").GetString()!,
            ["namespace"] = metric.GetProperty("namespace").GetString()!,
            ["metric"] = metric.GetProperty("metric_name").GetString()!,
            ["unit"] = metric.GetProperty("unit").GetString()!,
        };
        foreach (var dimension in metric.GetProperty("dimensions").EnumerateObject())
        {
            row.Add($"dimensions[{dimension.Name}]", dimension.Value.GetString()!);
        }

        foreach (var statistic in metric.GetProperty("value").EnumerateObject())
        {
            row.Add(Columned.Contains(statistic.Name) ? statistic.Name : $"quantiles[{statistic.Name}]", Bodies.Number(statistic.Value.GetDouble()));
        }

        return row;
    }

    private static Dictionary<string, string> ExpectedOf(JsonElement metric)
    {
        var row = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["time"] = (metric.GetProperty("startUnixSeconds").GetInt64() * 1_000_000).ToString(CultureInfo.InvariantCulture),
            ["metric_stream"] = metric.GetProperty("stream").GetString()!,
            ["unit"] = metric.GetProperty("unit").GetString() switch { "%" => "Percent", "ms" => "Milliseconds", "1" => "None", var unit => throw new InvalidOperationException(unit) },
        };
        foreach (var name in (string[])["account", "region", "namespace", "metric"])
        {
            row.Add(name, metric.GetProperty(name).GetString()!);
        }

        foreach (var name in Columned)
        {
            row.Add(name, Bodies.Number(metric.GetProperty(name).GetDouble()));
        }

        foreach (var dimension in metric.GetProperty("dimensions").EnumerateObject())
        {
            row.Add($"dimensions[{dimension.Name}]", dimension.Value.GetString()!);
        }

        foreach (var percentile in metric.GetProperty("percentiles").EnumerateObject())
        {
            row.Add($"quantiles[{percentile.Name}]", Bodies.Number(percentile.Value.GetDouble()));
        }

        return row;
    }
}
