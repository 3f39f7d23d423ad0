namespace Cistern.Enrich.Rules;

/// <summary>The rules of a running server: read at its start, and again when a file of the data folder's <c>rules/</c> changes.</summary>
/// <remarks>A change is taken whole: who asks <see cref="Current"/> once has one version. If a file cannot be used, the last rules that could stay in force.</remarks>
internal sealed partial class RuleStore
{
    private readonly string? _folder;
    private readonly ILogger _logger;
    private readonly Lock _reading = new();
    private volatile RuleSet _current = RuleSet.Own;
    private string _stamp = "";

    /// <param name="folder">The folder <c>rules</c>; null for the program's own rules alone.</param>
    public RuleStore(string? folder, ILogger logger)
    {
        (_folder, _logger) = (folder, logger);
        ReloadIfChanged();
    }

    /// <summary>The program's own rules, which never change.</summary>
    public static RuleStore Own { get; } = new(null, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

    public RuleSet Current => _current;

    /// <summary>Why the files as they are now are not in force; empty if they are.</summary>
    public IReadOnlyList<RuleProblem> Problems { get; private set; } = [];

    /// <summary>Reads the rules again if a file changed since the last time.</summary>
    /// <returns>Whether other rules are in force now.</returns>
    public bool ReloadIfChanged() => Reload(always: false);

    /// <summary>Reads them after a change of one's own, which may be too quick for the file's time to tell.</summary>
    public bool ReloadNow() => Reload(always: true);

    private bool Reload(bool always)
    {
        lock (_reading)
        {
            try
            {
                // The stamp is taken before the read: a change in between is found the next time.
                var stamp = RuleFiles.StampOf(_folder);
                if (stamp == _stamp && !always)
                {
                    return false;
                }

                _stamp = stamp;
                return Reload();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                Problems = [new RuleProblem(_folder!, 0, error.Message)];
                Log.NotRead(_logger, error.Message);
                return false;
            }
        }
    }

    private bool Reload()
    {
        List<RuleProblem> problems = [];
        var read = RuleSet.Read(_folder, problems);
        Problems = problems;
        if (read is null)
        {
            Log.Refused(_logger, _current.Version, string.Join("; ", problems.Take(5)), Math.Max(0, problems.Count - 5));
            return false;
        }

        if (read.Version == _current.Version)
        {
            return false;
        }

        _current = read;
        Log.Taken(_logger, read.Version, read.Agents.Count, read.Lists.Snapshots.Count);
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(6001, LogLevel.Information, "Rules {Version} are in force: {Agents} agents, {Snapshots} snapshots of address lists")]
        public static partial void Taken(ILogger logger, RuleVersion version, int agents, int snapshots);

        [LoggerMessage(6002, LogLevel.Warning, "Rules in the data folder cannot be used, {Version} stays in force: {Problems} (and {More} more)")]
        public static partial void Refused(ILogger logger, RuleVersion version, string problems, int more);

        [LoggerMessage(6003, LogLevel.Warning, "Rules in the data folder cannot be read: {Problem}")]
        public static partial void NotRead(ILogger logger, string problem);
    }
}
