using Cistern.Formats.Deliveries;

namespace Cistern.Tests.Formats;

public sealed class RecognitionTests
{
    [Fact]
    public void A_mixed_delivery_becomes_a_request_and_a_log_event()
    {
        var into = Bodies.Decode(Bodies.Any, Bodies.Fixture("firehose-requests/own_mixed_request.json"));

        Assert.Equal((3, 2L), (into.Records, into.Items));
        Assert.Equal("video.example.com", Rows.Of(into.Requests, 0)["host"]);
        Assert.Equal("first own-made line", Rows.Of(into.Logs, 0)["message"]);
        Assert.Equal(0, into.Rejects.RowCount);
    }

    [Theory]
    [InlineData("alloy_direct_put.json", "neither a CloudFront log line nor a request", 3)]
    [InlineData("alloy_direct_put_with_non_json_message.json", "of no format that is read here", 1)]
    [InlineData("otelcontrib_firehose_log.json", "neither a CloudFront log line nor a request", 1)]
    public void A_delivery_of_another_format_is_kept_as_rejects_that_say_what_it_is(string file, string reason, int rejects)
    {
        var into = DecodeFixture(Bodies.Any, file);

        Assert.Equal(0, into.Rows);
        Assert.Equal(rejects, into.Rejects.RowCount);
        Assert.Contains(reason, Rows.Of(into.Rejects, 0)["reason"], StringComparison.Ordinal);
        Assert.Equal("unknown", Rows.Of(into.Rejects, 0)["signal"]);
    }

    [Theory]
    [InlineData("alloy_cw_logs_control_and_bad_records.json", 0, 1, 1)]
    [InlineData("alloy_cw_logs_mixed.json", 13, 1, 0)]
    [InlineData("alloy_cw_logs_with_only_control_messages.json", 0, 1, 0)]
    [InlineData("alloy_cw_logs_with_only_data_messages.json", 13, 0, 0)]
    public void Captured_deliveries_of_CloudWatch_Logs_are_read_at_both_addresses(string file, int rows, int controls, int rejects)
    {
        foreach (var context in (DeliveryContext[])[Bodies.Any, Bodies.Logs])
        {
            var into = DecodeFixture(context, file);
            Assert.Equal((rows, controls, rejects), (into.Logs.RowCount, (int)into.Controls, into.Rejects.RowCount));
        }
    }

    [Fact]
    public void The_last_record_of_a_capture_whose_base64_is_cut_is_kept_as_text()
    {
        var into = DecodeFixture(Bodies.Any, "alloy_cw_logs_control_and_bad_records.json");

        Assert.StartsWith("H4sIAAAA", Rows.Of(into.Rejects, 0)["data"], StringComparison.Ordinal);
        Assert.Contains("not base64", Rows.Of(into.Rejects, 0)["reason"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_CloudFront_line_that_a_function_compressed_is_a_request()
    {
        foreach (var context in (DeliveryContext[])[Bodies.Any, Bodies.CloudFront])
        {
            var into = Bodies.Decode(context, Bodies.Envelope([Bodies.Gzip(System.Text.Encoding.UTF8.GetBytes(Lines.All()))]));
            Assert.Equal("206", Rows.Of(into.Requests, 0)["status"]);
        }
    }

    [Fact]
    public void An_envelope_of_CloudWatch_Logs_at_the_CloudFront_address_hears_where_it_belongs() =>
        Assert.Contains("send it to /ingester/kinesis/logs or /firehose", Bodies.DecodeReason(Bodies.CloudFront, Bodies.FixtureText("cloudwatch-logs/otelcontrib_only_control.json")), StringComparison.Ordinal);

    [Fact]
    public void A_byte_order_mark_before_a_record_is_skipped() =>
        Assert.Equal("206", Bodies.DecodeRow(Bodies.Any, "\uFEFF" + Lines.All())["status"]);

    [Fact]
    public void A_text_line_at_the_CloudFront_address_is_taken_for_a_request() =>
        Assert.Equal("requests", Rows.Of(Bodies.DecodeRecords(Bodies.CloudFront, "hello").Rejects, 0)["signal"]);

    private static DecodedDelivery DecodeFixture(DeliveryContext context, string file)
    {
        var body = Bodies.Fixture("firehose-requests/" + file);
        var id = System.Text.Json.JsonDocument.Parse(body).RootElement.GetProperty("requestId").GetString();
        return Bodies.Decode(context with { RequestId = id }, body);
    }

    // An exception costs as much as some kilobytes of JSON, and a body has room for millions of broken lines.
    [Fact]
    public void Broken_objects_are_set_aside_without_an_exception_each()
    {
        var thrown = 0;
        var thread = Environment.CurrentManagedThreadId;
        void Count(object? sender, System.Runtime.ExceptionServices.FirstChanceExceptionEventArgs raised) => thrown += Environment.CurrentManagedThreadId == thread ? 1 : 0;
        AppDomain.CurrentDomain.FirstChanceException += Count;
        try
        {
            var into = Bodies.DecodeRecords(Bodies.Any, string.Concat(Enumerable.Repeat("{\"a\":\n", 20_000)));
            Assert.InRange(into.Rejects.RowCount, 1_000, 1_001); // Those behind the first thousand are kept together.
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= Count;
        }

        Assert.Equal(0, thrown);
    }
}
