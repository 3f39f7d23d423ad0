using System.Buffers;
using System.Text;
using Cistern.Formats.Deliveries;

namespace Cistern.Tests.Formats;

public sealed class EntryTests
{
    private const string Entry = """
        {"timestamp":1760000000123,"host":"WWW.Example.com","method":"GET","pathname":"/a b","query_params":{"q":"x&y","n":[1,true],"e":"","z":null},
         "status":200,"ip":"203.0.113.7","userAgent":"Agent/1.0%20x","referer":"https://r.example/","bytes_sent":512,"type":"page","more":{"a":[1]}}
        """;

    private readonly DecodedDelivery _into = new();
    private readonly DeliveryDecoder _decoder = new();

    [Fact]
    public void An_entry_of_a_Lambda_function_is_a_row_with_its_own_members_in_fields()
    {
        Assert.Null(Decode(Entry));

        var expected = new Dictionary<string, string>
        {
            ["time"] = "1760000000123000",
            ["host"] = "www.example.com",
            ["method"] = "GET",
            ["path"] = "/a b",
            ["query"] = "q=x%26y&n=1&n=true&e=&z",
            ["status"] = "200",
            ["client_ip"] = "203.0.113.7",
            ["user_agent"] = "Agent/1.0%20x",
            ["referer"] = "https://r.example/",
            ["bytes_sent"] = "512",
            ["fields[type]"] = "page",
            ["fields[more]"] = "{\"a\":[1]}",
        };
        Assert.Equal(expected.OrderBy(pair => pair.Key), Rows.Of(_into.Requests, 0).OrderBy(pair => pair.Key));
        Assert.Equal((1, 1L), (_into.Records, _into.Items));
        Assert.Null(_decoder.RequestId);
    }

    [Theory]
    [InlineData("1760000000", "1760000000000000")]
    [InlineData("1760000000.5", "1760000000500000")]
    [InlineData("1760000000123", "1760000000123000")]
    [InlineData("1760000000123.75", "1760000000123000")]
    [InlineData("\"1760000000\"", "1760000000000000")]
    [InlineData("\"2025-10-09T08:53:20Z\"", "1760000000000000")]
    [InlineData("\"2025-10-09T10:53:20.123+02:00\"", "1760000000123000")]
    [InlineData("\"2025-10-09T08:53:20.123456\"", "1760000000123000")]
    public void A_timestamp_is_seconds_or_milliseconds_or_ISO_8601(string timestamp, string expected)
    {
        Assert.Null(Decode($"{{\"timestamp\":{timestamp},\"pathname\":\"/\"}}"));
        Assert.Equal(expected, Rows.Of(_into.Requests, 0)["time"]);
    }

    [Theory]
    [InlineData("{\"timestamp\":1760000000}", "neither host nor pathname")]
    [InlineData("{\"host\":\"a\"}", "neither a CloudFront log line nor a request")]
    [InlineData("{\"timestamp\":\"soon\",\"host\":\"a\"}", "timestamp 'soon'")]
    [InlineData("{\"timestamp\":null,\"host\":\"a\"}", "neither a CloudFront log line nor a request")]
    [InlineData("{\"timestamp\":\"-\",\"host\":\"a\"}", "no timestamp")]
    [InlineData("{\"timestamp\":1,\"host\":\"a\",\"status\":\"OK\"}", "field 3, status, is 'OK'")]
    [InlineData("{\"timestamp\":1,\"host\":\"a\",\"ip\":\"here\"}", "ip, is 'here', which is not an IP address")]
    [InlineData("{\"timestamp\":1,\"host\":\"a\",\"host\":\"b\"}", "'host' twice")]
    [InlineData("{\"timestamp\":1,\"host\":\"a\",\"x\":1,\"x\":2}", "'x' twice")]
    [InlineData("{\"date\":\"2025-10-09\",\"c-ip\":\"::1\"}", "has no time")]
    [InlineData("{\"date\":\"2025-13-09\",\"time\":\"08:53:20\"}", "date, is '2025-13-09'")]
    public void An_entry_that_is_no_request_is_rejected_with_its_reason(string entry, string expected)
    {
        Assert.Null(Decode(entry));
        var reject = Rows.Of(_into.Rejects, 0);
        Assert.Contains(expected, reject["reason"], StringComparison.Ordinal);
        Assert.Equal(entry, reject["data"]);
    }

