namespace Cistern.Store.Embedded;

/// <summary>Which files are too old, or too much.</summary>
internal static class Retention
{
    /// <summary>Files whose newest row is older than the retention; then the oldest ones of all tables until the rest fits the size limit.</summary>
    public static IReadOnlyList<Segment> Expired(IReadOnlyList<Segment> segments, EmbeddedSettings settings, DateTimeOffset now)
    {
        var old = settings.RetentionAge is { } age ? segments.Where(segment => AgeOf(segment.Info) < Micros.Of(now - age)).ToHashSet() : [];
        if (settings.RetentionBytes is not { } limit)
        {
            return [.. old];
        }

        var bytes = segments.Where(segment => !old.Contains(segment)).Sum(segment => segment.Info.Bytes);
        foreach (var segment in segments.Where(segment => !old.Contains(segment)).OrderBy(segment => AgeOf(segment.Info)))
        {
            if (bytes <= limit)
            {
                break;
            }

            old.Add(segment);
            bytes -= segment.Info.Bytes;
        }

        return [.. old];
    }

    // The times of odd rows say nothing of their age: they age by their arrival.
    private static long AgeOf(SegmentInfo info) => info.Odd ? info.MaxReceived : info.MaxTime;
}
