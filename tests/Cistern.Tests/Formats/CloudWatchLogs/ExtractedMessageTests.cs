namespace Cistern.Tests.Formats.CloudWatchLogs;

/// <summary>What Firehose's CloudWatchLogProcessing leaves of a record: the messages, a line each.</summary>
public sealed class ExtractedMessageTests
{
    [Fact]
    public void Each_line_is_a_row_at_the_time_of_arrival()
    {
        var into = Bodies.DecodeRecords(Bodies.Logs, Bodies.FixtureText("cloudwatch-logs/own_firehose-message-extraction.txt"));

        Assert.Equal(["first own-made line", "{\"level\":\"warn\",\"msg\":\"second own-made line\"}", "line with trailing newline"], LogEnvelopes.Messages(into));
        var row = Rows.Of(into.Logs, 1);
        var expected = new Dictionary<string, string>
        {
            ["time"] = "1760000060500000",
            ["region"] = "eu-west-2",
            ["level"] = "warn",
            ["message"] = "{\"level\":\"warn\",\"msg\":\"second own-made line\"}",
            ["fields[level]"] = "warn",
            ["fields[msg]"] = "second own-made line",
        };
        Assert.Equal(expected.OrderBy(pair => pair.Key), row.OrderBy(pair => pair.Key));
    }

    [Fact]
    public void A_pretty_printed_object_is_one_row_and_lines_keep_the_blanks_before_them()
    {
        var into = Bodies.DecodeRecords(Bodies.Logs, "Exception: gone\r\n\tat Main.run\n\n  {\n  \"a\": 1\n}\n{\"b\":2}{\"c\":3}\n{\"d\":4} took 5 ms\n{not JSON}\n");

        Assert.Equal(["Exception: gone", "\tat Main.run", "{\n  \"a\": 1\n}", "{\"b\":2}", "{\"c\":3}", "{\"d\":4} took 5 ms", "{not JSON}"], LogEnvelopes.Messages(into));
        Assert.Equal("1", Rows.Of(into.Logs, 2)["fields[a]"]);
    }

    [Fact]
    public void Compressed_messages_are_rows_too() =>
        Assert.Equal(["a", "b"], LogEnvelopes.Messages(LogEnvelopes.DecodeBytes(Bodies.Logs, Bodies.Gzip("a\nb\n"u8))));

    [Fact]
    public void A_message_may_have_a_messageType_of_its_own() =>
        Assert.Equal("order", Rows.Of(Bodies.DecodeRecords(Bodies.Logs, "{\"messageType\":\"order\",\"id\":1}").Logs, 0)["fields[messageType]"]);

    [Fact]
    public void A_line_with_terminal_colours_is_text() =>
        Assert.Equal(["\u001b[31mred\u001b[0m"], LogEnvelopes.Messages(Bodies.DecodeRecords(Bodies.Logs, "\u001b[31mred\u001b[0m")));

    [Fact]
    public void Bytes_of_a_line_that_are_no_text_are_repaired() =>
        Assert.Equal(["a\uFFFDb\uFFFD, a line of Latin-1 that is long enough"], LogEnvelopes.Messages(LogEnvelopes.DecodeBytes(Bodies.Logs, [(byte)'a', 0xE4, (byte)'b', 0xFC, .. ", a line of Latin-1 that is long enough"u8])));

    [Fact]
    public void Binary_records_and_metric_streams_hear_where_they_belong()
    {
        Assert.Contains("/ingester/kinesis/metrics", Bodies.DecodeReason(Bodies.Logs, "\u0010\n\u0002ab"), StringComparison.Ordinal);
        Assert.Contains("/ingester/kinesis/metrics", Bodies.DecodeReason(Bodies.Logs, "{\"metric_stream_name\":\"s\",\"metric_name\":\"m\"}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Elsewhere_lines_of_text_stay_rejects() =>
        Assert.Equal("unknown", Rows.Of(Bodies.DecodeRecords(Bodies.Any, "hello").Rejects, 0)["signal"]);

    [Fact]
    public void A_line_of_text_between_documents_is_a_reject_where_any_format_may_come()
    {
        var document = LogEnvelopes.Document("m");
        var into = Bodies.DecodeRecords(Bodies.Any, document + "\nhello\n" + document);

        Assert.Equal((2, "hello"), (into.Logs.RowCount, Rows.Of(into.Rejects, 0)["data"]));
    }
}
