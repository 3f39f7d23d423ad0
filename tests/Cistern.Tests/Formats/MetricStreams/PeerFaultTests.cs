using System.Buffers;
using System.Globalization;
using Cistern.Formats.Deliveries;

namespace Cistern.Tests.Formats.MetricStreams;

/// <summary>What other receivers of metric streams got wrong, one test a fault. Each summary says what is lost or breaks there.</summary>
public sealed class PeerFaultTests
{
    private const string Name = "amazonaws.com/Own/m";

    private static readonly byte[] Twelve = Wire.Summary(Name, "1", [.. Wire.Minute(), .. Wire.Double(5, 12)]);

    /// <summary>The OpenTelemetry collector took the length of the first message for every message of a record, and panicked with linked accounts.</summary>
    [Fact]
    public void Each_message_has_a_length_of_its_own()
    {
        byte[][] messages = [.. Enumerable.Range(1, 40).Select(count => Wire.Framed(Wire.Request(Wire.Resource(account: $"account-{count}"), [.. Enumerable.Repeat(Twelve, count)])))];
        var rows = MetricRows.Of([.. messages.SelectMany(message => message)]);

        Assert.Equal(40 * 41 / 2, rows.Count);
        Assert.Equal(Enumerable.Range(1, 40), rows.GroupBy(row => row["account"]).Select(account => account.Count()));
    }

    /// <summary>OpenObserve and micromegas read the first message of a record and stored nothing of the others, with an answer of 200.</summary>
    [Theory]
    [InlineData("otlp07/own_two-messages.bin")]
    [InlineData("otlp10/own_two-messages.bin")]
    public void All_messages_of_a_record_are_read(string file) =>
        Assert.Equal(["111122223333", "111122223333", "111122223333", "444455556666"], MetricRows.Of(MetricRows.Fixture(file)).Select(row => row["account"]));

    /// <summary>VictoriaMetrics reads 0.7 as 1.0: namespace, metric name and volume are gone, and 52 points of 47 volumes become 4 series.</summary>
    [Fact]
    public void The_labels_of_0_7_tell_52_points_of_47_volumes_apart()
    {
        var rows = MetricRows.Of(MetricRows.Fixture("otlp07/victoriametrics_record-1.bin")).Concat(MetricRows.Of(MetricRows.Fixture("otlp07/victoriametrics_record-2.bin"))).ToList();

        Assert.Equal(52, rows.Count);
        Assert.All(rows, row => Assert.Equal("AWS/EBS", row["namespace"]));
        Assert.Equal(47, rows.Select(row => row["dimensions[VolumeId]"]).Distinct().Count());
        Assert.Equal(52, rows.Select(row => (row["metric"], row["dimensions[VolumeId]"], row["time"])).Distinct().Count());
    }

    /// <summary>VictoriaMetrics span the processor for ever on a length that is cut.</summary>
    [Fact]
    public void A_cut_length_ends_at_once() => Assert.Contains("is cut", MetricRows.ReasonOf(MetricRows.Fixture("otlp10/own_truncated-varint.bin")), StringComparison.Ordinal);

    /// <summary>OpenObserve panicked where an attribute was missing.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Missing_attributes_leave_their_columns_empty(bool hasResource)
    {
        var row = MetricRows.Of(Wire.Framed(Wire.Request(hasResource ? Wire.Bytes(1) : [], Twelve)))[0];

        Assert.Equal(["time", "namespace", "metric", "unit", "sum", "count"], row.Keys);
    }

    /// <summary>SigNoz and others took the sums of a summary for running totals: the values of each minute are that minute's alone.</summary>
    [Fact]
    public void Sums_and_counts_are_those_of_the_minute()
    {
        byte[][] minutes = [.. new[] { 12d, 5d, 9d }.Select((sum, minute) => Wire.Summary(Name, "1", [.. Wire.Minute(1_760_000_040_000 + (minute * 60_000L)), .. Wire.Double(5, sum), .. Wire.Fixed64(4, 2)]))];
        var rows = MetricRows.Of(Wire.Framed(Wire.Request(Wire.Resource(), minutes)));

        Assert.Equal([("12", "2"), ("5", "2"), ("9", "2")], rows.Select(row => (row["sum"], row["count"])));
    }

