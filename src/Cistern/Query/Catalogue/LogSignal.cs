using Cistern.Formats;

namespace Cistern.Query.Catalogue;

/// <summary>What can be asked about log events.</summary>
internal static class LogSignal
{
    private const string IsError = "level IN ('fatal', 'error')";

    private static readonly (string Level, string Name)[] Levels =
        [("fatal", "fatal"), ("error", "error"), ("warn", "warn"), ("info", "info"), ("debug", "debug"), ("trace", "trace"), ("", "none")];

    public static Signal Signal { get; } = new(Tables.Logs, CommonFields.All, [.. Measures()])
    {
        FreeText = ["message"],

        // The ids of a log stream grow in the order of its events.
        TieBreak = ["event_id", "log_group", "log_stream", "message"],
        FewValued = ["level", "region", "account", "policy_level"],
        Repeating = ["log_group", "log_stream", "filters", "stream", "stream_name", "day_of_week", "hour_of_day"],
        Elsewhere = "fields",
        Support = s => s.Count(),
    };

    private static IEnumerable<Measure> Measures()
    {
        yield return new("events", Unit.Events, MeasureKind.Count, "Log events.", s => s.Count());
        yield return new("errors", Unit.Events, MeasureKind.Count, "Log events of the levels fatal and error.", s => s.CountWhere(IsError));
        yield return new("warnings", Unit.Events, MeasureKind.Count, "Log events of the level warn.", s => s.CountWhere("level = 'warn'"));
        foreach (var (level, name) in Levels)
        {
            var which = level.Length == 0 ? "whose message says no level" : $"of the level {level}";
            yield return new($"level_{name}", Unit.Events, MeasureKind.Count, $"Log events {which}.", s => s.CountWhere($"level = '{level}'"));
        }

        yield return new("error_rate", Unit.Ratio, MeasureKind.Value, "Log events of the levels fatal and error / all log events.", s => $"{s.CountWhere(IsError)} / nullif({s.Count()}, 0)");
        yield return new("bytes", Unit.Bytes, MeasureKind.Count, "Bytes of the messages, in UTF-8.", s => s.Sum(s.TextBytes("message")));
        yield return new("log_groups", Unit.Values, MeasureKind.Value, "Distinct log groups, by account, region and name.", s => s.CountDistinct($"CASE WHEN log_group <> '' THEN {s.Fingerprint("account", "region", "log_group")} END"));
        yield return new("log_streams", Unit.Values, MeasureKind.Value, "Distinct log streams, by account, region, log group and name.", s => s.CountDistinct($"CASE WHEN log_stream <> '' THEN {s.Fingerprint("account", "region", "log_group", "log_stream")} END"));
        yield return new("last_seen", Unit.Time, MeasureKind.Moment, "The time of the last log event.", s => s.Max("time"));
    }
}
