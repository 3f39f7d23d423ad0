using Cistern.Formats.ErrorObjects;

namespace Cistern.Replay;

/// <summary>What a group of failed records has in common, and when.</summary>
internal sealed class SurveyGroup
{
    private const int ExamplesMax = 3;

    private readonly List<string> _examples = [];

    public long Records { get; private set; }

    public long Bytes { get; private set; }

    public DateTimeOffset? First { get; private set; }

    public DateTimeOffset? Last { get; private set; }

    public IReadOnlyList<string> Examples => _examples;

    public void Add(long bytes, DateTimeOffset? time, string message)
    {
        Records++;
        Bytes += bytes;
        First = First is null || time < First ? time ?? First : First;
        Last = Last is null || time > Last ? time ?? Last : Last;
        if (_examples.Count < ExamplesMax && message.Length > 0 && !_examples.Contains(message))
        {
            _examples.Add(message);
        }
    }
}

/// <summary>Counts records by stream and error code, in bounded memory. For one task at a time.</summary>
internal sealed class ReplaySurvey
{
    private const int GroupsMax = 1000;
    private const int MessageCharactersMax = 200;

    private readonly Dictionary<(string Stream, string Code), SurveyGroup> _groups = [];

    /// <summary>Records from before a transform.</summary>
    public long SourceRecords { get; private set; }

    /// <summary>Records whose line was no JSON.</summary>
    public long CutRecords { get; private set; }

    /// <summary>The largest groups first.</summary>
    public IEnumerable<((string Stream, string Code) Key, SurveyGroup Group)> Groups =>
        _groups.Select(pair => (pair.Key, pair.Value)).OrderByDescending(pair => pair.Value.Records).ThenBy(pair => pair.Key);

    public void Add(string stream, ErrorRecord record)
    {
        SourceRecords += record.IsSource ? 1 : 0;
        CutRecords += record.WasCut ? 1 : 0;
        Add(stream, record.ErrorCode, record.Data.Length, record.Arrived ?? record.AttemptEnded, record.ErrorMessage);
    }

    public void Add(string stream, string code, long bytes, DateTimeOffset? time, string message)
    {
        var key = (stream, code);
        if (!_groups.TryGetValue(key, out var group))
        {
            key = _groups.Count < GroupsMax ? key : ("(others)", "");
            group = _groups.TryGetValue(key, out var others) ? others : _groups[key] = new SurveyGroup();
        }

        group.Add(bytes, time, Printable(message));
    }

    /// <summary>A text of a stranger, short and without control characters.</summary>
    public static string Printable(string text)
    {
        var shown = text.Length > MessageCharactersMax ? text[..MessageCharactersMax] + "…" : text;
        return string.Concat(shown.Select(c => char.IsControl(c) ? '\uFFFD' : c));
    }
}
