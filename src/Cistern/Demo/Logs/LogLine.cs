namespace Cistern.Demo.Logs;

/// <summary>One log event before it is wrapped.</summary>
/// <param name="Sequence">Tells apart, in order, what a log stream got within a millisecond; never the same twice in a stream.</param>
internal readonly record struct LogLine(long Time, long Sequence, LogPlace Place, string Message) : IComparable<LogLine>
{
    public int CompareTo(LogLine other) => Time != other.Time ? Time.CompareTo(other.Time) : Sequence.CompareTo(other.Sequence);
}

/// <summary>Where a log event stands.</summary>
internal sealed record LogPlace(string Account, string Group, string Stream);

/// <summary>Something that logs.</summary>
internal interface ILogSource
{
    /// <summary>Adds what is logged because of what happens in a minute; some of it may be logged a little later.</summary>
    /// <param name="share">How much of what happened is told; whole requests and invocations are left out.</param>
    void Add(long minute, double share, LogMinute lines);
}

/// <summary>Gathers the lines of a minute of one source.</summary>
internal sealed class LogMinute(List<LogLine> lines)
{
    // Room for the lines of a minute between those of two minutes, so that no sequence comes twice.
    private const long LinesMax = 1_000_000;

    private long _sequence;

    public void Begin(long minute) => _sequence = minute / Origin.WebService.Minute * LinesMax;

    public void Add(long time, LogPlace place, string message) => lines.Add(new LogLine(time, _sequence++, place, message));
}
