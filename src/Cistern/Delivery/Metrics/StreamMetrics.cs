using System.Collections.Concurrent;

namespace Cistern.Delivery.Metrics;

/// <summary>What is measured of delivery streams: points of one minute, kept for a day, in bounded memory.</summary>
/// <remarks>May be called from any thread. Nothing is allocated for a metric that the stream has a point of in this minute.</remarks>
internal sealed class StreamMetrics(TimeProvider time)
{
    public const string Namespace = "AWS/Firehose";

    /// <summary>The dimension by which metrics of streams are told apart.</summary>
    public const string Dimension = "DeliveryStreamName";

    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    // About 8 MB, and as many in the file. A stream that is put to and delivered all day makes 30,000.
    private const int PointsMax = 200_000;
    private static readonly long ShedMinutes = (long)TimeSpan.FromHours(1).TotalMinutes;

    private readonly ConcurrentDictionary<string, MetricSeries?[]> _streams = new(StringComparer.Ordinal);
    private int _points;

    /// <summary>Points that are held now.</summary>
    public int Points => Volatile.Read(ref _points);

    /// <summary>Where what belongs to no stream is counted, such as calls of ListDeliveryStreams.</summary>
    public static string AccountArn(string region, string account) => $"arn:aws:firehose:{region}:{account}";

    /// <summary>Adds to the point of the current minute.</summary>
    /// <param name="streamArn">A stream's ARN, or <see cref="AccountArn"/>.</param>
    /// <param name="value">The sum of the samples.</param>
    /// <param name="samples">How many samples that is; a single one by default. Minimum and maximum take their mean.</param>
    public void Add(string streamArn, StreamMetric metric, double value, long samples = 1)
    {
        if (samples <= 0 || !double.IsFinite(value))
        {
            return;
        }

        var series = SeriesOf(_streams.GetOrAdd(streamArn, static _ => new MetricSeries?[StreamMetricTable.All.Count]), metric);
        if (series.Add(MinuteOf(time.GetUtcNow()), value, samples) && Interlocked.Increment(ref _points) > PointsMax)
        {
            Shed();
        }
    }

    /// <summary>The points of a metric of a stream that begin at a time or later, and before another.</summary>
    public MetricPoint[] Read(string streamArn, StreamMetric metric, DateTimeOffset from, DateTimeOffset before) =>
        _streams.TryGetValue(streamArn, out var metrics) && Volatile.Read(ref metrics[(int)metric]) is { } series
            ? series.Read(Math.Max(MinuteOf(from), OldestKept), MinuteOf(before))
            : [];

    /// <summary>What has points since a time, in no order.</summary>
    public IEnumerable<(string Arn, StreamMetric Metric)> List(DateTimeOffset since)
    {
        var from = Math.Max(MinuteOf(since), OldestKept);
        foreach (var (arn, metrics) in _streams)
        {
            foreach (var name in StreamMetricTable.All)
            {
                if (Volatile.Read(ref metrics[(int)name.Metric])?.Read(from, long.MaxValue) is { Length: > 0 })
                {
                    yield return (arn, name.Metric);
                }
            }
        }
    }

    /// <summary>Forgets what is older than a day.</summary>
    public void Forget() => Forget(OldestKept);

    /// <summary>Takes points of an earlier run.</summary>
    public void Restore(string streamArn, StreamMetric metric, IEnumerable<MetricPoint> points)
    {
        var series = SeriesOf(_streams.GetOrAdd(streamArn, static _ => new MetricSeries?[StreamMetricTable.All.Count]), metric);
        Interlocked.Add(ref _points, series.Restore(points.Where(point => point.Minute >= OldestKept)));
    }

    /// <summary>All points, for the file.</summary>
    public IEnumerable<(string Arn, StreamMetric Metric, MetricPoint[] Points)> All() =>
        List(DateTimeOffset.UnixEpoch).Select(entry => (entry.Arn, entry.Metric, Read(entry.Arn, entry.Metric, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue)));

    private long OldestKept => MinuteOf(time.GetUtcNow() - Kept);

    private static long MinuteOf(DateTimeOffset at) => at.ToUnixTimeSeconds() / 60;

    private static MetricSeries SeriesOf(MetricSeries?[] metrics, StreamMetric metric) =>
        Volatile.Read(ref metrics[(int)metric]) ?? Create(ref metrics[(int)metric]);

    private static MetricSeries Create(ref MetricSeries? place)
    {
        var created = new MetricSeries();
        return Interlocked.CompareExchange(ref place, created, null) ?? created;
    }

    // Too many streams for a whole day of each: the oldest hours go until there is room again.
    private void Shed()
    {
        for (var before = OldestKept; Points > PointsMax * 9 / 10 && before < MinuteOf(time.GetUtcNow()); before += ShedMinutes)
        {
            Forget(before);
        }
    }

    private void Forget(long before)
    {
        foreach (var (arn, metrics) in _streams)
        {
            var left = 0;
            foreach (var series in metrics)
            {
                Interlocked.Add(ref _points, -(series?.Forget(before) ?? 0));
                left += series?.Count ?? 0;
            }

            if (left == 0)
            {
                // A point that is added at this moment is lost with it, which a measurement can bear.
                _streams.TryRemove(arn, out _);
            }
        }
    }
}
