using Cistern.Formats.Columns;
using Cistern.Store.Embedded.Engines;

namespace Cistern.Store.Embedded;

/// <summary>Which files to join next, and joining them.</summary>
/// <remarks>
/// Files of one UTC day and one level are joined into a file of the next level when there are enough of them, so that a row is
/// rewritten about log(files) times. Few rows are sorted by time; more would not fit in the engine's memory (about 1 KB a row) and are
/// put behind each other in the order of their files, which for live traffic is the order of time within seconds. A file that spans days,
/// as an import makes it, is cut at midnight, so that it ends as files of one day each. Rows with odd times keep to files of their own.
/// </remarks>
internal static class Compactor
{
    private const long SortRows = 60_000;

    // Ten times what so many usual rows take: long rows are not sorted.
    private const long SortBytes = 48L << 20;

    /// <summary>The next files to join; null if nothing needs it.</summary>
    /// <param name="leftAlone">Files that could not be joined.</param>
    public static CompactionPlan? Plan(IReadOnlyList<Segment> segments, EmbeddedSettings settings, IReadOnlySet<Segment>? leftAlone = null)
    {
        var small = segments.Where(segment => segment.Info.Bytes < settings.CompactBytes && leftAlone?.Contains(segment) != true).ToArray();
        return OfOneDay(small, settings) ?? OfManyDays(small, settings) ?? TooMany(segments, small, settings);
    }

    private static CompactionPlan? OfOneDay(IEnumerable<Segment> small, EmbeddedSettings settings) => small
        .Where(segment => segment.Info.Odd || SpansOneDay(segment.Info))
        .GroupBy(segment => (segment.Info.Odd, Day: segment.Info.Odd ? 0 : Micros.DayOf(segment.Info.MinTime), segment.Info.Level))
        .Where(group => group.Count() >= settings.CompactFiles)
        .OrderBy(group => group.Key.Level)
        .Select(group => new CompactionPlan(Bounded(group, settings), false))
        .FirstOrDefault(plan => plan.Files.Count > 1);

    // Traffic around midnight spans two days in each sealed file; only a number of them is worth the work.
    private static CompactionPlan? OfManyDays(IEnumerable<Segment> small, EmbeddedSettings settings)
    {
        var spanning = small.Where(segment => !segment.Info.Odd && !SpansOneDay(segment.Info)).ToArray();
        return spanning.Length < settings.CompactFiles ? null : new CompactionPlan(Bounded(spanning, settings), true);
    }

    // Far too many files, whatever their days: the smallest ones that follow each other in time.
    private static CompactionPlan? TooMany(IReadOnlyList<Segment> all, IReadOnlyList<Segment> small, EmbeddedSettings settings)
    {
        if (all.Count <= settings.MaxSegments)
        {
            return null;
        }

        var plan = new CompactionPlan(Bounded(small.Where(segment => !segment.Info.Odd), settings), false);
        return plan.Files.Count > 1 ? plan : null;
    }

    private static bool SpansOneDay(SegmentInfo info) => Micros.DayOf(info.MinTime) == Micros.DayOf(info.MaxTime);

    private static List<Segment> Bounded(IEnumerable<Segment> files, EmbeddedSettings settings)
    {
        List<Segment> taken = [];
        long bytes = 0;
        foreach (var file in files.OrderBy(file => file.Info.MinTime))
        {
            bytes += file.Info.Bytes;
            if (taken.Count >= 2 && (bytes > 2 * settings.CompactBytes || taken.Count >= 4 * settings.CompactFiles))
            {
                break;
            }

            taken.Add(file);
        }

        return taken;
    }

    /// <summary>Writes the joined files.</summary>
    public static IReadOnlyList<SegmentInfo> Join(CompactionPlan plan, TableSchema schema, SegmentWriter writer)
    {
        var source = TableSql.Stored(schema, null, plan.Files);
        var whole = plan.Shape();
        var isShort = plan.Files.Sum(file => file.Info.Bytes) <= SortBytes;
        string Sorted(string select, SegmentInfo shape) => isShort && shape.Rows <= SortRows ? select + " ORDER BY time" : select;
        return plan.CutAtMidnight
            ? [.. writer.MeasureDays(source, whole).Select(day => writer.Join(schema, Sorted(OfDay(source, day), day), day, plan.Files))]
            : [writer.Join(schema, Sorted(source, whole), whole, plan.Files)];
    }

    private static string OfDay(string source, SegmentInfo day)
    {
        var start = Micros.DayOf(day.MinTime) * Micros.PerDay;
        return $"SELECT * FROM ({source}) WHERE {SegmentWriter.Within((start, start + Micros.PerDay))}";
    }
}

/// <param name="Files">In order of time.</param>
/// <param name="CutAtMidnight">One file a UTC day comes out, instead of one.</param>
internal sealed record CompactionPlan(IReadOnlyList<Segment> Files, bool CutAtMidnight)
{
    public SegmentInfo Shape() => new()
    {
        File = "",
        Bytes = 0,
        Rows = Files.Sum(file => file.Info.Rows),
        MinTime = Files.Min(file => file.Info.MinTime),
        MaxTime = Files.Max(file => file.Info.MaxTime),
        MinReceived = Files.Min(file => file.Info.MinReceived),
        MaxReceived = Files.Max(file => file.Info.MaxReceived),
        Odd = Files[0].Info.Odd,
        Rules = Files.Select(file => file.Info.Rules).Distinct().ToArray() is [var one] ? one : 0,
        Level = CutAtMidnight ? 0 : Files.Max(file => file.Info.Level) + 1,
    };
}
