using System.Text;

namespace Cistern.Tests.Formats.MetricStreams;

public sealed class MetricJsonTests
{
    private const string Line =
        "{\"metric_stream_name\":\"own-stream\",\"account_id\":\"111122223333\",\"region\":\"us-east-1\",\"namespace\":\"AWS/EC2\",\"metric_name\":\"EBSByteBalance%\","
        + "\"dimensions\":{\"InstanceId\":\"i-1\"},\"timestamp\":1760000040000,\"value\":{\"max\":4.0,\"min\":1.5,\"sum\":12.5,\"count\":5.0},\"unit\":\"Percent\"}";

    private const string LineRow =
        "time=1760000040000000 metric_stream=own-stream account=111122223333 region=us-east-1 namespace=AWS/EC2 metric=EBSByteBalance% unit=Percent dimensions[InstanceId]=i-1 min=1.5 max=4 sum=12.5 count=5\n";

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\n\n\r\n")]
    [InlineData("")]
    [InlineData(" \t")]
    public void Objects_stand_one_a_line_or_behind_each_other(string between) =>
        Assert.Equal(LineRow + LineRow + LineRow, Rows.Dump(MetricRows.Decode(Line + between + Line + between + Line + (between.Length == 1 ? between : "")).Metrics));

    [Fact]
    public void A_mark_of_byte_order_and_blank_lines_come_first() => Assert.Equal(LineRow, Rows.Dump(MetricRows.Decode("\uFEFF\r\n \n" + Line).Metrics));

    [Fact]
    public void Pretty_printed_objects_are_one_row_each()
    {
        var pretty = Line.Replace(",", ",\r\n  ", StringComparison.Ordinal).Replace(":{", " : {\n", StringComparison.Ordinal);

        Assert.Equal(LineRow + LineRow, Rows.Dump(MetricRows.Decode(pretty + "\n" + pretty).Metrics));
    }

    [Fact]
    public void Members_come_in_any_order_and_unknown_ones_are_ignored()
    {
        const string Other =
            "{\"new\":{\"a\":[1,{\"value\":3}]},\"unit\":\"Percent\",\"value\":{\"count\":5,\"sum\":12.5,\"min\":1.5,\"max\":4},\"timestamp\":1.76000004E12,\"more\":null,\"metric_name\":\"EBSByteBalance%\","
            + "\"dimensions\":{\"InstanceId\":\"i-1\"},\"namespace\":\"AWS\\/EC2\",\"region\":\"us-east-1\",\"account_id\":\"111122223333\",\"metric_stream_n\\u0061me\":\"own-stream\"}";

        Assert.Equal(LineRow, Rows.Dump(MetricRows.Decode(Other).Metrics));
    }

    [Theory]
    [InlineData("3", 3d)]
    [InlineData("3.0", 3d)]
    [InlineData("1e5", 1e5)]
    [InlineData("1E+5", 1e5)]
    [InlineData("-2", -2d)]
    [InlineData("-0.25", -0.25)]
    [InlineData("0", 0d)]
    [InlineData("0.48333333333333334", 0.48333333333333334)]
    [InlineData("123456789012345", 123456789012345d)]
    [InlineData("9007199254740993", 9007199254740992d)]
    [InlineData("12345678901234567890123", 12345678901234567890123d)]
    [InlineData("1.7976931348623157e308", double.MaxValue)]
    [InlineData("4.9e-324", double.Epsilon)]
    [InlineData("0.1234567890123450000000", 0.123456789012345)]
    public void Numbers_come_in_any_form_that_JSON_has(string text, double expected)
    {
        var rows = MetricRows.Of(Line.Replace("\"sum\":12.5", "\"sum\":" + text, StringComparison.Ordinal));

        Assert.Equal(Bodies.Number(expected), rows[0]["sum"]);
    }

