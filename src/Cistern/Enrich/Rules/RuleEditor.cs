using Cistern.Enrich.Proof;
using Cistern.Enrich.Robots;
using Cistern.Ingest.Keys;
using Cistern.Operations.Shared;

namespace Cistern.Enrich.Rules;

/// <summary>Why a change of the rules was refused.</summary>
internal enum RuleFault
{
    Invalid = 1,
    NotFound = 2,
}

/// <summary>What became of a change.</summary>
/// <param name="Fault">Null if it was made.</param>
/// <param name="Problem">A sentence with the remedy.</param>
internal sealed record RuleChange(RuleFault? Fault, string Problem)
{
    public static RuleChange Made { get; } = new(null, "");

    public static RuleChange Refused(string problem) => new(RuleFault.Invalid, problem);

    public static RuleChange NotFound(string problem) => new(RuleFault.NotFound, problem);
}

/// <summary>Changes the rule files, also while servers run on the folder.</summary>
/// <remarks>
/// A change is judged with all other rules before it is written, so that none makes them unusable. Files are replaced whole, and a change holds <c>rules.lock</c> from its
/// read to its rename, so that of two at the same time neither undoes what the other did.
/// </remarks>
internal sealed class RuleEditor(SharedFolder folder, TimeProvider time)
{
    /// <summary>So many agents, hosts, versions of robots.txt, and snapshots of a list may be added this way.</summary>
    public const int OwnMax = 1000;

    private const string LockName = "rules.lock";

    /// <summary>Adds an agent, or puts it in the place of the one with its token.</summary>
    /// <exception cref="IOException">The files cannot be read or written.</exception>
    public RuleChange AddAgent(NewAgent wanted)
    {
        if (wanted.Check() is { } problem)
        {
            return RuleChange.Refused($"cannot add the agent '{wanted.Token}': {problem}");
        }

        return Change(RuleFiles.Agents, OwnLines.AgentsHead, (lines, files) =>
        {
            lines.Put(wanted.Token, wanted.ToLine(files));
            return lines.Count > OwnMax ? RuleChange.Refused($"cannot add the agent '{wanted.Token}': there are {OwnMax} of this server's own, and no more can be; remove one") : RuleChange.Made;
        });
    }

    /// <summary>Removes an agent of the operator's own; what is shipped for its token counts again.</summary>
    /// <exception cref="IOException">The files cannot be read or written.</exception>
    public RuleChange RemoveAgent(string token) => Change(RuleFiles.Agents, OwnLines.AgentsHead, (lines, _) =>
        lines.Remove(token) ? RuleChange.Made : RuleChange.NotFound($"cannot remove the agent '{token}': {RuleFiles.OverPrefix}{RuleFiles.Agents} has no line with this token"));

    /// <summary>Makes these, and no others, the hosts of the operator's own.</summary>
    /// <exception cref="IOException">The files cannot be read or written.</exception>
    public RuleChange SetSites(IReadOnlyList<string> hosts)
    {
        var wanted = hosts.Select(host => host.Trim().ToLowerInvariant()).Distinct().ToArray();
        if (wanted.FirstOrDefault(host => !HostText.IsName(host)) is { } wrong)
        {
            return RuleChange.Refused($"cannot use the host '{wrong}': {HostText.NameForm}");
        }

        return wanted.Length > OwnMax
            ? RuleChange.Refused($"cannot use {wanted.Length} hosts: there can be {OwnMax}; name a parent domain, which counts for all hosts below it")
            : Change(RuleFiles.Sites, OwnLines.SitesHead, (lines, _) =>
            {
                lines.KeepOnly(wanted);
                return RuleChange.Made;
            });
    }

