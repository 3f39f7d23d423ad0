using System.Globalization;
using Cistern.Enrich.Naming;
using Cistern.Enrich.Proof;
using Cistern.Enrich.Referrals;
using Cistern.Enrich.Robots;
using Cistern.Enrich.Signatures;

namespace Cistern.Enrich.Rules;

/// <summary>The version of all rules together.</summary>
/// <param name="Date">The latest date of a file.</param>
/// <param name="Number">Differs where anything that decides about a row does; never 0. What a segment file says of its rows.</param>
internal readonly record struct RuleVersion(DateOnly Date, int Number)
{
    /// <summary><c>2026-11-27.1a2b3c4d</c></summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Date:yyyy-MM-dd}.{Number:x8}");
}

/// <summary>All rules, as they were at one moment. Never changes; safe to share.</summary>
internal sealed class RuleSet
{
    // Before 'Own', which needs it.
    private static readonly string[] SiteColumns = ["host", "note"];

    private RuleSet()
    {
    }

    /// <summary>The program's own rules.</summary>
    public static RuleSet Own { get; } = ReadOwn();

    public required RuleVersion Version { get; init; }

    public required IReadOnlyList<AgentRule> Agents { get; init; }

    public required UserAgentRules UserAgents { get; init; }

    public required AddressLists Lists { get; init; }

    public required ReferrerTable Referrers { get; init; }

    public required SignerKeys Keys { get; init; }

    public required Judge Judge { get; init; }

    public required RobotsHistory Robots { get; init; }

    /// <summary>What names browsers, applications and telephones.</summary>
    public required IReadOnlyList<string> PeoplesWords { get; init; }

    /// <summary>Hosts of the operator's own.</summary>
    public required IReadOnlyList<string> Sites { get; init; }

    /// <summary>What these rules said of user agents so far.</summary>
    public UserAgentCache Seen { get; } = new();

    /// <summary>Reads all rules of a data folder over the program's own; null if there is a problem.</summary>
    /// <param name="folder">The folder <c>rules</c>; null for the program's own alone.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static RuleSet? Read(string? folder, List<RuleProblem> problems) => Read(folder, RuleFiles.Read(folder, problems), problems);

    /// <summary>The same, with other texts than those of the folder: what the rules would be.</summary>
    public static RuleSet? Read(string? folder, RuleFiles files, List<RuleProblem> problems)
    {
        var reader = new Reader(files, problems);
        var sources = reader.All(RuleFiles.Lists, ListSource.Columns, ListSource.Read);
        var ids = sources.Select(source => source.Id).ToHashSet(StringComparer.Ordinal);
        var agents = reader.All(RuleFiles.Agents, AgentRule.Columns, (line, found) => AgentRule.Read(line, ids, found));
        var automation = reader.All(RuleFiles.Automation, AutomationRule.Columns, AutomationRule.Read, AutomationRule.KeyOf);
        var referrers = reader.All(RuleFiles.Referrers, ReferrerRule.Columns, ReferrerRule.Read);
        var sites = reader.All(RuleFiles.Sites, SiteColumns, (line, _) => line[0].ToLowerInvariant());
        var partial = PartialLists.From(reader.All(RuleFiles.Prefixes, PartialLists.Columns, PartialLists.Read, PartialLists.KeyOf));
        IReadOnlyList<ListSnapshot> imported = folder is null ? [] : ListFiles.ReadAll(folder, problems);
        IReadOnlyList<RobotsVersion> robots = folder is null ? [] : RobotsFiles.ReadAll(folder, problems);
        AddUnknownAgents(sources, agents, files, problems);
        var keys = folder is null ? SignerKeys.None : SignerKeys.ReadAll(folder, problems);
        if (problems.Count > 0)
        {
            return null;
        }

        var lists = new AddressLists(sources, [.. partial, .. imported]);
        var others = imported.Select(one => $"{one.List} {one.ValidFrom:O} {one.IsComplete} {string.Join(' ', one.Prefixes)}").Append(keys.Summary).Concat(robots.Select(one => one.Summary));
        return new RuleSet
        {
            Version = new RuleVersion(reader.Date, files.Hash(others)),
            Agents = agents,
            UserAgents = new UserAgentRules(agents, automation),
            Lists = lists,
            Judge = new Judge(agents, lists),
            Referrers = new ReferrerTable(referrers, sites),
            Keys = keys,
            Robots = new RobotsHistory(robots, agents),
            Sites = sites,
            PeoplesWords = [.. automation.Where(rule => rule.Test is PatternTest.Browser or PatternTest.Person or PatternTest.Phone).Select(rule => rule.Text)],
        };
    }

    /// <summary>The naming of an agent that something else than a user agent named.</summary>
    public Naming.Naming NamingOf(AgentRule agent) => UserAgents.NamingOf(agent);

    // An agent that was removed may still be named by the program's own lists.
    private static void AddUnknownAgents(IEnumerable<ListSource> sources, IReadOnlyList<AgentRule> agents, RuleFiles files, List<RuleProblem> problems)
    {
        var known = RuleTable.Read(RuleFiles.Agents, files.Own[RuleFiles.Agents], AgentRule.Columns, default, problems).Lines.Select(line => line[2]).Concat(agents.Select(agent => agent.Name)).ToHashSet();
        problems.AddRange(sources.Where(source => source.Agent.Length > 0 && !known.Contains(source.Agent))
            .Select(source => new RuleProblem(RuleFiles.Lists, 0, $"the list '{source.Id}' proves the agent '{source.Agent}', which is not in agents.tsv")));
    }

    private static RuleSet ReadOwn()
    {
        List<RuleProblem> problems = [];
        return Read(null, problems) ?? throw new InvalidOperationException($"the program's own rules cannot be read: {problems[0]}");
    }

    /// <summary>Reads the lines of each file and remembers the latest date.</summary>
    private sealed class Reader(RuleFiles files, List<RuleProblem> problems)
    {
        public DateOnly Date { get; private set; }

        public IReadOnlyList<T> All<T>(string name, IReadOnlyList<string> columns, Func<RuleLine, List<RuleProblem>, T?> read, Func<RuleLine, string>? keyOf = null)
            where T : class
        {
            var table = RuleTable.Read(name, files.Own[name], columns, DateOnly.MinValue, problems);
            if (files.Over.TryGetValue(name, out var over))
            {
                table = table.With(RuleTable.Read(RuleFiles.OverPrefix + name, over, columns, table.Version, problems), keyOf ?? (line => line[0]));
            }

            Date = table.Version > Date ? table.Version : Date;
            return [.. table.Lines.Select(line => read(line, problems)).OfType<T>()];
        }
    }
}
