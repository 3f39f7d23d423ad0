using System.Globalization;

namespace Cistern.Query.Model;

/// <summary>The width of a time bucket: seconds that divide a day, days, weeks or months of the wall clock.</summary>
internal sealed record Interval(string Name, int Count, char Unit)
{
    public const string Forms = "use a number with s, m or h that divides a day (10s, 5m, 1h, 6h), 1d, 1w, 1mo, 3mo or 12mo";

    private const int DaySeconds = 86_400;

    // What 'time' alone chooses from.
    private static readonly Interval[] Ladder =
        [.. new[] { "1s", "5s", "10s", "30s", "1m", "5m", "10m", "30m", "1h", "3h", "6h", "12h", "1d", "1w", "1mo", "3mo", "12mo" }.Select(Parse)];

    // About what a chart on a screen shows well.
    private const int PointsWanted = 200;

    /// <summary>Seconds of the bucket; of months about how many.</summary>
    public long Seconds => Unit switch { 's' => Count, 'm' => Count * 60L, 'h' => Count * 3600L, 'd' => DaySeconds, 'w' => 7 * DaySeconds, _ => Count * 30L * DaySeconds };

    /// <summary>Whether buckets follow the wall clock through changes of the offset instead of having all the same width.</summary>
    public bool FollowsWallClock => Seconds > 3600;

    public static Interval Fitting(TimeSpan range) => Ladder.FirstOrDefault(interval => range.TotalSeconds / interval.Seconds <= PointsWanted, Ladder[^1]);

    public static bool TryParse(string text, out Interval interval)
    {
        interval = new(text, 1, 's');
        var unit = text.EndsWith("mo", StringComparison.Ordinal) ? 'M' : text.Length > 0 ? text[^1] : ' ';
        var digits = text.AsSpan(0, Math.Max(0, text.Length - (unit == 'M' ? 2 : 1)));
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > DaySeconds)
        {
            return false;
        }

        interval = new(text, count, unit);
        return unit switch
        {
            's' or 'm' or 'h' => DaySeconds % interval.Seconds == 0,
            'd' or 'w' => count == 1,
            'M' => count is 1 or 3 or 12,
            _ => false,
        };
    }

    /// <summary>The start of the bucket that holds a time of the wall clock. Weeks begin on Monday.</summary>
    public DateTime Floor(DateTime local) => Unit switch
    {
        'w' => local.Date.AddDays(-(((int)local.DayOfWeek + 6) % 7)),
        'M' => new DateTime(local.Year, ((local.Month - 1) / Count * Count) + 1, 1),
        _ => new DateTime(local.Ticks - (local.Ticks % (Seconds * TimeSpan.TicksPerSecond))),
    };

    public DateTime Next(DateTime local) => Unit == 'M' ? local.AddMonths(Count) : local.AddSeconds(Seconds);

    private static Interval Parse(string text) =>
        TryParse(text, out var interval) ? interval : throw new InvalidOperationException($"'{text}' is not an interval: a mistake in the ladder");
}
