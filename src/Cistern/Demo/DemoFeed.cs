using Cistern.Delivery.Http;

namespace Cistern.Demo;

/// <summary>The demo's traffic as deliveries of a Firehose stream that reads CloudFront's real-time log: a line is a record.</summary>
/// <param name="tally">Told of each line.</param>
internal sealed class DemoFeed(DemoTraffic traffic, TimeProvider time, bool gzip = true, TrafficTally? tally = null) : IDemoFeed
{
    public const string StreamArn = "arn:aws:firehose:us-east-1:111122223333:deliverystream/demo-cloudfront";

    public const string Route = "/v1/logs/aws_data_firehose_cloudfront";

    public static readonly IReadOnlyDictionary<string, string> Attributes = new Dictionary<string, string> { ["cloudfront-fields"] = RealtimeLine.Fields };

    private const int LinesMax = 5_000;

    private readonly EnvelopeWriter _envelope = new(gzip);
    private readonly byte[] _line = new byte[RealtimeLine.BytesMax];

    public DemoStream Stream => DemoStream.Requests;

    /// <summary>Lines handed out so far.</summary>
    public long Lines { get; private set; }

    public OutgoingDelivery? Next(DateTimeOffset until) => Next(until, LinesMax);

    /// <summary>The next delivery with lines before a moment, or null if there are none.</summary>
    public OutgoingDelivery? Next(DateTimeOffset until, int linesMax)
    {
        if (traffic.NextAt >= until)
        {
            return null;
        }

        _envelope.Begin(Guid.NewGuid().ToString(), time.GetUtcNow());
        for (; _envelope.Records < linesMax && traffic.NextAt < until; Lines++)
        {
            _envelope.Add(_line.AsSpan(0, traffic.WriteNext(_line)));
            tally?.Add(traffic.Last);
        }

        return _envelope.Finish();
    }

    public void Dispose() => _envelope.Dispose();
}
