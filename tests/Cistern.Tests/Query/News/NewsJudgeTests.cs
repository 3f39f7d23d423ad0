using Cistern.Query.News;

namespace Cistern.Tests.Query.News;

/// <summary>The judge of news over counts that are made by hand. The range is 20 November; hours are counted since 1970.</summary>
public sealed class NewsJudgeTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);
    private static readonly long From = Start.ToUnixTimeSeconds() / 3600;
    private static readonly NewsRange Day = Range(daysBefore: 60);

    [Fact]
    public void An_agent_is_new_if_its_first_request_is_in_the_range_and_the_store_is_older()
    {
        var first = Agent("First") with { First = Start, Requests = 1 };

        Assert.Equal(["new-agent First 1"], Find(Day, first, first with { Name = "Before", First = Start.AddTicks(-1) }, first with { Name = "After", First = Day.End }));

        // All that is stored is of the range: nothing is new.
        Assert.Empty(Find(Day with { StoreBegan = Start }, first));
    }

    [Theory]
    [InlineData(20, 0, "silent Agent 20")]
    [InlineData(19.9, 0, "")]
    [InlineData(500, 1, "")]
    public void An_agent_is_silent_that_had_twenty_requests_before(double before, double now, string expected) =>
        Assert.Equal(expected, string.Join(';', Find(Day, Agent("Agent") with { Before = before, Requests = now })));

    [Theory]
    [InlineData(20, "new-bot Bot 20")]
    [InlineData(19, "")]
    public void An_unnamed_bot_is_news_from_twenty_requests_on(double requests, string expected)
    {
        var bot = Agent("Bot") with { IsUnnamed = true, First = Start, Requests = requests };

        Assert.Equal(expected, string.Join(';', Find(Day, bot)));

        // Of bots nothing else is told: they come and go.
        Assert.Empty(Find(Day, bot with { First = Start.AddDays(-1), Requests = 0, Before = 1000 }));
        Assert.Empty(Find(Day with { StoreBegan = Start }, bot));
    }

    [Fact]
    public void An_impostor_is_news_the_first_time()
    {
        var agent = Agent("Agent") with { Requests = 7, FirstMismatch = Start.AddHours(3), Mismatches = 2 };

        Assert.Equal(["impostor Agent 2"], Find(Day, agent));
        Assert.Equal(["impostor Agent 2"], Find(Day with { StoreBegan = Start }, agent));
        Assert.Empty(Find(Day, agent with { FirstMismatch = Start.AddTicks(-1) }));
    }

    // The median of 28 days that have 10 each is 10: 41 are more than 4 times as many, but 50 are needed.
    [Theory]
    [InlineData(10, 50, "spike Agent 50")]
    [InlineData(10, 49, "")]
    [InlineData(12.5, 50, "")] // Exactly four times is not more.
    [InlineData(12.5, 51, "spike Agent 51")]
    [InlineData(0, 50, "spike Agent 50")]
    public void A_spike_is_more_than_four_times_the_same_hour_of_the_days_before(double usual, double requests, string expected) =>
        Assert.Equal(expected, string.Join(';', Find(Day, Agent("Agent") with { Requests = requests, Hours = Hours(usual, days: 28, (5, requests)) })));

    [Fact]
    public void A_spike_needs_seven_days_of_history()
    {
        var agent = Agent("Agent") with { Requests = 100, Hours = Hours(1, days: 28, (5, 100)) };

        Assert.Equal(["spike Agent 100"], Find(Range(daysBefore: 7), agent));

        // The store began after the fifth hour of the seventh day before.
        Assert.Empty(Find(Range(daysBefore: 7) with { StoreHour = From - (7 * 24) + 6 }, agent));
    }

    [Fact]
    public void The_median_counts_days_without_a_request()
    {
        // On 10 of 28 days 1000, on the others none: the median is 0. Had it come on 15 days, it would be 1000.
        Assert.Equal(["spike Agent 60"], Find(Day, Agent("Agent") with { Requests = 60, Hours = Hours(1000, days: 10, (5, 60)) }));
        Assert.Empty(Find(Day, Agent("Agent") with { Requests = 60, Hours = Hours(1000, days: 15, (5, 60)) }));
    }

    [Fact]
    public void Of_an_agents_spikes_the_largest_is_told_and_of_a_new_agent_none()
    {
        var hours = Hours(1, days: 28, (5, 100), (9, 300), (23, 200));
        var item = Assert.Single(NewsJudge.Find([Agent("Agent") with { Requests = 600, Hours = hours }], Day));

        Assert.Equal((NewsKind.Spike, From + 9, 300, 1), (item.Kind, item.Hour, item.Requests, item.Before));
        Assert.Equal(["new-agent Agent 600"], Find(Day, Agent("Agent") with { First = Start, Requests = 600, Hours = hours }));

        // Hours outside of the range are history only.
        Assert.Empty(Find(Day, Agent("Agent") with { Requests = 1, Hours = Hours(1, days: 28, (-1, 500), (24, 500)) }));
    }

    [Fact]
    public void News_come_by_kind_and_then_by_requests_and_no_more_than_fifty()
    {
        Reader[] some =
        [
            Agent("Bot") with { IsUnnamed = true, First = Start, Requests = 900 },
            Agent("Spike") with { Requests = 80, Hours = Hours(1, days: 28, (5, 80)) },
            Agent("Quiet") with { Before = 30 },
            Agent("Quieter") with { Before = 40 },
            Agent("Small") with { First = Start, Requests = 2 },
            Agent("Large") with { First = Start, Requests = 3 },
            Agent("False") with { Requests = 1, FirstMismatch = Start, Mismatches = 1 },
        ];

        Assert.Equal(["impostor False 1", "new-agent Large 3", "new-agent Small 2", "silent Quieter 40", "silent Quiet 30", "spike Spike 80", "new-bot Bot 900"], Find(Day, some));
        Assert.Equal(50, Find(Day, [.. Enumerable.Range(0, 60).Select(number => Agent($"{number}") with { First = Start, Requests = 1 })]).Count());
    }

    [Fact]
    public void Sentences_and_filters_are_written_for_people_and_for_the_logs()
    {
        var agent = Agent("GPTBot") with { Operator = "OpenAI", Requests = 1200, First = Start };
        var bot = Agent("odd \"bot\" *") with { IsUnnamed = true, Requests = 20, First = Start };

        Assert.Equal(("GPTBot of OpenAI came for the first time: 1200 requests", "agent:GPTBot"), Told(agent));
        Assert.Equal(("GPTBot of OpenAI did not come, after 31 requests in the time before", "agent:GPTBot"), Told(agent with { First = Start.AddDays(-9), Requests = 0, Before = 31 }));
        Assert.Equal(
            ("1 request claimed for the first time to be GPTBot of OpenAI from outside of its operator's addresses", "agent:GPTBot proof:mismatch"),
            Told(agent with { First = Start.AddDays(-9), FirstMismatch = Start, Mismatches = 1 }));
        Assert.Equal(
            ("GPTBot of OpenAI made 88 requests within an hour, 22 times as many as usual at that hour", "agent:GPTBot"),
            Told(agent with { First = Start.AddDays(-60), Hours = Hours(4, days: 28, (5, 88)) }));
        Assert.Equal(("odd \"bot\" *, which no rule names, came for the first time: 20 requests", """bot_name:"odd \"bot\" *" agent:"" """.Trim()), Told(bot));
    }

    private static (string, string) Told(Reader reader) => Assert.Single(NewsJudge.Find([reader], Day)) is var item ? (NewsText.SentenceOf(item), NewsText.FilterOf(item)) : default;

    private static IEnumerable<string> Find(NewsRange range, params Reader[] readers) =>
        NewsJudge.Find(readers, range).Select(item => $"{NewsText.NameOf(item.Kind)} {item.Reader.Name} {(item.Kind == NewsKind.Silent ? item.Before : item.Requests)}");

    private static NewsRange Range(int daysBefore) => new(Start, Start.AddDays(1), From, From + 24, Start.AddDays(-daysBefore), From - (daysBefore * 24));

    private static Reader Agent(string name) => new() { Name = name, First = Start.AddDays(-50), Last = Start.AddHours(-1) };

    // So many requests in each hour of the days before, and those of hours of the day of the range.
    private static Dictionary<long, double> Hours(double usual, int days, params (int Hour, double Requests)[] today)
    {
        var hours = Enumerable.Range(1, days).SelectMany(day => Enumerable.Range(0, 24).Select(hour => From - (day * 24) + hour)).ToDictionary(hour => hour, _ => usual);
        foreach (var (hour, requests) in today)
        {
            hours[From + hour] = requests;
        }

        return hours;
    }
}
