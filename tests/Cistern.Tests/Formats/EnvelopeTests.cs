using System.Buffers;
using System.Text;
using Cistern.Formats.Deliveries;

namespace Cistern.Tests.Formats;

public sealed class EnvelopeTests
{
    private const string Line = "1760000000.123\t203.0.113.7\t200\t1024\tGET\twww.example.com\t/a?b=1\t0.118\tAgent\t-\tb=1\n";
    private const string Head = "{\"requestId\":\"" + Bodies.RequestId + "\"";

    private static readonly string Data = Convert.ToBase64String(Encoding.UTF8.GetBytes(Line));

    private readonly DecodedDelivery _into = new();
    private readonly DeliveryDecoder _decoder = new();

    [Fact]
    public void Members_come_in_any_order_and_unknown_ones_are_skipped()
    {
        var body = $$"""
            {"x":[{"records":[1]},null],"records":[{"a":{"data":"no"},"data":"{{Data}}","z":1},{"data":""}],
             "y":{"requestId":"other"},"timestamp":1760000060000,"requestId":"{{Bodies.RequestId}}"}

            """;

        Assert.Null(Decode(Bodies.CloudFront, body));
        Assert.Equal((2, 1L, 1760000060000L), (_into.Records, _into.Items, _into.SentAt));
        Assert.Equal(1, _into.Requests.RowCount);
        Assert.Equal(Bodies.RequestId, _decoder.RequestId);
        Assert.Null(_decoder.Detail);
        Assert.Equal(body.Length, _into.InflatedBytes);
    }

    [Theory]
    [InlineData("\"timestamp\":\"1760000060000\"")]
    [InlineData("\"timestamp\":1734625715000000000")]
    [InlineData("\"timestamp\":-1")]
    [InlineData("\"timestamp\":1.5e300")]
    [InlineData("\"timestamp\":{\"a\":[1,2]}")]
    [InlineData("\"timestamp\":null")]
    [InlineData("\"other\":1")]
    public void An_odd_or_missing_timestamp_is_no_reason_to_refuse(string member)
    {
        Assert.Null(Decode(Bodies.CloudFront, $"{Head},{member},\"records\":[{{\"data\":\"{Data}\"}}]}}"));
        Assert.Null(_into.SentAt);
        Assert.Equal(1, _into.Requests.RowCount);
    }

    [Fact]
    public void Escaped_base64_and_escaped_names_are_read()
    {
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes("???>>>" + Line)).Replace("/", "\\/", StringComparison.Ordinal);
        Assert.Contains("\\/", data, StringComparison.Ordinal);

