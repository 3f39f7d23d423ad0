using Cistern.Formats.Deliveries;

namespace Cistern.Tests.Formats.CloudWatchLogs;

/// <summary>What other receivers of Firehose deliveries lose or spoil, each as a test that it does not happen here.</summary>
public sealed class PeerFaultTests
{
    private static readonly string One = LogEnvelopes.Document("one");
    private static readonly string Two = LogEnvelopes.Document("two");

    [Fact]
    public void The_second_gzip_member_is_read_where_OpenObserve_reads_the_first_only()
    {
        var into = LogEnvelopes.DecodeBytes(Bodies.Any, Bodies.Fixture("cloudwatch-logs/own_two-gzip-members.bin"));
        Assert.Equal(["first own-made line", "{\"level\":\"warn\",\"msg\":\"second own-made line\"}", "line with trailing newline"], LogEnvelopes.Messages(into));
    }

    [Fact]
    public void A_document_over_64_KB_on_one_line_is_read_where_the_OpenTelemetry_Collector_cut_it()
    {
        var message = new string('x', 200_000);
        Assert.Equal([message, "one"], LogEnvelopes.Messages(Bodies.DecodeRecords(Bodies.Any, LogEnvelopes.Document(message) + "\n" + One)));
    }

    [Fact]
    public void All_JSON_objects_of_a_record_are_read_where_Alloy_drops_the_record_and_the_Collector_reads_one()
    {
        var into = LogEnvelopes.DecodeBytes(Bodies.Any, Bodies.Fixture("cloudwatch-logs/otelcontrib_multiple_resources.ndjson"));
        Assert.Equal((6, 0), (into.Logs.RowCount, into.Rejects.RowCount));
    }

    [Fact]
    public void Documents_without_a_separator_are_read_where_every_peer_but_one_fails()
    {
        Assert.Equal(["one", "two"], LogEnvelopes.Messages(Bodies.DecodeRecords(Bodies.Any, One + Two)));
        Assert.Equal(3, LogEnvelopes.DecodeBytes(Bodies.Any, Bodies.Fixture("cloudwatch-logs/own_two-documents-one-gzip.json.gz")).Logs.RowCount);
    }

    [Fact]
    public void An_envelope_that_is_not_compressed_becomes_events_where_Alloy_stores_it_as_a_line()
    {
        foreach (var context in (DeliveryContext[])[Bodies.Any, Bodies.Logs])
        {
            Assert.Equal(["one"], LogEnvelopes.Messages(Bodies.DecodeRecords(context, One)));
        }
    }

    [Fact]
    public void Control_messages_are_no_rows_where_Alloy_and_OpenObserve_store_them()
    {
        var into = LogEnvelopes.DecodeBytes(Bodies.Logs, Bodies.Fixture("cloudwatch-logs/alloy_control-message.json.gz"));
        Assert.Equal((0, 0, 1L), (into.Logs.RowCount, into.Rejects.RowCount, into.Controls));
    }

    [Fact]
    public void A_bad_record_does_not_take_good_ones_with_it_where_Vector_and_Telegraf_refuse_the_request()
    {
        byte[] cut = Bodies.Gzip(LogEnvelopes.Utf8(Two))[..30];
        var into = LogEnvelopes.DecodeBytes(Bodies.Any, LogEnvelopes.Utf8(One), cut, LogEnvelopes.Utf8(One[..50]), LogEnvelopes.Utf8("{}"), LogEnvelopes.Utf8(Two));

        Assert.Equal(["one", "two"], LogEnvelopes.Messages(into));
        Assert.Equal(3, into.Rejects.RowCount);
    }

    [Fact]
    public void A_good_event_beside_a_bad_one_is_a_row() =>
        Assert.Equal(["a"], LogEnvelopes.Messages(Bodies.DecodeRecords(Bodies.Any, LogEnvelopes.WithEvents("{\"id\":\"1\"},{\"timestamp\":1,\"message\":\"a\"}"))));

    [Fact]
    public void Gzip_is_undone_by_what_the_record_holds_where_the_Collector_undid_it_twice()
    {
        foreach (var record in (byte[][])[LogEnvelopes.Utf8(One), Bodies.Gzip(LogEnvelopes.Utf8(One)), Bodies.Gzip(Bodies.Gzip(LogEnvelopes.Utf8(One)))])
        {
            Assert.Equal(["one"], LogEnvelopes.Messages(LogEnvelopes.DecodeBytes(Bodies.Logs, record)));
        }
    }

    [Fact]
    public void Timestamps_keep_their_milliseconds_where_Alloy_and_Telegraf_cut_them_off()
    {
        Assert.Equal("1760000000123000", LogEnvelopes.RowOf("m")["time"]);
        Assert.Equal("1760000060500000", Rows.Of(Bodies.DecodeRecords(Bodies.Logs, "a line").Logs, 0)["time"]);
    }

    [Fact]
    public void A_delivery_of_bad_records_only_is_kept_where_Alloy_answers_200_and_drops_it()
    {
        byte[][] records = [Bodies.Gzip(LogEnvelopes.Utf8(One))[..40], LogEnvelopes.Utf8(One[..^1]), LogEnvelopes.Utf8("{\"logEvents\":[7]}")];
        var into = LogEnvelopes.DecodeBytes(Bodies.Logs, records);

        Assert.Equal((0L, 3), (into.Rows, into.Rejects.RowCount));
        for (var record = 0; record < records.Length; record++)
        {
            Assert.True(into.Rejects.Text("data")[record].SequenceEqual(records[record]));
        }
    }

    [Fact]
    public void System_fields_and_extracted_fields_are_kept_where_most_peers_drop_them()
    {
        var into = LogEnvelopes.DecodeBytes(Bodies.Any, Bodies.Fixture("cloudwatch-logs/own_extracted-fields-delimited.json.gz"), Bodies.Fixture("cloudwatch-logs/otelcontrib_extracted_fields_both.json"));
        Assert.Equal(("1534", "us-west-2"), (Rows.Of(into.Logs, 0)["fields[size]"], Rows.Of(into.Logs, 1)["region"]));
    }
}