    [Theory]
    [InlineData("\"sum\":12.5", "\"sum\":NaN", "not a JSON object")]
    [InlineData("\"sum\":12.5", "\"sum\":\"NaN\"", "statistic 'sum' of a metric is no finite number")]
    [InlineData("\"sum\":12.5", "\"sum\":\"12.5\"", "statistic 'sum' of a metric is no finite number")]
    [InlineData("\"sum\":12.5", "\"sum\":Infinity", "not a JSON object")]
    [InlineData("\"sum\":12.5", "\"sum\":1e999", "statistic 'sum' of a metric is no finite number")]
    [InlineData("\"sum\":12.5", "\"sum\":null", "statistic 'sum' of a metric is no finite number")]
    [InlineData("\"sum\":12.5", "\"sum\":012", "not a JSON object")]
    [InlineData("\"sum\":12.5", "\"sum\":1.", "not a JSON object")]
    [InlineData("\"sum\":12.5", "\"sum\":.5", "not a JSON object")]
    [InlineData("\"sum\":12.5", "\"sum\":+5", "not a JSON object")]
    [InlineData("\"sum\":12.5", "\"sum\":1e", "not a JSON object")]
    [InlineData("\"sum\":12.5", "\"sum\":{}", "statistic 'sum' of a metric is no finite number")]
    [InlineData("\"timestamp\":1760000040000,", "", "metric has no timestamp")]
    [InlineData("1760000040000", "\"1760000040000\"", "timestamp of a metric is not milliseconds since 1970")]
    [InlineData("1760000040000", "-1", "timestamp of a metric is not milliseconds since 1970")]
    [InlineData("1760000040000", "1760000040000.5", "timestamp of a metric is not milliseconds since 1970")]
    [InlineData("1760000040000", "1760000040000000000", "timestamp of a metric is not milliseconds since 1970")]
    [InlineData("\"value\":{\"max\":4.0,\"min\":1.5,\"sum\":12.5,\"count\":5.0},", "", "metric has no value")]
    [InlineData("{\"max\":4.0,\"min\":1.5,\"sum\":12.5,\"count\":5.0}", "{}", "value of a metric holds no statistic")]
    [InlineData("{\"max\":4.0,\"min\":1.5,\"sum\":12.5,\"count\":5.0}", "12.5", "value of a metric is not an object")]
    [InlineData("\"metric_name\":\"EBSByteBalance%\",", "", "metric has no metric_name")]
    [InlineData("\"EBSByteBalance%\"", "\"\"", "metric has no metric_name")]
    [InlineData("\"EBSByteBalance%\"", "7", "metric_name of a metric is no text")]
    [InlineData("\"Percent\"", "7", "unit of a metric is no text")]
    [InlineData("\"unit\":", "\"region\":", "metric has region twice")]
    [InlineData("{\"InstanceId\":\"i-1\"}", "[]", "dimensions of a metric are not an object")]
    [InlineData("\"unit\"", "\"unit\u0001\"", "not a JSON object")]
    public void A_line_that_is_no_metric_is_set_aside_alone(string part, string instead, string reason)
    {
        var bad = Line.Replace(part, instead, StringComparison.Ordinal);
        Assert.Contains(reason, MetricRows.ReasonOf(bad), StringComparison.Ordinal);

        var into = MetricRows.Decode(Line + "\n" + bad + "\r\n" + Line + "\n");
        Assert.Equal(LineRow + LineRow, Rows.Dump(into.Metrics));
        var reject = Rows.Of(into.Rejects, 0);
        Assert.Equal(("0", "1", bad), (reject["record_index"], reject["item_index"], reject["data"]));
    }

    [Fact]
    public void A_first_line_that_is_cut_does_not_take_the_others_with_it()
    {
        var into = MetricRows.Decode("i-1\"},\"unit\":\"Percent\"}\n" + Line);

        Assert.Equal(LineRow, Rows.Dump(into.Metrics));
        Assert.Equal("i-1\"},\"unit\":\"Percent\"}", Rows.Of(into.Rejects, 0)["data"]);
    }

