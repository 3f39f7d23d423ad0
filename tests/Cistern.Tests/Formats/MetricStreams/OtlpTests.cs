namespace Cistern.Tests.Formats.MetricStreams;

public sealed class OtlpTests
{
    private const string Name = "amazonaws.com/AWS/EC2/CPUUtilization";

    private static readonly byte[] Point = [.. Wire.Minute(), .. Wire.Fixed64(4, 5), .. Wire.Double(5, 12.5), .. Wire.Quantile(0, 1.5), .. Wire.Quantile(1, 4)];

    private static readonly byte[] Metric = Wire.Summary(Name, "%", Point, Wire.Dimensions(("InstanceId", "i-1")));

    private static readonly byte[] Message = Wire.Framed(Wire.Request(Wire.Resource(), Metric));

    private static readonly byte[] Gauge = Wire.Bytes(2, Wire.Text(1, "gauge"), Wire.Bytes(5, Wire.Bytes(1, Wire.Minute())));

    private const string MetricRow =
        "time=1760000040000000 metric_stream=own-stream account=111122223333 region=us-east-1 namespace=AWS/EC2 metric=CPUUtilization unit=Percent dimensions[InstanceId]=i-1 min=1.5 max=4 sum=12.5 count=5\n";

    [Fact]
    public void A_message_becomes_a_row() => Assert.Equal(MetricRow, Rows.Dump(MetricRows.Decode(Message).Metrics));

    [Theory]
    [InlineData("80", "length of the message there is cut")]
    [InlineData("FFFFFFFF", "length of the message there is cut")]
    [InlineData("FFFFFFFFFF01", "more than 32 bits")]
    [InlineData("8080808080808080808001", "more than 32 bits")]
    [InlineData("FFFFFFFF0F0A00", "longer than the 2 bytes that are left")]
    [InlineData("050A03", "longer than the 2 bytes that are left")]
    [InlineData("020AFF", "is cut, or no protobuf")]
    [InlineData("030A0201", "is cut, or no protobuf")]
    [InlineData("0113", "is cut, or no protobuf")]
    [InlineData("020B0C", "is cut, or no protobuf")]
    [InlineData("020100", "is cut, or no protobuf")]
    [InlineData("0206FF", "is cut, or no protobuf")]
    [InlineData("090901020304050607", "longer than the 8 bytes that are left")]
    [InlineData("080901020304050607", "is cut, or no protobuf")]
    [InlineData("0C08FFFFFFFFFFFFFFFFFFFF01", "is cut, or no protobuf")]
    [InlineData("00", "record holds no metric")]
    [InlineData("0000", "record holds no metric")]
    [InlineData("020A00", "message holds no metric")]
    [InlineData("021001", "message holds no metric")]
    public void A_record_that_is_no_message_is_kept_whole(string hex, string reason)
    {
        var record = Convert.FromHexString(hex);
        var into = MetricRows.Decode(record);

        Assert.Equal((0L, 1L), (into.Rows, into.RejectRows));
        Assert.Contains(reason, Rows.Of(into.Rejects, 0)["reason"], StringComparison.Ordinal);
        Assert.True(record.AsSpan().EndsWith(into.Rejects.Text("data")[0]));
    }

    [Fact]
    public void A_message_that_is_not_whole_keeps_those_before_it_and_takes_the_rest_along()
    {
        byte[] broken = [.. Message];
        broken[^1] = 0xFF; // Within the last dimension: its value is cut.
        broken[^5] = 0x7F;
        byte[] record = [.. Message, .. Message, .. broken, .. Message];
        var into = MetricRows.Decode(record);

        Assert.Equal(MetricRow + MetricRow, Rows.Dump(into.Metrics));
        Assert.Equal(1, into.RejectRows);
        Assert.Equal([.. broken, .. Message], into.Rejects.Text("data")[0].ToArray());
        Assert.Equal("2", Rows.Of(into.Rejects, 0)["item_index"]);
    }

