using Cistern.Demo.Origin;

namespace Cistern.Demo.Logs;

/// <summary>What log groups put into a delivery stream: each put is a record, with events of one log stream.</summary>
internal sealed class LogFeed : RecordFeed
{
    private const int LinesMax = 4_000;
    private const int LinesPerPut = 250;
    private const long Minute = WebService.Minute;

    // A destination is asked whether it is there when a subscription begins, and now and then.
    private const long ControlMinutes = 360;

    private readonly IReadOnlyList<ILogSource> _sources;
    private readonly OriginTrouble _trouble;
    private readonly SubscriptionPut _put;
    private readonly DateTimeOffset _told;
    private readonly long _from;
    private readonly List<LogLine> _lines = [];
    private readonly LogMinute _minuteLines;
    private long _nextMinute;
    private bool _controlDue = true;

    /// <param name="from">Nothing earlier is handed out.</param>
    /// <param name="told">When the demo began: of what was before, not all is told (<see cref="LogHistory"/>).</param>
    public LogFeed(DemoStream stream, IReadOnlyList<ILogSource> sources, SubscriptionPut put, OriginTrouble trouble, DateTimeOffset from, DateTimeOffset told, TimeProvider time)
        : base(stream, time)
    {
        (_sources, _put, _trouble, _told) = (sources, put, trouble, told);
        _from = from.ToUnixTimeMilliseconds();
        _minuteLines = new LogMinute(_lines);

        // What was called for in the minute before may be logged in this one.
        _nextMinute = ((_from / Minute) - 1) * Minute;
    }

    /// <summary>Events handed out so far.</summary>
    public long Events { get; private set; }

    protected override bool Fill(DateTimeOffset until, AddRecord add)
    {
        var end = until.ToUnixTimeMilliseconds();
        Read(end);

        // Of a minute that is not read yet, lines may come between these.
        end = Math.Min(end, _nextMinute);
        var due = Math.Min(_lines.TakeWhile(line => line.Time < end).Count(), LinesMax);
        if (due == 0)
        {
            return false;
        }

        Put(_lines[..due], add);
        _lines.RemoveRange(0, due);
        return true;
    }

    private void Read(long end)
    {
        var before = _lines.Count;
        while (_nextMinute < end && _lines.Count < LinesMax)
        {
            ReadMinute();
        }

        if (_lines.Count > before)
        {
            _lines.RemoveAll(line => line.Time < _from);
            _lines.Sort();
        }
    }

    private void ReadMinute()
    {
        var share = LogHistory.Share(_told - DateTimeOffset.FromUnixTimeMilliseconds(_nextMinute), _trouble.Touches(_nextMinute));
        foreach (var source in _sources)
        {
            _minuteLines.Begin(_nextMinute);
            source.Add(_nextMinute, share, _minuteLines);
        }

        _nextMinute += Minute;
        _controlDue |= _nextMinute / Minute % ControlMinutes == 0;
    }

    private void Put(List<LogLine> lines, AddRecord add)
    {
        if (_controlDue)
        {
            add(_put.Control(lines[0].Time));
            _controlDue = false;
        }

        foreach (var place in lines.GroupBy(line => line.Place))
        {
            foreach (var part in place.Chunk(LinesPerPut))
            {
                add(_put.Data(place.Key, part));
            }
        }

        Events += lines.Count;
    }
}
