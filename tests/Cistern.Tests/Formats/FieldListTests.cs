using Cistern.Formats.CloudFront;

namespace Cistern.Tests.Formats;

public sealed class FieldListTests
{
    [Fact]
    public void The_canonical_order_is_the_one_of_the_fixture() =>
        Assert.Equal(System.Text.Json.JsonDocument.Parse(Bodies.Fixture("cloudfront-realtime/own_field-order.json")).RootElement.EnumerateArray().Select(name => name.GetString()!), CloudFrontFields.Names);

    [Theory]
    [InlineData("1-3", "timestamp c-ip s-ip")]
    [InlineData("3, 1,2", "timestamp c-ip s-ip")]
    [InlineData("C-IP;Timestamp", "timestamp c-ip")]
    [InlineData("1-2, 2-3,\tc-ip", "timestamp c-ip s-ip")]
    [InlineData("71,1", "timestamp viewer-response-log-data")]
    [InlineData("sc-status date cs(Host) time new-field", "sc-status date cs(Host) time new-field")]
    [InlineData("timestamp(ms) c-ip", "timestamp(ms) c-ip")]
    public void A_list_stands_for_these_fields(string list, string expected)
    {
        Assert.Null(CloudFrontFields.CheckList(list));
        Assert.Equal(expected, string.Join(' ', CloudFrontFields.NamesOf(list)));
    }

    [Theory]
    [InlineData("", "0 entries")]
    [InlineData("1-72", "'1-72'")]
    [InlineData("0,1", "'0'")]
    [InlineData("46-1", "'46-1'")]
    [InlineData("1-", "'1-'")]
    [InlineData("1,-2", "'-2'")]
    [InlineData("timestamp sc-statu", "'sc-statu'")]
    [InlineData("c-ip sc-status", "no time")]
    [InlineData("date c-ip", "no time")]
    [InlineData("date time c-ip c-ip", "'c-ip' in the field list: it is there twice")]
    [InlineData("date time 5", "'5'")]
    [InlineData("date time x-event", "RTMP")]
    public void A_list_that_cannot_be_used_names_what_is_wrong(string list, string expected)
    {
        Assert.Contains(expected, CloudFrontFields.CheckList(list), StringComparison.Ordinal);
        Assert.Empty(CloudFrontFields.NamesOf(list));
        if (list.Length > 0)
        {
            Assert.Contains(expected, Bodies.DecodeReason(Bodies.CloudFront with { CloudFrontFields = list }, Lines.All()), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_standard_list_is_read_in_the_order_written_and_keeps_unknown_names()
    {
        var context = Bodies.CloudFront with { CloudFrontFields = "time date x-host-header cs(Host) new-field sc-status" };
        var row = Bodies.DecodeRow(context, "08:53:20\t2025-10-09\tWWW.example.com\td1.cloudfront.net\ta%20b\t404");

        Assert.Equal(("1760000000000000", "www.example.com", "d1.cloudfront.net", "404"), (row["time"], row["host"], row["distribution"], row["status"]));
        Assert.Equal("a b", row["fields[new-field]"]);
    }

    [Fact]
    public void A_Fields_line_holds_for_the_lines_and_records_behind_it()
    {
        const string data = "2025-10-09\t08:53:20\t203.0.113.7";
        var into = Bodies.DecodeRecords(Bodies.Any, "#Version: 1.0\n#Fields: date time c-ip\n" + data, data + "\n#Fields: date time s-ip\n" + data);

        Assert.Equal(3, into.Requests.RowCount);
        Assert.Equal(["client_ip", "client_ip", "s_ip"], Enumerable.Range(0, 3).Select(row => Rows.Of(into.Requests, row).Keys.Last()));
        Assert.Equal(1, Bodies.DecodeRecords(Bodies.Any, data).Rejects.RowCount);
    }

    [Theory]
    [InlineData("distribution-tenant-id connection-id", "dt_1\t1YpOwnSampleConnectionId0000000000000000000000000000000==", "connection_id")]
    [InlineData("c-country cache-behavior-path-pattern", "DE\t/img/*", "country")]
    public void The_two_standard_lists_of_35_fields_are_told_apart_by_their_values(string more, string values, string column)
    {
        var log = Bodies.FixtureText("cloudfront-standard/own_v2-w3c.txt").TrimEnd('\n').Split('\n');
        var line = log[2] + "\t" + values;

        var row = Bodies.DecodeRow(Bodies.Any, line);

        Assert.Equal(Bodies.DecodeRow(Bodies.Any, log[1] + " " + more + "\n" + line), row);
        Assert.True(row.ContainsKey(column));
    }
}