    [Fact]
    public void A_message_cut_at_any_place_gives_no_row_and_loses_no_byte()
    {
        for (var length = 1; length < Message.Length; length++)
        {
            byte[] record = [.. Message, .. Message.AsSpan(0, length)];
            var into = MetricRows.Decode(record);
            Assert.Equal((1, 1L, length), (into.Metrics.RowCount, into.RejectRows, into.Rejects.Text("data")[0].Length));
        }
    }

    [Fact]
    public void The_resource_may_stand_behind_the_metrics_and_the_name_behind_the_data()
    {
        var metric = Wire.Bytes(2, Wire.Bytes(11, Wire.Bytes(1, Wire.Dimensions(("InstanceId", "i-1")), Point)), Wire.Text(3, "%"), Wire.Text(1, Name));
        var record = Wire.Framed(Wire.Bytes(1, Wire.Bytes(2, metric), Wire.Resource()));

        Assert.Equal(MetricRow, Rows.Dump(MetricRows.Decode(record).Metrics));
    }

    [Fact]
    public void One_message_without_a_length_is_taken_too() =>
        Assert.Equal(MetricRow, Rows.Dump(MetricRows.Decode(Wire.Request(Wire.Resource(), Metric)).Metrics));

    [Fact]
    public void Two_messages_without_lengths_are_one_request_as_protobuf_joins_them() =>
        Assert.Equal(MetricRow + MetricRow, Rows.Dump(MetricRows.Decode([.. Wire.Request(Wire.Resource(), Metric), .. Wire.Request(Wire.Resource(), Metric)]).Metrics));

    [Fact]
    public void A_metric_of_another_kind_is_set_aside_by_itself()
    {
        var kinds = new[] { 4, 5, 6, 7, 8, 9, 10 }.Select(field => Wire.Bytes(2, Wire.Text(1, "other"), Wire.Bytes(field, Wire.Bytes(1, Wire.Minute())))).ToArray();
        var into = MetricRows.Decode(Wire.Framed(Wire.Request(Wire.Resource(), [Metric, .. kinds, Metric])));

        Assert.Equal(MetricRow + MetricRow, Rows.Dump(into.Metrics));
        Assert.Equal(kinds.Length, into.RejectRows);
        for (var row = 0; row < kinds.Length; row++)
        {
            Assert.Equal(kinds[row][2..], into.Rejects.Text("data")[row].ToArray());
            Assert.Contains("metric 'other' is no summary", Rows.Of(into.Rejects, row)["reason"], StringComparison.Ordinal);
            Assert.Equal($"{row + 1}", Rows.Of(into.Rejects, row)["item_index"]);
        }
    }

    [Fact]
    public void A_metric_of_two_kinds_or_none_is_set_aside()
    {
        var both = Wire.Bytes(2, Wire.Text(1, "both"), Wire.Bytes(11, Wire.Bytes(1, Point)), Wire.Bytes(5, []));
        var none = Wire.Bytes(2, Wire.Text(1, "none"));
        var into = MetricRows.Decode(Wire.Framed(Wire.Request(Wire.Resource(), both, none)));

        Assert.Equal((0, 2L), (into.Metrics.RowCount, into.RejectRows));
    }

    [Theory]
    [InlineData(0.5, "p50")]
    [InlineData(0.99, "p99")]
    [InlineData(0.999, "p99.9")]
    [InlineData(99.9 / 100, "p99.9")]
    [InlineData(0.9999, "p99.99")]
    [InlineData(0.07, "p7")]
    [InlineData(0.29, "p29")]
    [InlineData(0.57, "p57")]
    [InlineData(0.58, "p58")]
    [InlineData(0.001, "p0.1")]
    [InlineData(0.0001, "p0.01")]
    public void A_quantile_is_named_as_its_percentile(double quantile, string name)
    {
        var record = Wire.Framed(Wire.Request(Wire.Resource(), Wire.Summary(Name, "%", Point, Wire.Quantile(quantile, 3.25))));

        Assert.Equal("3.25", MetricRows.Of(record)[0][$"quantiles[{name}]"]);
    }

