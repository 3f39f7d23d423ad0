using Cistern.Query.Gaps;

namespace Cistern.Tests.Query.Gaps;

public sealed class GapJudgeTests
{
    // Minute 0 of the table is this one; weeks before it are all there.
    private const long Start = 20 * GapJudge.WeekMinutes;

    /// <summary>A stream that is as old as <paramref name="weeks"/> weeks and had 20 rows each minute but in those of the range that are named silent.</summary>
    [Theory]
    [InlineData(4, "", "")]
    [InlineData(4, "5-9", "5-10 20 Weeks")]
    [InlineData(4, "0-2 7", "0-3 20 Weeks, 7-8 20 Weeks")]
    [InlineData(1, "5-9", "5-10 20 Weeks")]
    [InlineData(0, "70-79", "70-80 20 Hour")]
    [InlineData(0, "70-199", "70-200 20 Hour")] // the silence itself does not become the expectation
    [InlineData(0, "70-79 90-99", "70-80 20 Hour, 90-100 20 Hour")]
    [InlineData(4, "195-199", "195-200 20 Weeks")]
    public void Silent_minutes_in_which_rows_were_to_be_expected_are_gaps(int weeks, string silent, string expected) =>
        Assert.Equal(expected, Find(Stream(weeks * GapJudge.WeekMinutes, silent)));

    [Fact]
    public void A_minute_that_is_always_silent_is_no_gap()
    {
        var stream = Stream(4 * GapJudge.WeekMinutes, "5-9");
        var rows = stream.Rows.Where(minute => (minute.Key - Start + (10 * GapJudge.WeekMinutes)) % GapJudge.WeekMinutes is not (>= 5 and < 10)).ToDictionary();

        Assert.Equal("", Find(stream with { Rows = rows }));
    }

    // Two of four weeks were silent then: the median is between 0 and 20. Three: it is 0.
    [Theory]
    [InlineData(2, "5-10 10 Weeks")]
    [InlineData(3, "")]
    public void The_median_of_the_weeks_decides(int silentWeeks, string expected)
    {
        var stream = Stream(4 * GapJudge.WeekMinutes, "5-9");
        var rows = stream.Rows.ToDictionary();
        for (var week = 1; week <= silentWeeks; week++)
        {
            for (var minute = 5; minute < 10; minute++)
            {
                rows.Remove(Start + minute - (week * GapJudge.WeekMinutes));
            }
        }

        Assert.Equal(expected, Find(stream with { Rows = rows }));
    }

    // A week in which the stream was there and silent counts as nothing; one before its first row does not count at all.
    [Fact]
    public void Weeks_before_the_first_row_do_not_count()
    {
        var young = Stream(GapJudge.WeekMinutes, "5-9");

        Assert.Equal("5-10 20 Weeks", Find(young));
        Assert.Equal("", Find(young with { First = Start - (4 * GapJudge.WeekMinutes) }));
    }

    [Theory]
    [InlineData(0, "190-199 20 Weeks")]
    [InlineData(4.2, "190-194 20 Weeks")]
    [InlineData(9, "")]
    public void The_newest_minutes_are_not_judged_before_their_rows_are_due(double delayMinutes, string expected)
    {
        var stream = Stream(4 * GapJudge.WeekMinutes, "190-199") with { Delay = TimeSpan.FromMinutes(delayMinutes) };
        var found = GapJudge.Find(stream, Start, Start + 200, now: Start + 200);

        Assert.Equal(expected, Write(found));
    }

    [Fact]
    public void A_silence_that_may_be_chance_is_no_gap()
    {
        var rows = Stream(4 * GapJudge.WeekMinutes, "5-13 50-59").Rows.ToDictionary(minute => minute.Key, _ => 1L);

        Assert.Equal("50-60 1 Weeks", Find(new StreamMinutes { First = Start - (4 * GapJudge.WeekMinutes), Rows = rows }));
    }

    [Fact]
    public void What_is_before_the_first_row_is_no_gap() =>
        Assert.Equal("", Find(new StreamMinutes { First = Start + 100, Rows = Enumerable.Range(100, 100).ToDictionary(minute => Start + minute, _ => 20L) }));

    [Theory]
    [InlineData(29, "")]
    [InlineData(30, "130-200 10 Hour")]
    [InlineData(31, "131-200 20 Hour")]
    public void A_stream_that_came_once_is_not_expected_to_go_on(int minutes, string expected) =>
        Assert.Equal(expected, Find(new StreamMinutes { First = Start + 100, Rows = Enumerable.Range(100, minutes).ToDictionary(minute => Start + minute, _ => 20L) }));

    [Theory]
    [InlineData(new long[0], 0)]
    [InlineData(new long[] { 3 }, 3)]
    [InlineData(new long[] { 9, 1, 3 }, 3)]
    [InlineData(new long[] { 9, 1, 3, 4 }, 3.5)]
    public void The_median_is_the_middle(long[] values, double expected) => Assert.Equal(expected, GapJudge.Median(values));

    private static string Find(StreamMinutes stream) => Write(GapJudge.Find(stream, Start, Start + 200, now: Start + 1000));

    private static string Write(IEnumerable<Gap> gaps) => string.Join(", ", gaps.Select(gap => FormattableString.Invariant($"{gap.From - Start}-{gap.To - Start} {gap.Expected:0.##} {gap.Basis}")));

    private static StreamMinutes Stream(long age, string silent)
    {
        var rows = new Dictionary<long, long>();
        var first = age == 0 ? Start : Start - age;
        for (var week = 0; week <= GapJudge.WeeksMax; week++)
        {
            for (var minute = -60; minute < 200; minute++)
            {
                var at = Start + minute - (week * GapJudge.WeekMinutes);
                if (at >= first)
                {
                    rows[at] = 20;
                }
            }
        }

        foreach (var run in silent.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = run.Split('-').Select(long.Parse).ToArray();
            for (var minute = ends[0]; minute <= ends[^1]; minute++)
            {
                rows.Remove(Start + minute);
            }
        }

        return new StreamMinutes { First = first, Rows = rows };
    }
}
