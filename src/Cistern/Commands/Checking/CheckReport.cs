using Cistern.Replay;

namespace Cistern.Commands.Checking;

/// <summary>Collects what a check finds, and tells of each finding when it is made.</summary>
/// <param name="found">Told of each finding.</param>
/// <param name="begun">Told of what takes its time.</param>
internal sealed class CheckReport(Action<Finding> found, Action<string>? begun = null)
{
    private readonly List<Finding> _findings = [];

    public IReadOnlyList<Finding> Findings => _findings;

    public bool Failed => _findings.Any(finding => finding.Kind.Level == FindingLevel.Failure);

    /// <param name="detail">May hold texts of strangers: what controls a terminal is taken out of it.</param>
    public void Add(string step, FindingKind kind, string detail = "")
    {
        var finding = new Finding(step, kind, Shown(detail));
        _findings.Add(finding);
        found(finding);
    }

    /// <summary>Says what is being done, for those who wait for it.</summary>
    public void Begin(string what) => begun?.Invoke(what);

    /// <summary>Whether a step found what Firehose would stumble over.</summary>
    public bool FailedIn(string step) => _findings.Any(finding => finding.Step == step && finding.Kind.Level == FindingLevel.Failure);

    // Long answers are cut where they are quoted; a line of our own may be longer than that.
    private static string Shown(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Trim();

    /// <summary>The beginning of what a stranger wrote, on one line.</summary>
    public static string Quote(string text) => $"'{ReplaySurvey.Printable(string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))}'";
}