        Assert.Null(Decode(Bodies.CloudFront, $"{Head},\"r\\u0065cords\":[{{\"d\\u0061ta\":\"{data}\"}}]}}"));
        Assert.Equal("???>>>" + Line.TrimEnd('\n'), Rows.Of(_into.Rejects, 0)["data"]);
    }

    [Fact]
    public void No_records_and_empty_records_are_a_delivery_without_items()
    {
        Assert.Null(Decode(Bodies.CloudFront, $"{Head},\"records\":[]}}"));
        Assert.Equal((0, 0L), (_into.Records, _into.Items));
        Assert.Null(Decode(Bodies.CloudFront, $"{Head},\"records\":[{{\"data\":\"\"}},{{\"data\":\"\"}}]}}"));
        Assert.Equal((2, 0L), (_into.Records, _into.Items));
    }

    [Fact]
    public void A_record_that_is_not_base64_is_kept_as_its_text_beside_its_neighbours()
    {
        Assert.Null(Decode(Bodies.Any, $"{Head},\"records\":[{{\"data\":\"{Data}\"}},{{\"data\":\"H4sI*\"}},{{\"data\":\"{Data}\"}}]}}"));
        Assert.Equal(2, _into.Requests.RowCount);
        var reject = Rows.Of(_into.Rejects, 0);
        Assert.Equal(("1", "H4sI*", "unknown"), (reject["record_index"], reject["data"], reject["signal"]));
        Assert.False(reject.ContainsKey("item_index"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{")]
    [InlineData("hello")]
    [InlineData(Head + "}")]
    [InlineData(Head + ",\"records\":[]")]
    [InlineData(Head + ",\"records\":[]} x")]
    [InlineData(Head + ",\"records\":[]}{}")]
    [InlineData(Head + ",\"records\":{}}")]
    [InlineData(Head + ",\"records\":null}")]
    [InlineData(Head + ",\"records\":[],\"records\":[]}")]
    [InlineData(Head + ",\"records\":[1]}")]
    [InlineData(Head + ",\"records\":[{}]}")]
    [InlineData(Head + ",\"records\":[{\"data\":1}]}")]
    [InlineData(Head + ",\"records\":[{\"data\":null}]}")]
    [InlineData(Head + ",\"records\":[{\"data\":\"\",\"data\":\"\"}]}")]
    [InlineData(Head + ",\"records\":[{\"data\":\"b25l\"")]
    [InlineData("{\"records\":[]}")]
    [InlineData("{\"requestId\":1,\"records\":[]}")]
    [InlineData("{\"requestId\":\"\\ud800\",\"records\":[]}")]
    [InlineData("{\"requestId\":null,\"records\":[]}")]
    public void A_body_that_is_not_the_envelope_is_refused_with_what_to_send(string body)
    {
        Assert.Equal(DeliveryFault.EnvelopeMalformed, Decode(Bodies.CloudFront, body));
        Assert.Contains("requestId, timestamp, and records", _decoder.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void An_id_that_differs_from_the_header_is_refused_and_named()
    {
        Assert.Equal(DeliveryFault.RequestIdDiffers, Decode(Bodies.CloudFront, "{\"requestId\":\"other\",\"records\":[]}"));
        Assert.Equal("other", _decoder.RequestId);
        Assert.Contains("'other'", _decoder.Detail, StringComparison.Ordinal);
        Assert.Contains(Bodies.RequestId, _decoder.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_decoder_forgets_the_delivery_before()
    {
        Assert.NotNull(Decode(Bodies.CloudFront, "{\"requestId\":\"other\""));
        Assert.Null(Decode(Bodies.CloudFront, Encoding.UTF8.GetString(Bodies.Envelope(Line))));
        Assert.Equal(1, _into.Requests.RowCount);
        Assert.Null(_decoder.Detail);
    }

    [Fact]
    public void A_record_larger_than_the_protocol_allows_is_taken()
    {
        var record = string.Concat(Enumerable.Repeat(Line, 40_000)); // 3.4 MB, through a working buffer of 64 KiB.
        var into = Bodies.Decode(Bodies.CloudFront, Bodies.Envelope(record));
        Assert.Equal(40_000, into.Requests.RowCount);
        Assert.Equal("39999", (into.Requests.RowCount - 1).ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void A_body_whose_rejects_would_outgrow_the_limit_is_refused()
    {
        var body = Encoding.UTF8.GetString(Bodies.Envelope(Enumerable.Repeat("x", 10_000).ToArray()));
        var limit = body.Length / 2 * 3;

        Assert.Equal(DeliveryFault.TooLarge, Decode(Bodies.CloudFront with { MaxInflatedBytes = limit }, body));
        Assert.InRange(_into.Bytes, 4L * limit, 5L * limit);
        Assert.Contains("decoded rows", _decoder.Detail, StringComparison.Ordinal);
        Assert.Null(Decode(Bodies.CloudFront with { MaxInflatedBytes = limit * 10 }, body));
        Assert.Equal(10_000, _into.Rejects.RowCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_result_is_the_same_wherever_the_body_is_split(bool gzip)
    {
        var body = Bodies.Envelope(Line, "{\"timestamp\":1760000000,\"host\":\"a\"}", "", "garbage");
        body = gzip ? Bodies.Gzip(body) : body;
        var context = Bodies.CloudFront with { Gzip = gzip };
        Assert.Null(Decode(context, new ReadOnlySequence<byte>(body)));
        var (rows, rejects) = (Rows.Dump(_into.Requests), Rows.Dump(_into.Rejects));
        for (var split = 0; split <= body.Length; split++)
        {
            Assert.Null(Decode(context, Bodies.Split(body, split)));
            Assert.Equal((rows, rejects), (Rows.Dump(_into.Requests), Rows.Dump(_into.Rejects)));
        }

        Assert.Null(Decode(context, Bodies.Split(body, [.. Enumerable.Range(1, body.Length - 1)])));
        Assert.Equal((rows, rejects), (Rows.Dump(_into.Requests), Rows.Dump(_into.Rejects)));
    }

    private DeliveryFault? Decode(DeliveryContext context, string body) => Decode(context, new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body)));

    private DeliveryFault? Decode(DeliveryContext context, ReadOnlySequence<byte> body)
    {
        _into.Clear();
        return _decoder.Decode(context, body, _into);
    }
}
