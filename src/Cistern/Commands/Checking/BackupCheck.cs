using Cistern.Commands.Checking.Streams;
using Cistern.Formats.ErrorObjects;
using Cistern.Replay;

namespace Cistern.Commands.Checking;

/// <summary>What failed and lies in a bucket or a folder, by error code.</summary>
/// <param name="source">As it was named on the command line.</param>
internal sealed class BackupCheck(ReplaySources objects, string source, CheckReport report, TimeProvider time)
{
    private const int ObjectsMax = 5000;

    private static readonly ReplayReading _reading = new(Raw: false, ReplayReading.BatchBytesDefault, Identity: "", Gzip: false);

    private readonly ReplaySurvey _survey = new();
    private long _read;
    private long _unreadable;
    private string _example = "";

    /// <param name="url">Where a replay would send; empty if it is not known.</param>
    public async Task RunAsync(string url, CancellationToken cancel)
    {
        try
        {
            await ReadAllAsync(cancel);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            report.Add(CheckSteps.Backup, FindingKinds.BackupUnreadable, CheckReport.Quote(failure.Message));
            return;
        }

        Report(url);
    }

    private async Task ReadAllAsync(CancellationToken cancel)
    {
        using var reader = new ReplayReader(_reading, time, (ErrorRecord record) => _survey.Add("", record), line => Unreadable(line.Reason));
        await foreach (var one in objects.ListAsync(cancel))
        {
            if (_read == ObjectsMax)
            {
                Unreadable($"only the first {ObjectsMax} objects were read");
                return;
            }

            _read++;
            await ReadAsync(reader, one, cancel);
        }
    }

    private async Task ReadAsync(ReplayReader reader, ReplayObject one, CancellationToken cancel)
    {
        try
        {
            await foreach (var _ in reader.ReadAsync(one, cancel))
            {
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Unreadable(failure.Message);
        }
    }

    private void Unreadable(string reason)
    {
        _unreadable++;
        _example = _example.Length == 0 ? reason : _example;
    }

    private void Report(string url)
    {
        var groups = _survey.Groups.ToList();
        foreach (var ((_, code), group) in groups)
        {
            var kind = ErrorCodes.Of(code, group.Examples is [var first, ..] ? first : "");
            report.Add(CheckSteps.Backup, kind, $"{(code.Length > 0 ? ReplaySurvey.Printable(code) : "no code")}, {Units.Count(group.Records)} records, {Units.Bytes(group.Bytes)}{Range(group)}{Examples(group)}");
        }

        if (_unreadable > 0)
        {
            report.Add(CheckSteps.Backup, FindingKinds.BackupPartly, $"{Units.Count(_unreadable)} objects or lines, {CheckReport.Quote(_example)}");
        }

        if (groups.Count > 0)
        {
            report.Add(CheckSteps.Backup, FindingKinds.BackupReplay, $"cistern replay {source} --url {(url.Length > 0 ? url : "URL")} --key $KEY");
        }
        else if (_unreadable == 0)
        {
            report.Add(CheckSteps.Backup, FindingKinds.BackupEmpty, source);
        }
    }

    private static string Range(SurveyGroup group) => group is { First: { } first, Last: { } last }
        ? $", {first.UtcDateTime:yyyy-MM-dd HH:mm} to {last.UtcDateTime:yyyy-MM-dd HH:mm} UTC"
        : "";

    private static string Examples(SurveyGroup group) => group.Examples.Count == 0 ? "" : $", such as {string.Join(" and ", group.Examples.Select(CheckReport.Quote))}";
}
