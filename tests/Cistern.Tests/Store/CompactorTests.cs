using Cistern.Store.Embedded;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Store;

public sealed class CompactorTests
{
    private static readonly DateTimeOffset s_day = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly EmbeddedSettings _settings = new() { CompactFiles = 4, CompactBytes = 1000, MaxSegments = 20 };

    [Fact]
    public void Files_of_one_day_and_level_are_joined_when_there_are_enough()
    {
        Segment[] three = [File(1, 0), File(2, 0), File(3, 0)];

        Assert.Null(Compactor.Plan(three, _settings));
        Assert.Equal(4, Compactor.Plan([.. three, File(4, 0)], _settings)!.Files.Count);
    }

    [Fact]
    public void Files_of_different_days_or_levels_stay_apart()
    {
        Segment[] segments = [File(1, 0), File(2, 0), File(3, 1), File(30, 0), File(31, 0), File(32, 1)];

        Assert.Null(Compactor.Plan(segments, _settings));
    }

    [Fact]
    public void A_file_that_is_large_enough_is_left_alone() =>
        Assert.Null(Compactor.Plan([File(1, 0), File(2, 0), File(3, 0), File(4, 0, bytes: 1000)], _settings));

    [Fact]
    public void Files_that_span_midnight_are_cut_into_days_when_there_are_enough()
    {
        Segment[] spanning = [.. Enumerable.Range(0, 4).Select(place => File(20 + place, 0, hours: 10))];

        var plan = Compactor.Plan(spanning, _settings)!;

        Assert.True(plan.CutAtMidnight);
        Assert.Equal(0, plan.Shape().Level);
    }

    [Fact]
    public void Too_many_files_are_joined_whatever_their_days()
    {
        Segment[] segments = [.. Enumerable.Range(0, 21).Select(day => File(day * 24, 0))];

        Assert.True(Compactor.Plan(segments, _settings)!.Files.Count > 1);
    }

    // However a store begins, planning and joining come to an end, with every file in one day or odd.
    [Fact]
    public void Joining_ends() => SimulationRounds.Run(3, seed =>
    {
        var random = new Random(seed);
        List<Segment> segments = [.. Enumerable.Range(0, 200).Select(_ => File(random.Next(0, 24 * 10), 0, random.Next(1, 30), random.Next(1, 1200)))];
        for (var round = 0; round < 500; round++)
        {
            if (Compactor.Plan(segments, _settings) is not { } plan)
            {
                return;
            }

            segments.RemoveAll(plan.Files.Contains);
            segments.AddRange(Outcome(plan));
        }

        Assert.Fail("still joining after 500 rounds");
    });

    private static IEnumerable<Segment> Outcome(CompactionPlan plan)
    {
        var shape = plan.Shape() with { Bytes = plan.Files.Sum(file => file.Info.Bytes) };
        if (!plan.CutAtMidnight)
        {
            return [new Segment(shape, "", _ => { })];
        }

        var days = Enumerable.Range((int)Micros.DayOf(shape.MinTime), (int)(Micros.DayOf(shape.MaxTime) - Micros.DayOf(shape.MinTime)) + 1);
        return days.Select(day => new Segment(
            shape with { MinTime = day * Micros.PerDay, MaxTime = (day * Micros.PerDay) + 1, Bytes = 1 }, "", _ => { }));
    }

    private static Segment File(int startHour, int level, int hours = 1, long bytes = 10)
    {
        var (from, to) = (Micros.Of(s_day.AddHours(startHour)), Micros.Of(s_day.AddHours(startHour + hours)) - 1);
        return new Segment(
            new SegmentInfo { File = $"{startHour}", Rows = 100, Bytes = bytes, MinTime = from, MaxTime = to, MinReceived = from, MaxReceived = to, Level = level }, "", _ => { });
    }
}
