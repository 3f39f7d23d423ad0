using System.Buffers;
using System.Text;
using Cistern.Demo;
using Cistern.Formats.Deliveries;

namespace Cistern.Tests.Demo;

public sealed class DemoFeedTests
{
    private const int Seed = 7;

    private static readonly DateTimeOffset Start = new(2026, 11, 18, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(DeliveryRoute.CloudFront, RealtimeLine.Fields)]
    [InlineData(DeliveryRoute.CloudFront, "")]
    [InlineData(DeliveryRoute.Any, "")]
    public void The_decoder_takes_every_line_with_and_without_a_field_list(DeliveryRoute route, string fields)
    {
        using var feed = new DemoFeed(new DemoTraffic(Seed, Start, rate: 20), TimeProvider.System);
        var decoder = new DeliveryDecoder();
        var rows = new DecodedDelivery();
        while (feed.Next(Start.AddHours(1)) is { } delivery)
        {
            rows.Clear();
            var context = new DeliveryContext { Route = route, Framing = DeliveryFraming.Envelope, Gzip = delivery.Gzip, RequestId = delivery.RequestId, CloudFrontFields = fields };

            Assert.Null(decoder.Decode(context, new ReadOnlySequence<byte>(delivery.Body), rows));

            Assert.True(rows.Rejects.RowCount == 0, rows.Rejects.RowCount == 0 ? "" : $"seed {Seed}: {Encoding.UTF8.GetString(rows.Rejects.Text("reason")[0])}");
            Assert.Equal(delivery.Records, rows.Requests.RowCount);
            Assert.Equal(rows.Requests.RowCount, rows.Requests.Text("request_id").Count); // All are canonical, none went to request_id_text.
        }

        Assert.InRange(feed.Lines, 20_000, 200_000);
    }

    [Fact]
    public void Decoded_values_are_what_the_visitors_sent()
    {
        using var feed = new DemoFeed(new DemoTraffic(Seed, Start, rate: 20), TimeProvider.System, gzip: false);
        var delivery = feed.Next(Start.AddHours(12))!;
        var rows = new DecodedDelivery();
        new DeliveryDecoder().Decode(
            new DeliveryContext { Route = DeliveryRoute.CloudFront, Framing = DeliveryFraming.Envelope, RequestId = delivery.RequestId },
            new ReadOnlySequence<byte>(delivery.Body),
            rows);
        HashSet<string> Values(string column) => [.. Enumerable.Range(0, rows.Requests.RowCount).Select(row => Encoding.UTF8.GetString(rows.Requests.Text(column)[row]))];

        Assert.Contains("/blog/gr%C3%B6%C3%9Fe-z%C3%A4hlt", Values("path"));
        Assert.Contains("q=back%20pressure", Values("query"));
        Assert.Contains("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; +https://openai.com/bot", Values("user_agent"));
        Assert.Contains("https://www.google.com/", Values("referer"));
        Assert.Equal([DemoSite.Host], Values("host"));
        Assert.Equal([DemoSite.Distribution], Values("distribution"));
    }

    [Fact]
    public void Nothing_is_handed_out_before_its_time()
    {
        using var feed = new DemoFeed(new DemoTraffic(Seed, Start), TimeProvider.System);

        Assert.Null(feed.Next(Start));
        Assert.NotNull(feed.Next(Start.AddMinutes(5)));
    }
}
