namespace Cistern.Tests.Formats;

public sealed class RecognitionTests
{
    [Fact]
    public void A_mixed_delivery_keeps_the_gzip_record_whole_and_decodes_the_line()
    {
        var into = Bodies.Decode(Bodies.Any, Bodies.Fixture("firehose-requests/own_mixed_request.json"));

        Assert.Equal((3, 2L), (into.Records, into.Items));
        Assert.Equal("video.example.com", Rows.Of(into.Requests, 0)["host"]);
        var reject = Rows.Of(into.Rejects, 0);
        Assert.Equal(("1", "unknown"), (reject["record_index"], reject["signal"]));
        Assert.Contains("CloudWatch Logs are not decoded on this version", reject["reason"], StringComparison.Ordinal);
        Assert.Equal([0x1F, 0x8B, 0x08], into.Rejects.Text("data")[0][..3].ToArray());
        Assert.Equal(222, into.Rejects.Text("data")[0].Length);
    }

    [Theory]
    [InlineData("alloy_cw_logs_control_and_bad_records.json", "CloudWatch Logs", 2)]
    [InlineData("alloy_cw_logs_mixed.json", "CloudWatch Logs", 2)]
    [InlineData("alloy_cw_logs_with_only_control_messages.json", "CloudWatch Logs", 1)]
    [InlineData("alloy_cw_logs_with_only_data_messages.json", "CloudWatch Logs", 1)]
    [InlineData("alloy_direct_put.json", "neither a CloudFront log line nor a request", 3)]
    [InlineData("alloy_direct_put_with_non_json_message.json", "of no format that is read here", 1)]
    [InlineData("otelcontrib_firehose_log.json", "neither a CloudFront log line nor a request", 1)]
    public void A_delivery_of_another_format_is_kept_as_rejects_that_say_what_it_is(string file, string reason, int rejects)
    {
        var body = Bodies.Fixture("firehose-requests/" + file);
        var id = System.Text.Json.JsonDocument.Parse(body).RootElement.GetProperty("requestId").GetString();
        var into = Bodies.Decode(Bodies.Any with { RequestId = id }, body);

        Assert.Equal(0, into.Requests.RowCount);
        Assert.Equal(rejects, into.Rejects.RowCount);
        Assert.Contains(reason, Rows.Of(into.Rejects, 0)["reason"], StringComparison.Ordinal);
        Assert.Equal("unknown", Rows.Of(into.Rejects, 0)["signal"]);
    }

    [Fact]
    public void The_last_record_of_a_capture_whose_base64_is_cut_is_kept_as_text()
    {
        var into = Bodies.Decode(
            Bodies.Any with { RequestId = "86208cf6-2bcc-47e6-9010-02ca9f44a025" }, Bodies.Fixture("firehose-requests/alloy_cw_logs_control_and_bad_records.json"));

        Assert.StartsWith("H4sIAAAA", Rows.Of(into.Rejects, 1)["data"], StringComparison.Ordinal);
        Assert.Contains("not base64", Rows.Of(into.Rejects, 1)["reason"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"messageType\":\"DATA_MESSAGE\",\"logGroup\":\"g\"}", "CloudWatch Logs")]
    public void Other_JSON_of_AWS_is_named(string record, string expected) =>
        Assert.Contains(expected, Bodies.DecodeReason(Bodies.Any, record), StringComparison.Ordinal);

    [Fact]
    public void A_byte_order_mark_before_a_record_is_skipped() =>
        Assert.Equal("206", Bodies.DecodeRow(Bodies.Any, "\uFEFF" + Lines.All())["status"]);

    [Fact]
    public void A_text_line_at_the_CloudFront_address_is_taken_for_a_request() =>
        Assert.Equal("requests", Rows.Of(Bodies.DecodeRecords(Bodies.CloudFront, "hello").Rejects, 0)["signal"]);
}
