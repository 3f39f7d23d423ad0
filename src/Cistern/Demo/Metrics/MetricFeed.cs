namespace Cistern.Demo.Metrics;

/// <summary>A metric stream's points as deliveries: of the present once a minute, of the past more coarsely.</summary>
/// <remarks>
/// CloudWatch sends one-minute points only. A month of those would be two million of them, so that the demo's past has them for its
/// last hours alone; older points stand for five minutes, still older ones for a quarter of an hour, with the sums and counts of all their minutes.
/// With that, a month has under 250,000.
/// </remarks>
internal sealed class MetricFeed : RecordFeed
{
    /// <summary>Periods of all lengths begin at multiples of it.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    private const int PointsMax = 2_000;
    private const int PointsPerRecord = 150;
    private const int Middle = 5;

    private static readonly TimeSpan _fineFor = TimeSpan.FromHours(6);
    private static readonly TimeSpan _middleFor = TimeSpan.FromDays(5);

    private readonly IReadOnlyList<IMetricSource> _sources;
    private readonly IMetricWriter _writer;
    private readonly long _fineFrom;
    private readonly long _middleFrom;
    private readonly MetricPoints _points = new();
    private long _next;

    /// <param name="from">Periods that begin earlier are left out.</param>
    /// <param name="told">When the demo began.</param>
    public MetricFeed(DemoStream stream, IReadOnlyList<IMetricSource> sources, IMetricWriter writer, DateTimeOffset from, DateTimeOffset told, TimeProvider time)
        : base(stream, time)
    {
        (_sources, _writer) = (sources, writer);
        _fineFrom = Floor(told - _fineFor).ToUnixTimeMilliseconds();
        _middleFrom = Floor(told - _middleFor).ToUnixTimeMilliseconds();
        _next = FirstFrom(from.ToUnixTimeMilliseconds());
    }

    /// <summary>Points handed out so far.</summary>
    public long Points { get; private set; }

    /// <summary>The moment at or before another at which periods of all lengths begin.</summary>
    public static DateTimeOffset Floor(DateTimeOffset moment) => new(moment.UtcTicks / Longest.Ticks * Longest.Ticks, TimeSpan.Zero);

    protected override bool Fill(DateTimeOffset until, AddRecord add)
    {
        var end = until.ToUnixTimeMilliseconds();
        _points.Clear();
        for (var period = PeriodAt(_next); period.End <= end && _points.All.Count < PointsMax; period = PeriodAt(_next))
        {
            foreach (var source in _sources)
            {
                source.Add(period, _points);
            }

            _next = period.End;
        }

        foreach (var part in _points.All.Chunk(PointsPerRecord))
        {
            add(_writer.Record(Stream.Name, part));
        }

        Points += _points.All.Count;
        return _points.All.Count > 0;
    }

    private MetricPeriod PeriodAt(long start) => new(start, start >= _fineFrom ? 1 : start >= _middleFrom ? Middle : (int)Longest.TotalMinutes);

    private long FirstFrom(long from)
    {
        var start = Floor(DateTimeOffset.FromUnixTimeMilliseconds(from)).ToUnixTimeMilliseconds();
        while (start < from)
        {
            start = PeriodAt(start).End;
        }

        return start;
    }
}
