using Cistern.Demo.Logs;
using Cistern.Demo.Metrics;
using Cistern.Demo.Origin;

namespace Cistern.Demo;

/// <summary>What the demo's delivery streams bring, from any moment on. Visitors, logs and metrics tell of the same world: the same site, the same minutes of trouble.</summary>
/// <param name="rate">Requests a second at the edge; logs and what is measured grow with it up to a bound.</param>
/// <param name="told">When this run of the demo began.</param>
internal sealed class DemoFeeds(int seed, double rate, DemoStory story, DateTimeOffset told, TimeProvider time)
{
    // So that a demo with thousands of requests a second does not drown in logs that nobody asked for.
    private const double ScaleMax = 20;

    // So that visits are under way when a feed of an earlier day begins.
    private static readonly TimeSpan _warmUp = TimeSpan.FromMinutes(30);

    private readonly OriginTrouble _trouble = new(seed);
    private readonly TrafficTally _tally = new();
    private readonly double _scale = Math.Min(rate, ScaleMax);

    public int Seed => seed;

    /// <summary>The feed of a stream from a moment on. Its metrics of the edge are what the feed of requests has handed out by then.</summary>
    /// <param name="day">0 for the last day and the present; else which day before it. Each has visitors of its own.</param>
    public RecordFeed From(DemoStream stream, DateTimeOffset from, int day = 0) => stream.Table switch
    {
        "requests" => Requests(from, day),
        "logs" => Logs(stream, from),
        "metrics" => Metrics(stream, from),
        _ => throw new ArgumentOutOfRangeException(nameof(stream), stream.Table, "no feed for this table"),
    };

    private DemoFeed Requests(DateTimeOffset from, int day)
    {
        var traffic = new DemoTraffic(seed + day, day == 0 ? from : from - _warmUp, rate, story, _trouble);
        traffic.SkipUntil(from);
        return new DemoFeed(traffic, time, tally: _tally);
    }

    private LogFeed Logs(DemoStream stream, DateTimeOffset from)
    {
        var own = stream == DemoStream.ServiceLogs;
        ILogSource[] sources = own
            ? [new WebServiceLog(new WebService(seed, _scale, _trouble), seed), new FunctionLog(LambdaFunction.Orders, seed, _scale, _trouble, structured: true)]
            : [new FunctionLog(LambdaFunction.Pictures, seed, _scale, _trouble, structured: false)];
        var put = own ? new SubscriptionPut("to-cistern") : new SubscriptionPut("account-policy", "ACCOUNT_LEVEL_POLICY");
        return new LogFeed(stream, sources, put, _trouble, from, told, time);
    }

    private MetricFeed Metrics(DemoStream stream, DateTimeOffset from)
    {
        IMetricSource[] sources = stream == DemoStream.MetricsJson ? [new EdgeMetrics(_tally), new ShopMetrics(seed, _scale, _trouble)]
            : stream == DemoStream.MetricsOtlp07 ? [new ServerMetrics(new WebService(seed, _scale, _trouble), seed)]
            : [new FunctionMetrics(seed, _scale, _trouble)];
        IMetricWriter writer = stream == DemoStream.MetricsJson ? new JsonMetricWriter() : new OtlpMetricWriter(flatLabels: stream == DemoStream.MetricsOtlp07);
        return new MetricFeed(stream, sources, writer, from, told, time);
    }
}
