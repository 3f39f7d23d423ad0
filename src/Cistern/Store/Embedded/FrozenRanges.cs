using Cistern.Store.Embedded.Hot;

namespace Cistern.Store.Embedded;

/// <summary>How many frozen rows have a usual time and how many an odd one, and the ranges of both.</summary>
internal sealed class FrozenRanges
{
    private readonly Range _usual = new();
    private readonly Range _odd = new();

    private FrozenRanges()
    {
    }

    public SegmentInfo? Usual => _usual.ToShape(odd: false);

    public SegmentInfo? Odd => _odd.ToShape(odd: true);

    /// <param name="usual">The usual times, half open, microseconds since 1970.</param>
    public static FrozenRanges Of(FrozenTable table, (long From, long To) usual)
    {
        var ranges = new FrozenRanges();
        var (time, received) = (table.Schema.PlaceOf("time"), table.Schema.PlaceOf("received"));
        foreach (var part in table.Parts)
        {
            var (times, arrivals) = (part.Chunk.Column<HotValues<long>>(time), part.Chunk.Column<HotValues<long>>(received));
            for (var row = 0; row < part.Rows; row++)
            {
                var isUsual = times[row] >= usual.From && times[row] < usual.To;
                (isUsual ? ranges._usual : ranges._odd).Add(times[row], arrivals[row]);
            }
        }

        return ranges;
    }

    private sealed class Range
    {
        private long _rows;
        private long _minTime = long.MaxValue;
        private long _maxTime = long.MinValue;
        private long _minReceived = long.MaxValue;
        private long _maxReceived = long.MinValue;

        public void Add(long time, long received)
        {
            _rows++;
            (_minTime, _maxTime) = (Math.Min(_minTime, time), Math.Max(_maxTime, time));
            (_minReceived, _maxReceived) = (Math.Min(_minReceived, received), Math.Max(_maxReceived, received));
        }

        public SegmentInfo? ToShape(bool odd) => _rows == 0 ? null : new SegmentInfo
        {
            File = "",
            Bytes = 0,
            Rows = _rows,
            MinTime = _minTime,
            MaxTime = _maxTime,
            MinReceived = _minReceived,
            MaxReceived = _maxReceived,
            Odd = odd,
        };
    }
}
