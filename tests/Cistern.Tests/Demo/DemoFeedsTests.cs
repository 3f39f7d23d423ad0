using System.Buffers;
using System.Text;
using Cistern.Demo;
using Cistern.Formats.Deliveries;

namespace Cistern.Tests.Demo;

/// <summary>The program's own decoders take what the demo sends, as they would take it from Firehose.</summary>
public sealed class DemoFeedsTests
{
    private static readonly DateTimeOffset Now = DemoRuns.Told;

    public static TheoryData<string> Streams => [.. DemoStream.All.Select(stream => stream.Name)];

    [Theory]
    [MemberData(nameof(Streams))]
    public void Every_item_of_every_stream_becomes_a_row_or_a_control(string name)
    {
        var stream = DemoStream.All.Single(one => one.Name == name);
        var rows = 0;
        using var feed = DemoRuns.Feeds().From(stream, Now);
        while (feed.Next(Now.AddMinutes(20)) is { } delivery)
        {
            var decoded = Decode(stream, delivery);

            Assert.True(decoded.Rejects.RowCount == 0, decoded.Rejects.RowCount == 0 ? "" : Encoding.UTF8.GetString(decoded.Rejects.Text("reason")[0]));
            rows += stream.Table switch { "requests" => decoded.Requests.RowCount, "logs" => decoded.Logs.RowCount, _ => decoded.Metrics.RowCount };
        }

        // The edge's metrics are counted from requests, of which there are none here; the shop's are two a minute.
        Assert.InRange(rows, 40, 20_000);
    }

    [Fact]
    public void Each_line_has_the_level_that_it_was_written_with()
    {
        var levels = new Dictionary<string, int>();
        foreach (var stream in new[] { DemoStream.ServiceLogs, DemoStream.AccountLogs })
        {
            using var feed = DemoRuns.Feeds(rate: 0.25).From(stream, Now);
            while (feed.Next(Now.AddHours(7)) is { } delivery)
            {
                var logs = Decode(stream, delivery).Logs;
                for (var row = 0; row < logs.RowCount; row++)
                {
                    var level = Encoding.UTF8.GetString(logs.Text("level")[row]);
                    levels[level] = levels.GetValueOrDefault(level) + 1;
                }
            }
        }

        Assert.Equal(["debug", "error", "fatal", "info", "warn"], levels.Keys.Order(StringComparer.Ordinal));
        Assert.InRange(levels["error"], 50, levels["info"] / 4);
    }

    private static DecodedDelivery Decode(DemoStream stream, Cistern.Delivery.Http.OutgoingDelivery delivery)
    {
        var route = stream.Route switch
        {
            DemoFeed.Route => DeliveryRoute.CloudFront,
            "/ingester/kinesis/logs" => DeliveryRoute.Logs,
            "/ingester/kinesis/metrics" => DeliveryRoute.Metrics,
            _ => DeliveryRoute.Any,
        };
        var decoded = new DecodedDelivery();
        var context = new DeliveryContext { Route = route, Framing = DeliveryFraming.Envelope, Gzip = delivery.Gzip, RequestId = delivery.RequestId };
        Assert.Null(new DeliveryDecoder().Decode(context, new ReadOnlySequence<byte>(delivery.Body), decoded));
        return decoded;
    }
}
