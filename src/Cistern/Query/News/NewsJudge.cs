using Cistern.Query.Gaps;

namespace Cistern.Query.News;

/// <summary>What happened to a reader. The names are part of the answer; the order is that of the list.</summary>
internal enum NewsKind
{
    /// <summary>It was claimed from outside of its operator's addresses for the first time.</summary>
    Impostor = 1,

    /// <summary>An agent that the rules name came for the first time.</summary>
    NewAgent = 2,

    /// <summary>An agent that came before did not come.</summary>
    Silent = 3,

    /// <summary>An agent asked much more within an hour than it does at that hour.</summary>
    Spike = 4,

    /// <summary>Automation without a rule came for the first time.</summary>
    NewBot = 5,
}

/// <summary>What is known of a reader over everything that is stored until the end of the range.</summary>
internal sealed record Reader
{
    public required string Name { get; init; }

    public string Operator { get; init; } = "";

    public string Class { get; init; } = "";

    /// <summary>No rule names it; its name is what its user agent calls itself.</summary>
    public bool IsUnnamed { get; init; }

    public required DateTimeOffset First { get; init; }

    public required DateTimeOffset Last { get; init; }

    /// <summary>Requests in the range.</summary>
    public double Requests { get; init; }

    /// <summary>Requests in the range of the same length directly before.</summary>
    public double Before { get; init; }

    /// <summary>The first that claimed to be it from outside of its operator's addresses.</summary>
    public DateTimeOffset? FirstMismatch { get; init; }

    /// <summary>Such requests in the range.</summary>
    public double Mismatches { get; init; }

    /// <summary>Requests of hours, counted since 1970 by the wall clock: in the range and in the four weeks before.</summary>
    public IReadOnlyDictionary<long, double> Hours { get; init; } = new Dictionary<long, double>();
}

/// <summary>The range that is judged.</summary>
/// <param name="From">The first hour of the wall clock that lies in the range as a whole.</param>
/// <param name="To">The hour after the last that begins in it.</param>
/// <param name="StoreHour">The hour of the first row of all.</param>
internal sealed record NewsRange(DateTimeOffset Start, DateTimeOffset End, long From, long To, DateTimeOffset StoreBegan, long StoreHour);

/// <summary>One piece of news.</summary>
/// <param name="Hour">Of a spike: which hour, as <see cref="Reader.Hours"/> counts them.</param>
/// <param name="Time">When it happened; of one that is silent when it came last; null for a spike.</param>
/// <param name="Before">Requests in the range before; of a spike what is usual at that hour; null for what is new.</param>
internal sealed record NewsItem(NewsKind Kind, Reader Reader, DateTimeOffset? Time, long? Hour, double Requests, double? Before);

/// <summary>Finds news among counts. Knows no store and no clock.</summary>
internal static class NewsJudge
{
    public const int ItemsMax = 50;
    public const int SpikeDays = 28;

    private const int DayHours = 24;

    // Fewer may be chance, or somebody's trial.
    private const double RequestsMin = 20;
    private const double SpikeRequestsMin = 50;
    private const double SpikeTimes = 4;
    private const int HistoryDaysMin = 7;

    public static IReadOnlyList<NewsItem> Find(IEnumerable<Reader> readers, NewsRange range) =>
    [
        .. readers.SelectMany(reader => Of(reader, range))
            .OrderBy(item => item.Kind).ThenByDescending(item => item.Kind == NewsKind.Silent ? item.Before : item.Requests).ThenBy(item => item.Reader.Name, StringComparer.Ordinal)
            .Take(ItemsMax),
    ];

    private static IEnumerable<NewsItem> Of(Reader reader, NewsRange range)
    {
        // If all that is stored is of the range, everything would be new.
        var isNew = range.StoreBegan < range.Start && reader.First >= range.Start && reader.First < range.End;
        if (reader.IsUnnamed)
        {
            return isNew && reader.Requests >= RequestsMin ? [new(NewsKind.NewBot, reader, reader.First, null, reader.Requests, null)] : [];
        }

        return OfAgent(reader, range, isNew);
    }

    private static IEnumerable<NewsItem> OfAgent(Reader agent, NewsRange range, bool isNew)
    {
        if (agent.FirstMismatch is { } first && first >= range.Start && first < range.End)
        {
            yield return new(NewsKind.Impostor, agent, first, null, agent.Mismatches, null);
        }

        if (isNew)
        {
            yield return new(NewsKind.NewAgent, agent, agent.First, null, agent.Requests, null);
        }
        else if (FindSpike(agent, range) is { } spike)
        {
            yield return spike;
        }

        if (agent.Requests == 0 && agent.Before >= RequestsMin)
        {
            yield return new(NewsKind.Silent, agent, agent.Last, null, 0, agent.Before);
        }
    }

    // The largest hour of those that stand out.
    private static NewsItem? FindSpike(Reader agent, NewsRange range) => agent.Hours
        .Where(hour => hour.Key >= range.From && hour.Key < range.To && hour.Value >= SpikeRequestsMin)
        .OrderByDescending(hour => hour.Value).ThenBy(hour => hour.Key)
        .Select(hour => (Hour: hour.Key, Requests: hour.Value, Usual: Usual(agent, hour.Key, range.StoreHour)))
        .Where(hour => hour.Usual is { } usual && hour.Requests > SpikeTimes * usual)
        .Select(hour => new NewsItem(NewsKind.Spike, agent, null, hour.Hour, hour.Requests, hour.Usual))
        .FirstOrDefault();

    // The median of the same hour of the days before. Days from before the first row say nothing; one without a request of the agent says 0.
    private static double? Usual(Reader agent, long hour, long storeHour)
    {
        double[] days =
        [
            .. Enumerable.Range(1, SpikeDays).Select(day => hour - (day * DayHours)).Where(then => then >= storeHour).Select(then => agent.Hours.GetValueOrDefault(then)),
        ];
        return days.Length < HistoryDaysMin ? null : GapJudge.Median(days);
    }
}