    /// <summary>Puts a version of a host's robots.txt into force; one of the same second is replaced.</summary>
    /// <exception cref="IOException">The files cannot be read or written.</exception>
    public RuleChange AddRobots(string host, DateTimeOffset from, string text) => Locked(() =>
    {
        var named = host.Trim().ToLowerInvariant();
        var problem = CheckMoment(from) ?? RobotsFiles.Check(folder.Rules, named, from, text) ?? WhyUnusable();
        if (problem is not null)
        {
            return RuleChange.Refused($"cannot add a robots.txt of '{host}': {problem}");
        }

        RobotsFiles.Write(folder.Rules, named, from, text);
        return RuleChange.Made;
    });

    /// <exception cref="IOException">The files cannot be read or written.</exception>
    public RuleChange RemoveRobots(string host, DateTimeOffset from) => Locked(() => RobotsFiles.Remove(folder.Rules, host.Trim().ToLowerInvariant(), from)
        ? RuleChange.Made
        : RuleChange.NotFound($"cannot remove the robots.txt of '{host}' from {from.UtcDateTime:u}: there is none of that moment"));

    /// <summary>Puts a downloaded list into force; see <see cref="ListFiles.Import"/>.</summary>
    /// <exception cref="IOException">The files cannot be read or written.</exception>
    public ListImport ImportList(string id, string text, DateTimeOffset? from, bool force) => Locked(() =>
    {
        List<RuleProblem> problems = [];
        if (RuleSet.Read(folder.Rules, problems) is not { } rules)
        {
            return ListFiles.Refused($"cannot import the list '{id}': {Unusable(problems)}");
        }

        var problem = (from is { } moment ? CheckMoment(moment) : null)
            ?? (ListFiles.CountOf(folder.Rules, id) >= OwnMax ? $"there are {OwnMax} snapshots of it in {RuleFiles.OverPrefix}lists, and no more can be; delete old ones" : null);
        return problem is null
            ? ListFiles.Import(folder.Rules, rules.Lists, id, text, from, time.GetUtcNow(), force)
            : ListFiles.Refused($"cannot import the list '{id}': {problem}");
    });

    private string? CheckMoment(DateTimeOffset from) => from > time.GetUtcNow() ? $"{from.UtcDateTime:u} is a time to come; give the time since when it holds" : null;

    private RuleChange Change(string name, string head, Func<OwnLines, RuleFiles, RuleChange> change) => Locked(() =>
    {
        List<RuleProblem> problems = [];
        var files = RuleFiles.Read(folder.Rules, problems);
        var lines = new OwnLines(files.Over.GetValueOrDefault(name, head));
        var outcome = change(lines, files);
        if (outcome.Fault is not null)
        {
            return outcome;
        }

        if (Judge(files, files.With(name, lines.ToString()), problems) is { } problem)
        {
            return RuleChange.Refused(problem);
        }

        PrivateFile.CreateFolder(folder.Rules);
        PrivateFile.Replace(Path.Combine(folder.Rules, name), System.Text.Encoding.UTF8.GetBytes(lines.ToString()));
        return RuleChange.Made;
    });

    // What mends a part of broken rules may be written although others are left.
    private string? Judge(RuleFiles now, RuleFiles then, List<RuleProblem> alike)
    {
        List<RuleProblem> after = [.. alike];
        RuleSet.Read(folder.Rules, then, after);
        if (after.Count == 0)
        {
            return null;
        }

        List<RuleProblem> before = [.. alike];
        RuleSet.Read(folder.Rules, now, before);
        var brought = after.Where(problem => !before.Any(other => other.File == problem.File && other.Reason == problem.Reason)).ToList();
        return after.Count < before.Count ? null : brought.Count > 0 ? $"with this the rules could not be used: {Told(brought)}" : Unusable(after);
    }

    private string? WhyUnusable()
    {
        List<RuleProblem> problems = [];
        return RuleSet.Read(folder.Rules, problems) is null ? Unusable(problems) : null;
    }

    private static string Unusable(IReadOnlyList<RuleProblem> problems) => $"the rules as they are cannot be used, mend them first: {Told(problems)}";

    private static string Told(IEnumerable<RuleProblem> problems) => string.Join("; ", problems.Take(3));

    private T Locked<T>(Func<T> change) => folder.Change(LockName, change);
}