    [Theory]
    [InlineData(-0.5, 1)]
    [InlineData(1.5, 1)]
    [InlineData(double.NaN, 1)]
    [InlineData(0.5, double.NaN)]
    [InlineData(0, double.PositiveInfinity)]
    public void A_quantile_that_is_none_sets_its_data_point_aside(double quantile, double value)
    {
        var bad = Wire.Bytes(1, Point, Wire.Quantile(quantile, value));
        var into = MetricRows.Decode(Wire.Framed(Wire.Request(Wire.Resource(), Metric, Wire.Bytes(2, Wire.Text(1, Name), Wire.Bytes(11, bad, Wire.Bytes(1, Point))))));

        Assert.Equal((2, 1L), (into.Metrics.RowCount, into.RejectRows));
        Assert.Equal(bad[2..], into.Rejects.Text("data")[0].ToArray());
        Assert.Contains("quantile that is not from 0 to 1, or a value that is no finite number", Rows.Of(into.Rejects, 0)["reason"], StringComparison.Ordinal);
    }

    [Fact]
    public void Percentiles_are_sorted_by_the_bytes_of_their_names_and_distinct()
    {
        byte[] quantiles = [.. Wire.Quantile(0.999, 1), .. Wire.Quantile(0.5, 2), .. Wire.Quantile(0.99, 3), .. Wire.Quantile(0.99, 4), .. Wire.Quantile(0.1, 5), .. Wire.Quantile(0, 9), .. Wire.Quantile(1, 9)];
        var row = MetricRows.Of(Wire.Framed(Wire.Request(Wire.Resource(), Wire.Summary(Name, "%", Point, quantiles))))[0];

        Assert.Equal(["p10=5", "p50=2", "p99=3", "p99.9=1"], row.Where(pair => pair.Key.StartsWith('q')).Select(pair => pair.Key[10..^1] + "=" + pair.Value));
        Assert.Equal(("1.5", "4"), (row["min"], row["max"]));
    }

    [Theory]
    [InlineData("s", "Seconds")]
    [InlineData("S", "Seconds")]
    [InlineData("us", "Microseconds")]
    [InlineData("ms", "Milliseconds")]
    [InlineData("By", "Bytes")]
    [InlineData("kBy", "Kilobytes")]
    [InlineData("MBy", "Megabytes")]
    [InlineData("GBy", "Gigabytes")]
    [InlineData("TBy", "Terabytes")]
    [InlineData("bit", "Bits")]
    [InlineData("kbit", "Kilobits")]
    [InlineData("MBit", "Megabits")]
    [InlineData("Mbit", "Megabits")]
    [InlineData("GBit", "Gigabits")]
    [InlineData("Tbit", "Terabits")]
    [InlineData("TBit", "Terabits")]
    [InlineData("%", "Percent")]
    [InlineData("{Count}", "Count")]
    [InlineData("1", "None")]
    [InlineData("By/s", "Bytes/Second")]
    [InlineData("kBy/s", "Kilobytes/Second")]
    [InlineData("TBy/s", "Terabytes/Second")]
    [InlineData("bit/s", "Bits/Second")]
    [InlineData("GBit/s", "Gigabits/Second")]
    [InlineData("{Count}/s", "Count/Second")]
    [InlineData("{count}/S", "Count/Second")]
    [InlineData("NoneTranslated", "NoneTranslated")]
    [InlineData("1/s", "1/s")]
    [InlineData("Widgets", "Widgets")]
    [InlineData("", "")]
    public void A_unit_has_the_name_that_CloudWatch_gives_it(string text, string name)
    {
        var row = MetricRows.Of(Wire.Framed(Wire.Request(Wire.Resource(), Wire.Summary(Name, text, Point))))[0];

        Assert.Equal(name, row.GetValueOrDefault("unit", ""));
    }

    [Fact]
    public void Without_a_start_the_period_is_the_minute_before_the_end()
    {
        var rows = MetricRows.Of(Wire.Framed(Wire.Request(Wire.Resource(), Wire.Summary(Name, "%", Wire.Fixed64(3, 1_760_000_100_000_000_000)))));

        Assert.Equal("1760000040000000", rows[0]["time"]);
    }