    /// <summary>Telegraf cuts times to seconds, and VictoriaMetrics stores the end of the minute.</summary>
    [Fact]
    public void The_time_is_the_start_of_the_period_in_milliseconds()
    {
        const string Line = "{\"metric_stream_name\":\"own\",\"metric_name\":\"m\",\"timestamp\":1760000040123,\"value\":{\"sum\":1}}";

        Assert.Equal("1760000040123000", MetricRows.Of(Line)[0]["time"]);
        Assert.Equal("1760000040123000", MetricRows.Of(Wire.Framed(Wire.Request(Wire.Resource(), Wire.Summary(Name, "1", Wire.Minute(1_760_000_040_123)))))[0]["time"]);
    }

    /// <summary>Telegraf drops the unit.</summary>
    [Fact]
    public void The_unit_is_kept()
    {
        Assert.Equal(["Percent", "None"], MetricRows.Of(MetricRows.Fixture("json/own_two-lines.ndjson")).Select(row => row["unit"]));
        Assert.Equal(["Percent", "Milliseconds", "Milliseconds", "None"], MetricRows.Of(MetricRows.Fixture("otlp10/own_two-messages.bin")).Select(row => row["unit"]));
    }

    /// <summary>micromegas took summaries for outdated and dropped them without a word; here what is no row is a reject.</summary>
    [Fact]
    public void Nothing_is_dropped_in_silence()
    {
        byte[] gauge = Wire.Bytes(2, Wire.Text(1, "g"), Wire.Bytes(5, Wire.Bytes(1, Wire.Minute())));
        var into = MetricRows.Decode(Wire.Framed(Wire.Request(Wire.Resource(), Twelve, gauge, Twelve)));

        Assert.Equal((2, 1L, 3L), (into.Metrics.RowCount, into.RejectRows, into.Items));
    }

    /// <summary>The OpenTelemetry collector keeps percentiles called pNN, and forgets all other statistics.</summary>
    [Fact]
    public void Statistics_of_any_name_are_kept()
    {
        var row = MetricRows.Of(MetricRows.Fixture("json/otelcontrib_valid_metric_with_unsupported_stats.json"))[0];

        Assert.Equal(
            ["IQM=16", "PR(:300)=85", "TC(0.005:0.030)=2.5", "TM(25%:75%)=16.43", "TS(80%:)=19", "WM(10%:90%)=15.5", "p99=17", "tm99=15.8", "wm98=16.2"],
            row.Where(pair => pair.Key.StartsWith("quantiles[", StringComparison.Ordinal)).Select(pair => pair.Key[10..^1] + "=" + pair.Value));
    }

    /// <summary>OpenObserve stores 32-bit floats, which turn 16777217 into 16777216.</summary>
    [Theory]
    [InlineData(16_777_217)]
    [InlineData(0.1)]
    [InlineData(123_456_789_012_345.67)]
    public void Values_keep_all_their_digits(double value)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{{\"metric_stream_name\":\"own\",\"metric_name\":\"m\",\"timestamp\":1760000040000,\"value\":{{\"sum\":{value:R}}}}}");

        Assert.Equal(Bodies.Number(value), MetricRows.Of(line)[0]["sum"]);
        Assert.Equal(Bodies.Number(value), MetricRows.Of(Wire.Framed(Wire.Request([], Wire.Summary(Name, "1", Wire.Minute(), Wire.Double(5, value)))))[0]["sum"]);
    }

    /// <summary>Receivers that take one JSON object a record find 4 metrics in a delivery of 1,160.</summary>
    [Fact]
    public void A_captured_delivery_of_1160_metrics_gives_1160()
    {
        var plain = MetricRows.DecodeDelivery(Bodies.Metrics, MetricRows.Fixture("json/telegraf_records.json"));
        var packed = MetricRows.DecodeDelivery(Bodies.Any, MetricRows.Fixture("json/telegraf_records.gz"), gzip: true);

        Assert.Equal((4, 1160, 0L), (plain.Records, plain.Metrics.RowCount, plain.RejectRows));
        Assert.Equal(Rows.Dump(plain.Metrics), Rows.Dump(packed.Metrics));
    }

    /// <summary>Receivers with a buffer for each length could be told to allocate four gigabytes by five bytes.</summary>
    [Fact]
    public void A_length_is_not_believed()
    {
        byte[] body = Bodies.Envelope([[0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x0A], [0x06, 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]]);
        var (decoder, into) = (new DeliveryDecoder(), new DecodedDelivery());
        decoder.Decode(Bodies.Metrics, new ReadOnlySequence<byte>(body), into);
        into.Clear();
        var before = GC.GetAllocatedBytesForCurrentThread();
        decoder.Decode(Bodies.Metrics, new ReadOnlySequence<byte>(body), into);

        Assert.Equal(2, into.RejectRows);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 10);
    }
}
