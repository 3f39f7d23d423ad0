using Cistern.DuckDb;
using Cistern.Enrich;
using Cistern.Enrich.Rules;
using Cistern.Formats;

namespace Cistern.Store.Embedded.Reclassifying;

/// <summary>Rewrites the files of <c>requests</c> that other rules classified, one a step, until all is classified by the rules in force.</summary>
/// <remarks>
/// Only if somebody asked (<see cref="RuleHistory.Ask"/>). What is done the manifest knows: a file that is not named there yet is written again after a kill. The newest
/// files go first, because they are looked at most. Only rule columns change; the order of the rows stays.
/// </remarks>
internal sealed partial class Reclassifier(StoreParts parts, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan s_retry = TimeSpan.FromMinutes(1);

    // Files that failed, until all others had their turn.
    private readonly HashSet<Segment> _failedFiles = [];
    private DateTimeOffset _notBefore;

    // What still arrives afterwards was decoded by the rules before and is taken, too.
    private int _doneFor;

    /// <summary>Why something could not be done yet; null if nothing failed.</summary>
    public string? Failure { get; private set; }

    /// <summary>Rows in memory that other rules classified have to become a file first.</summary>
    public bool NeedsSeal => IsWanted(out var rules) && parts.Tables.HoldsOtherRules(rules.Version.Number);

    /// <summary>Files that will be rewritten, so that it is not worth joining them now.</summary>
    public IEnumerable<Segment> Waiting => IsWanted(out var rules) ? OutdatedBy(rules) : [];

    /// <summary>Rewrites the next file.</summary>
    /// <param name="goOn">Asked many times a second while a file is rewritten: what else is due may be done in it. False ends the step; the file is left as it was.</param>
    /// <returns>Whether there was something to do.</returns>
    public bool Step(Func<bool> goOn)
    {
        if (!IsWanted(out var rules) || time.GetUtcNow() < _notBefore)
        {
            return false;
        }

        var outdated = OutdatedBy(rules);
        if (outdated.Count == 0)
        {
            End(rules);
            return false;
        }

        if (outdated.Where(file => !_failedFiles.Contains(file)).MaxBy(file => file.Info.MaxTime) is not { } next)
        {
            _failedFiles.Clear();
            _notBefore = time.GetUtcNow() + s_retry;
            return false;
        }

        if (RefusalFor(next) is { } refusal)
        {
            Fail(next, refusal);
            return false;
        }

        TryRewrite(next, rules, goOn);
        return true;
    }

    /// <summary>How much the rules in force have classified.</summary>
    public RulesStatus GetStatus()
    {
        var rules = parts.Rules.Current;
        parts.RuleHistory.Note(rules.Version);
        var files = parts.Tables.SegmentsOf(Tables.Requests.Name);
        return new RulesStatus
        {
            Version = rules.Version.ToString(),
            Changes = parts.RuleHistory.Changes,
            Rows = parts.Tables.ClassifiedBy(rules.Version.Number),
            Files = new Classified(files.Count, files.Count(file => file.Info.Rules == rules.Version.Number)),
            Running = parts.RuleHistory.IsAsked,
            Failed = parts.RuleHistory.IsAsked ? Failure : null,
        };
    }

    private bool IsWanted(out RuleSet rules)
    {
        rules = parts.Rules.Current;
        return parts.RuleHistory.IsAsked || _doneFor == rules.Version.Number;
    }

    private List<Segment> OutdatedBy(RuleSet rules) => [.. parts.Tables.SegmentsOf(Tables.Requests.Name).Where(file => file.Info.Rules != rules.Version.Number)];

    private void End(RuleSet rules)
    {
        _doneFor = rules.Version.Number;
        _failedFiles.Clear();
        if (!parts.RuleHistory.IsAsked)
        {
            return;
        }

        try
        {
            parts.RuleHistory.End();
            Failure = null;
            Log.Ended(logger, rules.Version);
        }
        catch (IOException error)
        {
            (Failure, _notBefore) = (error.Message, time.GetUtcNow() + s_retry);
        }
    }

    // Both files are there for a moment, and deliveries are refused under the floor.
    private string? RefusalFor(Segment file)
    {
        var free = parts.Disk.FreeBytes(parts.Folder.Root);
        var needed = parts.Settings.SpaceFloor + file.Info.Bytes;
        return free >= needed ? null : $"the disk of the data folder has {free >> 20} MiB left, and to rewrite {file.Info.File} takes {file.Info.Bytes >> 20} MiB over the floor of {parts.Settings.SpaceFloor >> 20} MiB";
    }

    private void TryRewrite(Segment file, RuleSet rules, Func<bool> goOn)
    {
        var columns = new RuleColumns(file, rules, parts.SealEngine, () => MayGoOn(rules, goOn));
        file.Hold();
        parts.Files.BeginLongStep();
        try
        {
            Rewrite(file, rules, columns);
            _failedFiles.Remove(file);
            Failure = _failedFiles.Count == 0 ? null : Failure;
        }
        catch (Exception error) when (error is IOException or DuckDbException)
        {
            RemoveUnnamed();
            if (!columns.WasEnded)
            {
                Fail(file, error.Message);
            }
        }
        finally
        {
            parts.Files.EndLongStep();
            file.Release();
        }
    }

    // By rules that are no longer in force it would only be done in vain.
    private bool MayGoOn(RuleSet rules, Func<bool> goOn)
    {
        if (parts.Committer.NoSpace is { } refusal)
        {
            throw new IOException(refusal);
        }

        return goOn() && ReferenceEquals(parts.Rules.Current, rules);
    }

    private void Rewrite(Segment file, RuleSet rules, RuleColumns columns)
    {
        var started = time.GetTimestamp();
        var number = parts.Scans.Add(columns);
        try
        {
            var rewritten = parts.Writer.Rewrite(Tables.Requests, file, number, Enricher.Sets, rules.Version.Number);
            if (!parts.Tables.SegmentsOf(Tables.Requests.Name).Contains(file))
            {
                parts.Files.RemoveUnnamed(); // Retention has dropped it meanwhile.
                return;
            }

            var change = new TableChange(Tables.Requests.Name, [file], [rewritten]);
            var added = parts.Files.Commit([change]);
            parts.Tables.Replace(Tables.Requests.Name, change.Removed, added[Tables.Requests.Name]);
            Log.Rewritten(logger, file.Info.File, file.Info.Rows, rules.Version, time.GetElapsedTime(started).TotalMilliseconds);
        }
        finally
        {
            parts.Scans.Remove(number);
        }
    }

    private void RemoveUnnamed()
    {
        try
        {
            parts.Files.RemoveUnnamed();
        }
        catch (IOException)
        {
            // What stays goes with the next step that fails, or at the next start.
        }
    }

    private void Fail(Segment file, string reason)
    {
        if (Failure != reason)
        {
            Log.Failed(logger, file.Info.File, reason);
        }

        _failedFiles.Add(file);
        (Failure, _notBefore) = (reason, time.GetUtcNow() + s_retry);
    }

    private static partial class Log
    {
        [LoggerMessage(4207, LogLevel.Debug, "Classified the {Rows} rows of {File} again by rules {Version}, in {Milliseconds:0} ms")]
        public static partial void Rewritten(ILogger logger, string file, long rows, RuleVersion version, double milliseconds);

        [LoggerMessage(4208, LogLevel.Information, "All stored requests are classified by rules {Version}")]
        public static partial void Ended(ILogger logger, RuleVersion version);

        [LoggerMessage(4209, LogLevel.Warning, "The rows of {File} could not be classified again, which is tried later: {Error}")]
        public static partial void Failed(ILogger logger, string file, string error);
    }
}
