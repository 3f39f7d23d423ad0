namespace Cistern.Demo;

/// <summary>The demo's traffic as deliveries of a Firehose stream that reads CloudFront's real-time log: a line is a record.</summary>
/// <param name="tally">Told of each line.</param>
internal sealed class DemoFeed(DemoTraffic traffic, TimeProvider time, bool gzip = true, TrafficTally? tally = null) : RecordFeed(DemoStream.Requests, time, gzip)
{
    public const string StreamArn = "arn:aws:firehose:us-east-1:111122223333:deliverystream/demo-cloudfront";

    public const string Route = "/v1/logs/aws_data_firehose_cloudfront";

    public static readonly IReadOnlyDictionary<string, string> Attributes = new Dictionary<string, string> { ["cloudfront-fields"] = RealtimeLine.Fields };

    private const int LinesMax = 5_000;

    private readonly byte[] _line = new byte[RealtimeLine.BytesMax];

    /// <summary>Lines handed out so far.</summary>
    public long Lines { get; private set; }

    protected override bool Fill(DateTimeOffset until, AddRecord add)
    {
        var before = Lines;
        for (; Lines < before + LinesMax && traffic.NextAt < until; Lines++)
        {
            add(_line.AsSpan(0, traffic.WriteNext(_line)));
            tally?.Add(traffic.Last);
        }

        return Lines > before;
    }
}
