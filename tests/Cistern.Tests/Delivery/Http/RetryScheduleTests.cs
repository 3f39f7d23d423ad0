using Cistern.Delivery.Http;

namespace Cistern.Tests.Delivery.Http;

public sealed class RetryScheduleTests
{
    [Fact]
    public void NextPause_doubles_from_one_second_to_the_cap_and_stays_within_the_jitter()
    {
        double[] expected = [1, 2, 4, 8, 16, 32, 64, 120, 120, 120];
        for (var seed = 0; seed < 200; seed++)
        {
            var schedule = new RetrySchedule(TimeSpan.FromHours(2), new Random(seed));
            for (var attempt = 1; attempt <= expected.Length; attempt++)
            {
                var pause = schedule.NextPause(attempt, TimeSpan.Zero)!.Value.TotalSeconds;
                Assert.True(Math.Abs(pause - expected[attempt - 1]) <= expected[attempt - 1] * 0.15, $"seed {seed}, attempt {attempt}: {pause} s");
            }
        }
    }

    [Fact]
    public void NextPause_uses_the_whole_jitter_and_is_the_same_for_the_same_seed()
    {
        var pauses = Enumerable.Range(0, 500).Select(seed => new RetrySchedule(TimeSpan.FromHours(2), new Random(seed)).NextPause(1, TimeSpan.Zero)!.Value).ToList();

        Assert.True(pauses.Min() < TimeSpan.FromSeconds(0.87), $"{pauses.Min()}");
        Assert.True(pauses.Max() > TimeSpan.FromSeconds(1.13), $"{pauses.Max()}");
        Assert.Equal(pauses[7], new RetrySchedule(TimeSpan.FromHours(2), new Random(7)).NextPause(1, TimeSpan.Zero));
    }

    [Fact]
    public void NextPause_ends_when_the_window_does_and_tries_once_as_it_closes()
    {
        var schedule = new RetrySchedule(TimeSpan.FromSeconds(300), new Random(1));

        Assert.Equal(TimeSpan.FromSeconds(53), schedule.NextPause(9, TimeSpan.FromSeconds(247)));
        Assert.Null(schedule.NextPause(10, TimeSpan.FromSeconds(300)));
    }

    [Fact]
    public void NextPause_is_none_without_a_window() =>
        Assert.Null(new RetrySchedule(TimeSpan.Zero, new Random(1)).NextPause(1, TimeSpan.Zero));

    [Fact]
    public void NextPause_does_not_overflow_after_very_many_attempts() =>
        Assert.InRange(new RetrySchedule(TimeSpan.FromDays(9), new Random(1)).NextPause(int.MaxValue, TimeSpan.Zero)!.Value.TotalSeconds, 102, 138);
}