    [Fact]
    public void A_start_is_cut_to_whole_milliseconds() =>
        Assert.Equal("1760000040123000", MetricRows.Of(Wire.Framed(Wire.Request(Wire.Resource(), Wire.Summary(Name, "%", Wire.Fixed64(2, 1_760_000_040_123_999_999)))))[0]["time"]);

    [Fact]
    public void A_data_point_without_any_time_or_without_a_name_is_set_aside()
    {
        var into = MetricRows.Decode(Wire.Framed(Wire.Request(Wire.Resource(), Wire.Summary(Name, "%", Wire.Fixed64(4, 1)), Wire.Summary("", "%", Point), Wire.Summary("requests", "1", Point), Metric)));

        Assert.Equal((1, 3L), (into.Metrics.RowCount, into.RejectRows));
        Assert.Contains("has no time", Rows.Of(into.Rejects, 0)["reason"], StringComparison.Ordinal);
        Assert.Contains("has no metric name", Rows.Of(into.Rejects, 1)["reason"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("amazonaws.com/AWS/EC2/CPUUtilization", null, null, "AWS/EC2", "CPUUtilization")]
    [InlineData("amazonaws.com/Own/a/b", "Own", null, "Own", "a/b")]
    [InlineData("amazonaws.com/Own/a/b", null, "a/b", "Own/a", "a/b")]
    [InlineData("amazonaws.com/Own/a/b", "Other", null, "Other", "b")]
    [InlineData("amazonaws.com/plain", null, null, "", "plain")]
    [InlineData("whatever", "Own", "m", "Own", "m")]
    public void Names_come_from_the_data_point_and_else_from_the_metric(string name, string? ns, string? metric, string expectedNamespace, string expectedMetric)
    {
        byte[] names = [.. ns is null ? [] : Wire.TextAttribute(7, "Namespace", ns), .. metric is null ? [] : Wire.TextAttribute(7, "MetricName", metric)];
        var row = MetricRows.Of(Wire.Framed(Wire.Request(Wire.Resource(), Wire.Summary(name, "%", Point, names))))[0];

        Assert.Equal((expectedNamespace, expectedMetric), (row.GetValueOrDefault("namespace", ""), row["metric"]));
    }

    [Fact]
    public void Without_a_resource_the_region_is_the_delivery_streams()
    {
        var into = Bodies.Decode(Bodies.Metrics with { Region = "eu-west-1" }, Bodies.Envelope([Wire.Framed(Wire.Request([], Metric))]));
        var row = Rows.Of(into.Metrics, 0);

        Assert.Equal(("eu-west-1", false, false), (row["region"], row.ContainsKey("account"), row.ContainsKey("metric_stream")));
    }

    [Fact]
    public void Values_that_are_no_text_are_kept_as_text()
    {
        byte[] list = Wire.Bytes(
            6,
            Wire.Attribute(1, "a", Wire.Number(2, 1)),
            Wire.Attribute(1, "b", Wire.Number(3, unchecked((ulong)-7))),
            Wire.Attribute(1, "c", Wire.Double(4, 0.5)),
            Wire.Attribute(1, "d", Wire.Bytes(5, Wire.Bytes(1, Wire.Text(1, "x\"\n")), Wire.Bytes(1, Wire.Number(2, 0)), Wire.Bytes(1, []))),
            Wire.Attribute(1, "e", Wire.Bytes(6, Wire.Attribute(1, "k", Wire.Double(4, double.NaN)), Wire.Attribute(1, "l", Wire.Bytes(7, [1, 2])))),
            Wire.Attribute(1, "f", Wire.Bytes(7, [0xFF])),
            Wire.Attribute(1, "g", []),
            Wire.Bytes(1, Wire.Text(1, "h")),
            Wire.Attribute(1, "i", Wire.Bytes(1, [0xFF, 0])));
        var row = MetricRows.Of(Wire.Framed(Wire.Request(Wire.Resource(), Wire.Summary(Name, "%", Point, Wire.Attribute(7, "Dimensions", list), Wire.TextAttribute(7, "flat", "x")))))[0];

        Assert.Equal(
            ["a=true", "b=-7", "c=0.5", "d=[\"x\\\"\\n\",false,null]", "e={\"k\":\"NaN\",\"l\":\"AQI=\"}", "f=/w==", "flat=x", "g=", "h=", "i=\uFFFD\uFFFD"],
            row.Where(pair => pair.Key.StartsWith("dimensions[", StringComparison.Ordinal)).Select(pair => pair.Key[11..^1] + "=" + pair.Value));
    }

    [Fact]
    public void Dimensions_that_are_no_list_are_a_dimension_of_that_name() =>
        Assert.Equal("x", MetricRows.Of(Wire.Framed(Wire.Request(Wire.Resource(), Wire.Summary(Name, "%", Point, Wire.TextAttribute(7, "Dimensions", "x")))))[0]["dimensions[Dimensions]"]);

    [Fact]
    public void Dimensions_are_distinct_and_the_first_counts()
    {
        var row = MetricRows.Of(Wire.Framed(Wire.Request(Wire.Resource(), Wire.Summary(Name, "%", Point, Wire.Dimensions(("b", "1"), ("a", "2"), ("b", "3")), Wire.Dimensions(("a", "4"))))))[0];

        Assert.Equal(("2", "1", 2), (row["dimensions[a]"], row["dimensions[b]"], row.Keys.Count(key => key.StartsWith("dimensions[", StringComparison.Ordinal))));
    }

    [Fact]
    public void Lists_within_lists_end_somewhere()
    {
        byte[] value = Wire.Text(1, "x");
        for (var depth = 0; depth < 1_000; depth++)
        {
            value = Wire.Bytes(5, Wire.Bytes(1, value));
        }

        Assert.Contains("is cut, or no protobuf", MetricRows.ReasonOf(Wire.Framed(Wire.Request(Wire.Resource(), Wire.Summary(Name, "%", Point, Wire.Attribute(7, "deep", value))))), StringComparison.Ordinal);
    }

    [Fact]
    public void Logs_that_come_as_OpenTelemetry_are_kept_and_not_taken_for_metrics()
    {
        byte[] log = Wire.Bytes(2, Wire.Fixed64(1, 1_760_000_040_000_000_000), Wire.Bytes(5, Wire.Text(1, "hello")));
        var into = MetricRows.Decode(Wire.Framed(Wire.Request(Wire.Resource(), log)));

        Assert.Equal((0, 1L), (into.Metrics.RowCount, into.RejectRows));
        Assert.Contains("is no summary", Rows.Of(into.Rejects, 0)["reason"], StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_a_thousand_rejects_are_joined_between_rows()
    {
        byte[][] metrics = [.. Enumerable.Repeat(Gauge, 1500), Metric, .. Enumerable.Repeat(Gauge, 10), Metric];
        var record = Wire.Framed(Wire.Request(Wire.Resource(), metrics));
        var into = MetricRows.Decode(record);

        Assert.Equal((2, 1002L), (into.Metrics.RowCount, into.RejectRows));
        Assert.Contains("kept together", Rows.Of(into.Rejects, 1000)["reason"], StringComparison.Ordinal);
        Assert.Equal("1501", Rows.Of(into.Rejects, 1001)["item_index"]);
        Assert.Equal((500 * Gauge.Length) - 2, into.Rejects.Text("data")[1000].Length);
        Assert.Equal((10 * Gauge.Length) - 2, into.Rejects.Text("data")[1001].Length);
    }

    [Fact]
    public void Text_of_any_bytes_is_stored_as_text()
    {
        byte[] name = Wire.Bytes(7, Wire.Text(1, "MetricName"), Wire.Bytes(2, Wire.Bytes(1, [0xC3, (byte)'a', 0])));
        var row = MetricRows.Of(Wire.Framed(Wire.Request(Wire.Resource(account: "\u00fc\0"), Wire.Summary(Name, "%", Point, name))))[0];

        Assert.Equal(("\uFFFDa\uFFFD", "\u00fc\uFFFD"), (row["metric"], row["account"]));
    }
}