    [Theory]
    [InlineData("[{0},{1}]")]
    [InlineData("[\n {0} ,\n {1}\n]\n")]
    [InlineData("{0}\n{1}\n")]
    [InlineData("{0}{1}")]
    [InlineData("\n\n {0}\r\n\r\n{1}")]
    public void Entries_come_alone_in_an_array_or_one_a_line(string framing)
    {
        const string second = "{\"timestamp\":1760000001,\"host\":\"b\"}";
        var body = framing.Replace("{0}", Entry, StringComparison.Ordinal).Replace("{1}", second, StringComparison.Ordinal);
        for (var split = 0; split <= body.Length; split++)
        {
            Assert.Null(Decode(Bodies.Split(Encoding.UTF8.GetBytes(body), split)));
            Assert.Equal((2, 2L, 2), (_into.Records, _into.Items, _into.Requests.RowCount));
        }

        Assert.Equal("b", Rows.Of(_into.Requests, 1)["host"]);
    }

    [Fact]
    public void A_line_that_is_no_JSON_is_rejected_beside_its_neighbours()
    {
        const string good = "{\"timestamp\":1760000001,\"host\":\"b\"}\n";

        Assert.Null(Decode(good + "{\"timestamp\":17\n" + good + "nothing\n" + good + "{\"a\":"));
        Assert.Equal(3, _into.Requests.RowCount);
        Assert.Equal(["{\"timestamp\":17", "nothing", "{\"a\":"], Enumerable.Range(0, 3).Select(row => Rows.Of(_into.Rejects, row)["data"]));
        Assert.Equal("5", Rows.Of(_into.Rejects, 2)["record_index"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    [InlineData("hello")]
    [InlineData("1")]
    public void A_body_that_holds_no_entry_is_refused(string body)
    {
        Assert.Equal(DeliveryFault.EnvelopeMalformed, Decode(body));
        Assert.Contains("send one JSON object", _decoder.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_array_is_a_delivery_without_entries()
    {
        Assert.Null(Decode("[]"));
        Assert.Equal((0, 0L), (_into.Records, _into.Items));
    }

    [Fact]
    public void Entries_are_read_from_a_Firehose_record_too()
    {
        var into = Bodies.DecodeRecords(Bodies.Any, Entry + "\n" + Entry, "[" + Entry + "," + Entry + "]", "{\"timestamp\":1,\n\"host\":\"x\"}");

        Assert.Equal(5, into.Requests.RowCount);
        Assert.Equal(0, into.Rejects.RowCount);
    }

    [Fact]
    public void A_JSON_line_with_real_time_names_has_the_real_time_meaning()
    {
        var row = Bodies.DecodeRow(
            Bodies.Any, """{"timestamp":"1760000000.123","cs-host":"www.example.com","x-host-header":"d1.cloudfront.net","cs-uri-stem":"/a%20b?c=1","sc-status":"000","x-new":"1"}""");

        Assert.Equal(("www.example.com", "d1.cloudfront.net", "/a b", "c=1", "0"), (row["host"], row["distribution"], row["path"], row["query"], row["status"]));
        Assert.Equal("1", row["fields[x-new]"]);
    }

    [Fact]
    public void An_entry_with_too_many_members_is_rejected()
    {
        var members = string.Join(',', Enumerable.Range(0, 300).Select(number => $"\"m{number}\":1"));

        Assert.Contains("more than 256 members", Bodies.DecodeReason(Bodies.CloudFront, "{\"timestamp\":1,\"host\":\"a\"," + members + "}"), StringComparison.Ordinal);
    }

    private DeliveryFault? Decode(string body) => Decode(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body)));

    private DeliveryFault? Decode(ReadOnlySequence<byte> body)
    {
        _into.Clear();
        return _decoder.Decode(Bodies.Entries, body, _into);
    }
}
