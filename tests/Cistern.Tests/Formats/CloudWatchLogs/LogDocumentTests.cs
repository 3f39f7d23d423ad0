using System.Text;

namespace Cistern.Tests.Formats.CloudWatchLogs;

public sealed class LogDocumentTests
{
    private static readonly string Good = LogEnvelopes.Document("one");

    [Fact]
    public void An_event_becomes_a_row_with_all_that_the_document_says()
    {
        var row = Rows.Of(
            Bodies.DecodeRecords(
                Bodies.Logs,
                """
                {"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/own/\u00e4pp","logStream":"i-0/own","subscriptionFilters":["a","b"],"policyLevel":"ACCOUNT_LEVEL_POLICY",
                 "logEvents":[{"id":"38","timestamp":1760000000123,"message":"[WARN] low\r\n\n","extractedFields":{"ip":"203.0.113.7","n":5,"o":{"a":[1]},"none":null,"@aws.account":"999","@aws.region":"us-west-2"}}]}
                """).Logs,
            0);

        var expected = new Dictionary<string, string>
        {
            ["time"] = "1760000000123000",
            ["account"] = "999",
            ["region"] = "us-west-2",
            ["log_group"] = "/own/äpp",
            ["log_stream"] = "i-0/own",
            ["event_id"] = "38",
            ["level"] = "warn",
            ["message"] = "[WARN] low",
            ["fields[ip]"] = "203.0.113.7",
            ["fields[n]"] = "5",
            ["fields[o]"] = "{\"a\":[1]}",
            ["filters"] = "a,b",
            ["policy_level"] = "ACCOUNT_LEVEL_POLICY",
        };
        Assert.Equal(expected.OrderBy(pair => pair.Key), row.OrderBy(pair => pair.Key));
    }

    [Fact]
    public void Members_come_in_any_order()
    {
        var row = Rows.Of(
            Bodies.DecodeRecords(Bodies.Any, "{\"logEvents\":[{\"message\":\"m\",\"timestamp\":5,\"id\":\"7\"}],\"more\":[{}],\"logStream\":\"s\",\"logGroup\":\"g\",\"owner\":\"1\",\"messageType\":\"DATA_MESSAGE\"}").Logs, 0);

        Assert.Equal(("5000", "1", "g", "s", "7", "m"), (row["time"], row["account"], row["log_group"], row["log_stream"], row["event_id"], row["message"]));
    }

    [Fact]
    public void The_region_of_the_stream_is_that_of_events_that_name_none() =>
        Assert.Equal("eu-west-2", LogEnvelopes.RowOf("m")["region"]);

    [Theory]
    [InlineData("{\"id\":\"1\",\"message\":\"m\"}", "no timestamp")]
    [InlineData("{\"id\":\"1\",\"timestamp\":\"1760000000123\",\"message\":\"m\"}", "no timestamp")]
    [InlineData("{\"id\":\"1\",\"timestamp\":1.5,\"message\":\"m\"}", "no timestamp")]
    [InlineData("{\"id\":\"1\",\"timestamp\":-1,\"message\":\"m\"}", "no timestamp")]
    [InlineData("{\"id\":\"1\",\"timestamp\":253402300800000,\"message\":\"m\"}", "no timestamp")]
    [InlineData("{\"id\":\"1\",\"timestamp\":99999999999999999999,\"message\":\"m\"}", "no timestamp")]
    [InlineData("{\"id\":\"1\",\"timestamp\":1}", "no message")]
    [InlineData("{\"id\":\"1\",\"timestamp\":1,\"message\":{\"a\":1}}", "no message")]
    [InlineData("{}", "no timestamp")]
    [InlineData("7", "not a JSON object")]
    [InlineData("[[]]", "not a JSON object")]
    public void A_bad_event_is_set_aside_alone_with_its_bytes(string bad, string reason)
    {
        var into = Bodies.DecodeRecords(Bodies.Logs, LogEnvelopes.WithEvents($"{{\"timestamp\":1,\"message\":\"a\"}}, {bad} ,{{\"timestamp\":2,\"message\":\"b\"}}"));

        Assert.Equal(["a", "b"], LogEnvelopes.Messages(into));
        var reject = Rows.Of(into.Rejects, 0);
        Assert.Equal((bad, "logs", "1"), (reject["data"], reject["signal"], reject["item_index"]));
        Assert.Contains(reason, reject["reason"], StringComparison.Ordinal);
    }

    [Fact]
    public void Events_without_an_id_are_rows()
    {
        var into = Bodies.DecodeRecords(Bodies.Logs, LogEnvelopes.WithEvents("{\"timestamp\":1,\"message\":\"a\"},{\"id\":null,\"timestamp\":1,\"message\":\"\"}"));
        Assert.Equal((2, 0), (into.Logs.RowCount, into.Rejects.RowCount));
    }

    [Fact]
    public void A_control_message_is_counted_and_no_row()
    {
        var into = Bodies.DecodeRecords(Bodies.Logs, Bodies.FixtureText("cloudwatch-logs/otelcontrib_only_control.json") + Good);
        Assert.Equal((1L, 1, 0, 2L), (into.Controls, into.Logs.RowCount, into.Rejects.RowCount, into.Items));
    }