    /// <summary>The numbers are right without it, and OpenTelemetry cannot tell a unit that is missing from one that is empty.</summary>
    [Theory]
    [InlineData(",\"unit\":\"Percent\"", "")]
    [InlineData("\"Percent\"", "null")]
    [InlineData("\"Percent\"", "\"\"")]
    public void A_metric_without_a_unit_is_kept_with_an_empty_one(string part, string instead)
    {
        var row = MetricRows.Of(Line.Replace(part, instead, StringComparison.Ordinal))[0];

        Assert.False(row.ContainsKey("unit"));
        Assert.Equal("12.5", row["sum"]);
    }

    [Fact]
    public void Without_a_region_it_is_the_delivery_streams()
    {
        var record = Line.Replace("\"region\":\"us-east-1\",", "", StringComparison.Ordinal) + Line.Replace("us-east-1", "", StringComparison.Ordinal) + Line;
        var into = Bodies.DecodeRecords(Bodies.Metrics with { Region = "eu-west-1" }, record);

        Assert.Equal(["eu-west-1", "eu-west-1", "us-east-1"], Enumerable.Range(0, 3).Select(row => Rows.Of(into.Metrics, row)["region"]));
    }

    [Fact]
    public void Dimensions_are_sorted_by_bytes_and_distinct()
    {
        const string Dimensions = "{\"b\":\"1\",\"a\":\"2\",\"B\":\"3\",\"é\":\"4\",\"a\":\"5\",\"\\u0061b\":\"6\",\"z\":7,\"y\":null,\"x\":[1, {\"a\":2}]}";
        var into = MetricRows.Decode(Line.Replace("{\"InstanceId\":\"i-1\"}", Dimensions, StringComparison.Ordinal));

        var keys = Rows.Of(into.Metrics, 0).Where(pair => pair.Key.StartsWith("dimensions[", StringComparison.Ordinal)).Select(pair => pair.Key[11..^1] + "=" + pair.Value);
        Assert.Equal(["B=3", "a=2", "ab=6", "b=1", "x=[1, {\"a\":2}]", "y=", "z=7", "é=4"], keys);
    }

    [Fact]
    public void More_than_256_dimensions_are_no_metric()
    {
        var dimensions = string.Join(',', Enumerable.Range(0, 257).Select(number => $"\"d{number}\":\"v\""));

        Assert.Contains("more than 256 dimensions", MetricRows.ReasonOf(Line.Replace("\"InstanceId\":\"i-1\"", dimensions, StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_that_is_no_UTF8_is_repaired_and_its_neighbours_are_untouched()
    {
        var nul = Line.Replace("i-1", "\\u0000", StringComparison.Ordinal);
        var latin = Line.Replace("i-1", "\u00e9", StringComparison.Ordinal);
        var half = Line.Replace("i-1", "\\ud800", StringComparison.Ordinal);
        var rows = MetricRows.Of([.. Encoding.UTF8.GetBytes(Line + "\n" + nul + half), .. Encoding.Latin1.GetBytes(latin)]);

        Assert.Equal(["i-1", "\uFFFD", "\\ud800", "\uFFFD"], rows.Select(row => row["dimensions[InstanceId]"]));
    }

    [Fact]
    public void A_statistic_of_value_that_is_missing_is_NULL() =>
        Assert.Equal(["sum"], MetricRows.Of(Line.Replace("{\"max\":4.0,\"min\":1.5,\"sum\":12.5,\"count\":5.0}", "{\"sum\":1}", StringComparison.Ordinal))[0].Keys.Intersect(["min", "max", "sum", "count"]));

    [Fact]
    public void A_statistic_that_is_there_twice_counts_as_it_came_first()
    {
        var row = MetricRows.Of(Line.Replace("\"count\":5.0", "\"count\":5.0,\"p99\":1,\"p99\":2,\"max\":9", StringComparison.Ordinal))[0];

        Assert.Equal(("1", "4"), (row["quantiles[p99]"], row["max"]));
    }
}
