using System.Globalization;
using System.Text;
using Cistern.Store;

namespace Cistern.Query.Model;

/// <summary>The buckets of a range.</summary>
/// <remarks>
/// The boundaries are computed here, in the question's time zone. Neighbours of the same width form a run, and the statement only has
/// to divide within a run: bucket = first + (time - start) / width. A year of days has a handful of runs (two days are not 24 hours
/// long), a year of months about ten. What the statement gives is a bucket's number, which <see cref="Starts"/> turns into its start.
/// </remarks>
internal sealed class TimeBuckets
{
    private readonly List<Run> _runs = [];

    private TimeBuckets(Interval interval, List<DateTimeOffset> boundaries)
    {
        Interval = interval;
        Starts = boundaries[..^1];
        for (var index = 0; index < Starts.Count; index++)
        {
            Add(index, Moments.Microseconds(boundaries[index]), Moments.Microseconds(boundaries[index + 1]));
        }
    }

    public Interval Interval { get; }

    /// <summary>Where each bucket begins; the first may begin before the range.</summary>
    public IReadOnlyList<DateTimeOffset> Starts { get; }

    /// <summary>Makes the buckets, or says that there would be too many.</summary>
    public static TimeBuckets? Make(Interval interval, TimeZoneInfo zone, TimeRange range)
    {
        // Before any list is made: a range of years in seconds must cost nothing.
        if ((range.To - range.From).TotalSeconds / interval.Seconds > QueryBounds.PointsMax + 1)
        {
            return null;
        }

        var boundaries = interval.FollowsWallClock ? WallClock(interval, zone, range) : SameWidth(interval, zone, range);
        return boundaries.Count - 1 > QueryBounds.PointsMax ? null : new TimeBuckets(interval, boundaries);
    }

    /// <summary>The number of the bucket that holds a moment.</summary>
    /// <param name="microseconds">SQL of the moment as microseconds since 1970.</param>
    /// <param name="divide">Whole division in the engine's SQL.</param>
    public string Sql(string microseconds, Func<string, string, string> divide)
    {
        var text = new StringBuilder();
        for (var index = 0; index < _runs.Count; index++)
        {
            var run = _runs[index];
            var last = index == _runs.Count - 1;
            text.Append(last ? (index == 0 ? "" : " ELSE ") : string.Create(CultureInfo.InvariantCulture, $" WHEN {microseconds} < {run.End} THEN "));
            text.Append(string.Create(
                CultureInfo.InvariantCulture, $"({run.First} + {divide(string.Create(CultureInfo.InvariantCulture, $"({microseconds} - {run.Start})"), Text(run.Width))})"));
        }

        return _runs.Count == 1 ? text.ToString() : $"CASE{text} END";
    }

    // Up to an hour a bucket has always the same width, so that an hour that the clock shows twice stays two buckets.
    private static List<DateTimeOffset> SameWidth(Interval interval, TimeZoneInfo zone, TimeRange range)
    {
        var offset = zone.GetUtcOffset(range.From);
        var at = new DateTimeOffset(interval.Floor(range.From.UtcDateTime + offset).Ticks - offset.Ticks, TimeSpan.Zero);
        var boundaries = new List<DateTimeOffset> { at };
        while (at < range.To)
        {
            at = at.AddSeconds(interval.Seconds);
            boundaries.Add(at);
        }

        return boundaries;
    }

    private static List<DateTimeOffset> WallClock(Interval interval, TimeZoneInfo zone, TimeRange range)
    {
        var local = interval.Floor(range.From.UtcDateTime + zone.GetUtcOffset(range.From));
        var boundaries = new List<DateTimeOffset> { Zones.ToUtc(zone, local) };
        while (boundaries[^1] < range.To)
        {
            local = interval.Next(local);
            var next = Zones.ToUtc(zone, local);
            if (next > boundaries[^1])
            {
                boundaries.Add(next);
            }
        }

        return boundaries;
    }

    private void Add(int bucket, long start, long end)
    {
        if (_runs.Count > 0 && _runs[^1].Width == end - start)
        {
            _runs[^1] = _runs[^1] with { End = end };
            return;
        }

        _runs.Add(new Run(bucket, start, end - start, end));
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Buckets of one width: the first one's number, where it begins, the width, and where the last ends.</summary>
    private readonly record struct Run(int First, long Start, long Width, long End);
}