    [Theory]
    [InlineData("{\"messageType\":\"OTHER_MESSAGE\",\"logEvents\":[{\"timestamp\":1,\"message\":\"m\"}]}", "messageType other than")]
    [InlineData("{\"logEvents\":[{\"timestamp\":1,\"message\":\"m\"}]}", "messageType other than")]
    [InlineData("{\"messageType\":\"DATA_MESSAGE\",\"owner\":\"1\"}", "without a list of logEvents")]
    [InlineData("{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":{}}", "without a list of logEvents")]
    [InlineData("{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[{\"timestamp\":1,\"message\":\"m\"", "not JSON")]
    [InlineData("{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[{\"timestamp\":1,\"message\":\"m\"}],}", "not JSON")]
    [InlineData("{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[{\"timestamp\":1,\"message\":\"\\q\"}]}", "not JSON")]
    public void A_bad_document_is_one_reject_and_leaves_no_rows_and_its_neighbours_are_read(string bad, string reason)
    {
        foreach (var context in (Cistern.Formats.Deliveries.DeliveryContext[])[Bodies.Any, Bodies.Logs])
        {
            var into = Bodies.DecodeRecords(context, Good + "\n" + bad + "\n" + Good);

            Assert.Equal(["one", "one"], LogEnvelopes.Messages(into));
            var reject = Rows.Of(into.Rejects, 0);
            Assert.Equal((1, bad, "logs"), (into.Rejects.RowCount, reject["data"], reject["signal"]));
            Assert.Contains(reason, reject["reason"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_broken_document_ends_where_the_next_one_follows_without_a_line_end()
    {
        var bad = Good[..^3] + "}";
        var into = Bodies.DecodeRecords(Bodies.Any, Good + bad + Good);

        Assert.Equal(["one", "one"], LogEnvelopes.Messages(into));
        Assert.Equal(bad, Rows.Of(into.Rejects, 0)["data"]);
    }

    [Fact]
    public void Foreign_JSON_between_documents_is_a_reject_where_any_format_may_come_and_a_message_at_the_address_of_logs()
    {
        var record = Bodies.FixtureText("cloudwatch-logs/otelcontrib_some_invalid_records.ndjson");

        var any = Bodies.DecodeRecords(Bodies.Any, record);
        Assert.Equal((2, 1, "unknown"), (any.Logs.RowCount, any.Rejects.RowCount, Rows.Of(any.Rejects, 0)["signal"]));
        Assert.Equal("SAC", Rows.Of(Bodies.DecodeRecords(Bodies.Logs, record).Logs, 1)["fields[TICKER_SYMBOL]"]);
    }

    [Fact]
    public void Names_that_are_there_twice_count_as_they_stand_last()
    {
        var row = Rows.Of(Bodies.DecodeRecords(Bodies.Logs, "{\"owner\":\"1\",\"owner\":\"2\",\"messageType\":\"X\",\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[],\"logEvents\":[{\"timestamp\":1,\"timestamp\":2,\"message\":\"a\",\"message\":\"b\"}]}").Logs, 0);
        Assert.Equal(("2", "2000", "b"), (row["account"], row["time"], row["message"]));
    }

    [Theory]
    [InlineData("\\ud83d\\ude00", "😀")]
    [InlineData("a\\ud83d", "a\uFFFD")]
    [InlineData("\\ude00\\ud83db", "\uFFFD\uFFFDb")]
    [InlineData("a\\u0000b", "a\uFFFDb")]
    [InlineData("\\\"\\\\\\/\\b\\f\\n\\r\\tx", "\"\\/\b\f\n\r\tx")]
    [InlineData("\\u00E4\\u20ac", "ä€")]
    public void Escapes_are_undone_and_what_is_no_text_is_repaired(string escaped, string expected)
    {
        var into = Bodies.DecodeRecords(Bodies.Logs, LogEnvelopes.WithEvents($"{{\"timestamp\":1,\"message\":\"{escaped}\"}}"));
        Assert.Equal([expected], LogEnvelopes.Messages(into));
    }

    [Fact]
    public void Bytes_that_are_no_UTF_8_are_repaired_in_all_columns()
    {
        var record = Encoding.Latin1.GetBytes(LogEnvelopes.WithEvents("{\"id\":\"\u00ff\",\"timestamp\":1,\"message\":\"{\\\"k\u00fc\\\":\\\"\u00e4\\\"}\",\"extractedFields\":{\"f\u00fc\":\"\u00e4\"}}").Replace("/own/app", "/\u00e4", StringComparison.Ordinal));
        var row = Rows.Of(LogEnvelopes.DecodeBytes(Bodies.Logs, record).Logs, 0);

        Assert.Equal(("\uFFFD", "/\uFFFD", "\uFFFD", "\uFFFD"), (row["event_id"], row["log_group"], row["fields[k\uFFFD]"], row["fields[f\uFFFD]"]));
    }

    [Fact]
    public void Names_longer_than_CloudWatch_allows_are_rejected_because_each_row_would_repeat_them()
    {
        var reason = Bodies.DecodeReason(Bodies.Logs, Good.Replace("/own/app", new string('g', 4097), StringComparison.Ordinal));
        Assert.Contains("over 4,096 bytes", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_of_10_000_events_and_a_message_of_a_megabyte_are_read()
    {
        var many = Bodies.DecodeRecords(Bodies.Logs, LogEnvelopes.Document([.. Enumerable.Range(0, 10_000).Select(number => $"event {number}")]));
        Assert.Equal((10_000, "event 9999"), (many.Logs.RowCount, Rows.Of(many.Logs, 9_999)["message"]));

        var large = new string('\u00e4', 500_000) + "\n";
        Assert.Equal(large.TrimEnd(), LogEnvelopes.RowOf(large)["message"]);
    }

    [Fact]
    public void A_document_nested_a_million_deep_is_a_reject()
    {
        var deep = "{\"logEvents\":" + new string('[', 1_000_000);
        Assert.Contains("not JSON", Bodies.DecodeReason(Bodies.Any, deep), StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_before_a_document_is_skipped() => Assert.Equal(1, Bodies.DecodeRecords(Bodies.Any, "\uFEFF" + Good).Logs.RowCount);
}
