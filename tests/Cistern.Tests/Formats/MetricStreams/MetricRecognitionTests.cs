using System.Text;
using Cistern.Formats.Deliveries;

namespace Cistern.Tests.Formats.MetricStreams;

public sealed class MetricRecognitionTests
{
    private static readonly byte[] Json = MetricRows.Fixture("json/own_two-lines.ndjson");
    private static readonly byte[] Otlp07 = MetricRows.Fixture("otlp07/own_two-messages.bin");
    private static readonly byte[] Otlp10 = MetricRows.Fixture("otlp10/own_two-messages.bin");

    [Fact]
    public void A_delivery_may_mix_metrics_of_all_formats_with_lines_and_logs()
    {
        byte[] line = Encoding.UTF8.GetBytes(Lines.All());
        byte[] logs = "{\"messageType\":\"CONTROL_MESSAGE\",\"owner\":\"CloudwatchLogs\",\"logGroup\":\"\",\"logStream\":\"\",\"subscriptionFilters\":[],\"logEvents\":[]}"u8.ToArray();
        var into = Bodies.Decode(Bodies.Any, Bodies.Envelope([line, Otlp10, Json, logs, [], Otlp07, line]));

        Assert.Equal((2, 10), (into.Requests.RowCount, into.Metrics.RowCount));
        Assert.Equal(0, Enumerable.Range(0, into.Rejects.RowCount).Count(row => Rows.Of(into.Rejects, row)["signal"] == "metrics"));
    }

    public static TheoryData<string> Fixtures => ["json/own_two-lines.ndjson", "json/telegraf_first-record.ndjson", "json/otelcontrib_valid_metric_with_percentiles.json", "otlp07/own_two-messages.bin", "otlp07/victoriametrics_record-1.bin", "otlp10/own_two-messages.bin", "otlp10/otelcontrib_valid_metric.encoded.bin"];

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Where_all_formats_are_taken_a_record_of_metrics_is_recognised(string file)
    {
        var record = MetricRows.Fixture(file);
        var into = Bodies.Decode(Bodies.Any, Bodies.Envelope([record]));

        Assert.Equal(MetricRows.Of(record), Enumerable.Range(0, into.Metrics.RowCount).Select(row => Rows.Of(into.Metrics, row)));
    }

    [Fact]
    public void The_address_of_requests_keeps_metrics_and_says_where_they_belong()
    {
        var into = Bodies.Decode(Bodies.CloudFront, Bodies.Envelope([Json, Otlp07, Otlp10]));

        Assert.Equal((0L, 3L), (into.Rows, into.RejectRows));
        Assert.Equal([Json, Otlp07, Otlp10], Enumerable.Range(0, 3).Select(row => into.Rejects.Text("data")[row].ToArray()));
        Assert.All(Enumerable.Range(0, 3).Select(row => Rows.Of(into.Rejects, row)), reject =>
        {
            Assert.Equal("metrics", reject["signal"]);
            Assert.Contains("let the delivery stream post to /ingester/kinesis/metrics, or to /firehose", reject["reason"], StringComparison.Ordinal);
        });
    }

    // Any text is a message there, so that only what can be nothing else is set aside: a document each, and a binary record.
    [Fact]
    public void The_address_of_logs_keeps_metrics_and_says_where_they_belong()
    {
        var into = Bodies.Decode(Bodies.Logs, Bodies.Envelope([Json, Otlp07, Otlp10]));

        Assert.Equal((0L, 4L), (into.Rows, into.RejectRows));
        Assert.All(Enumerable.Range(0, 4).Select(row => Rows.Of(into.Rejects, row)), reject =>
            Assert.Contains("metric streams", reject["reason"], StringComparison.Ordinal));
        Assert.All(Enumerable.Range(0, 4).Select(row => Rows.Of(into.Rejects, row)), reject =>
            Assert.Contains("/ingester/kinesis/metrics", reject["reason"], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("hello, world")]
    [InlineData("2025-10-09\t08:53:20\tFRA60-P3")]
    [InlineData("[1,2,3]")]
    [InlineData("\u0001\u0002\u0003")]
    [InlineData(" \n")]
    public void At_the_address_of_metrics_everything_else_is_one_reject_of_that_signal(string record) => Assert.NotEmpty(MetricRows.ReasonOf(record));

    [Theory]
    [InlineData("{\"a\":{\"metric_stream_name\":\"x\"},\"timestamp\":1}")]
    [InlineData("{\"note\":\"metric_stream_name\",\"timestamp\":1}")]
    [InlineData("{\"timestamp\":1}\n{\"metric_stream_name\":\"x\"}")]
    [InlineData("z\na\nnot protobuf, though its first bytes could be a length and a tag")]
    [InlineData("\u0000\u0001")]
    [InlineData("\u0080")]
    public void Where_all_formats_are_taken_other_records_are_no_metrics(string record)
    {
        var into = Bodies.Decode(Bodies.Any, Bodies.Envelope([Encoding.Latin1.GetBytes(record)]));

        Assert.Equal(0, into.Metrics.RowCount);
        Assert.True(into.RejectRows > 0);
        Assert.All(Enumerable.Range(0, into.Rejects.RowCount), row => Assert.NotEqual("metrics", Rows.Of(into.Rejects, row)["signal"]));
    }

    [Fact]
    public void A_name_of_the_stream_that_is_not_the_first_member_is_found_too()
    {
        const string Record = "{\"value\":{\"sum\":1},\"timestamp\":1760000040000,\"metric_name\":\"m\",\"metric_stre\\u0061m_name\":\"x\",\"metric_stream_name\":\"own\"}";
        var into = Bodies.DecodeRecords(Bodies.Any, Record);

        Assert.Contains("metric has metric_stream_name twice", Rows.Of(into.Rejects, 0)["reason"], StringComparison.Ordinal);
    }

    /// <summary>Found by the oracle: 123 is the brace, and the tag of the first field is the end of a line.</summary>
    [Theory]
    [InlineData(DeliveryRoute.Metrics)]
    [InlineData(DeliveryRoute.Any)]
    public void A_message_of_123_bytes_is_not_taken_for_JSON(DeliveryRoute route)
    {
        var point = Wire.Bytes(1, Wire.Minute());
        var metric = Wire.Bytes(2, Wire.Text(1, "amazonaws.com/Own/" + new string('m', 75)), Wire.Bytes(11, point));
        var record = Wire.Framed(Wire.Bytes(1, Wire.Bytes(2, metric)));
        record = record[0] == '{' ? record : throw new InvalidOperationException($"the message has {record[0]} bytes");
        var into = Bodies.Decode(Bodies.Metrics with { Route = route }, Bodies.Envelope([record]));

        Assert.Equal((1, 0L), (into.Metrics.RowCount, into.RejectRows));
    }

    [Fact]
    public void JSON_that_begins_as_such_a_message_would_is_JSON()
    {
        var record = "{\n\n\n\n\n\n\n\n\n\n\n\n\"metric_stream_name\":\"own\",\"metric_name\":\"m\",\"timestamp\":1760000040000,\"value\":{\"sum\":1},\"note\":\"" + new string('x', 200) + "\"}";

        Assert.Single(MetricRows.Of(record));
    }
}
