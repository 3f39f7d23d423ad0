namespace Cistern.Query.Gaps;

/// <summary>By what a gap was judged. The names, in lower case, are part of the answer.</summary>
internal enum GapBasis
{
    /// <summary>The same minute of the weeks before.</summary>
    Weeks = 1,

    /// <summary>The hour before.</summary>
    Hour = 2,
}

/// <summary>Minutes without a row in which rows were to be expected.</summary>
/// <param name="From">The first of them, in minutes since 1970.</param>
/// <param name="To">The minute after the last.</param>
/// <param name="Expected">Rows a minute that were to be expected, on average.</param>
internal sealed record Gap(long From, long To, double Expected, GapBasis Basis);

/// <summary>What is known about a stream. Minutes are counted since 1970.</summary>
internal sealed record StreamMinutes
{
    /// <summary>The minute of the stream's first row or delivery.</summary>
    public required long First { get; init; }

    /// <summary>Rows of each minute that has any: of the range, of the hour before it, and of the same range in the weeks before.</summary>
    public required IReadOnlyDictionary<long, long> Rows { get; init; }

    /// <summary>How long its rows usually take to arrive.</summary>
    public TimeSpan Delay { get; init; }
}

/// <summary>Finds gaps in a stream. Knows no store and no clock.</summary>
/// <remarks>
/// Per minute without a row: (1) The median of the same minute in the weeks before, of those in which the stream was there already, says what was
/// to be expected. (2) Without such a week the median of the hour before does. In a gap that began so, that of its first minute stays in force:
/// the hour before fills with the gap itself. (3) Minutes that follow each other on the same basis are one gap. (4) A gap in which so few rows
/// were to be expected that none may be chance is left out.
/// </remarks>
internal static class GapJudge
{
    public const int WeeksMax = 4;
    public const long WeekMinutes = 7 * 24 * 60;
    public const long HourMinutes = 60;

    /// <summary>If this many rows are to be expected and arrive by chance, none comes in fewer than one of ten thousand cases.</summary>
    public const double ExpectedMin = 10;

    /// <param name="from">The first minute of the range.</param>
    /// <param name="to">The minute after its last.</param>
    /// <param name="now">The minute that runs; minutes younger than the stream's delay and one more are not judged.</param>
    public static IReadOnlyList<Gap> Find(StreamMinutes stream, long from, long to, long now)
    {
        var gaps = new List<Gap>();
        Gap? open = null;
        var end = Math.Min(to, now - (long)Math.Ceiling(stream.Delay.TotalMinutes) - 1);
        for (var minute = Math.Max(from, stream.First); minute < end; minute++)
        {
            var judged = stream.Rows.ContainsKey(minute) ? null : Judge(stream, minute, open);
            if (open is not null && judged?.Basis != open.Basis)
            {
                Close(gaps, open);
                open = null;
            }

            open = judged is null ? null : Extend(open, judged);
        }

        if (open is not null)
        {
            Close(gaps, open);
        }

        return gaps;
    }

    private static Gap? Judge(StreamMinutes stream, long minute, Gap? open)
    {
        long[] weeks = [.. Enumerable.Range(1, WeeksMax).Select(week => minute - (week * WeekMinutes)).Where(then => then >= stream.First)];
        var (expected, basis) = weeks.Length > 0
            ? (Median(weeks.Select(then => Rows(stream, then))), GapBasis.Weeks)
            : (open is { Basis: GapBasis.Hour } ? open.Expected : OfHour(stream, minute), GapBasis.Hour);
        return expected > 0 ? new Gap(minute, minute + 1, expected, basis) : null;
    }

    // Minutes before the stream's first row count too: what was sent once does not promise more.
    private static double OfHour(StreamMinutes stream, long minute) =>
        Median(Enumerable.Range(1, (int)HourMinutes).Select(before => Rows(stream, minute - before)));

    private static long Rows(StreamMinutes stream, long minute) => stream.Rows.GetValueOrDefault(minute);

    private static Gap Extend(Gap? open, Gap next)
    {
        if (open is null)
        {
            return next;
        }

        var minutes = open.To - open.From;
        return open with { To = next.To, Expected = ((open.Expected * minutes) + next.Expected) / (minutes + 1) };
    }

    private static void Close(List<Gap> gaps, Gap gap)
    {
        if (gap.Expected * (gap.To - gap.From) >= ExpectedMin)
        {
            gaps.Add(gap);
        }
    }

    /// <summary>The middle value, of an even number the mean of the two in the middle.</summary>
    public static double Median(IEnumerable<long> values) => Median(values.Select(value => (double)value));

    /// <inheritdoc cref="Median(IEnumerable{long})"/>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        var middle = sorted.Length / 2;
        return sorted.Length == 0 ? 0 : sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2.0;
    }
}
