using System.CommandLine;
using System.Globalization;
using System.Text;
using Cistern.Enrich.Proof;
using Cistern.Enrich.Rules;
using Cistern.Operations.Shared;
using Spectre.Console;

namespace Cistern.Commands;

/// <summary><c>cistern agents</c>: who is known as whom, and the published address lists that prove it. A running server takes changes within a second.</summary>
internal static class AgentsCommand
{
    private const string TimeFormat = "yyyy-MM-dd";

    public static CisternCommand Create(CommandContext context) =>
        new("agents", "Show and import the published address lists of agents, say how a user agent is named, add rules of your own, and classify what is stored again.")
        {
            CreateLists(context), CreateImport(context), CreateRefresh(context), CreateName(context), AgentChanges.CreateAdd(context), AgentChanges.CreateRobots(context), new Reclassifying(context),
        };

    private static CisternCommand CreateLists(CommandContext context)
    {
        var command = new CisternCommand("lists", "Show the address lists: what is in force, since when, and from where.", "cistern agents lists --data ./data");
        var files = new SharedFiles(command);
        command.SetAction(async (parsed, cancel) =>
        {
            await using var shared = await files.OpenAsync(context, parsed, cancel);
            var rules = Read(shared);
            context.Terminal.CreateAnsi().Write(TableOf(rules.Lists, context.Time.GetUtcNow()));
            context.Terminal.Error.WriteLine($"rules {rules.Version}; a list that is not whole proves true claims and calls none false");
            return ExitCode.Ok;
        });
        return command;
    }

    private static CisternCommand CreateImport(CommandContext context)
    {
        var force = Force();
        var list = new Argument<string>("list") { Description = "The list's id, as 'cistern agents lists' shows it." };
        var file = new Argument<string>("file") { Description = "The file as its operator publishes it; - for standard input." };
        var from = new Option<DateTimeOffset?>("--from") { Description = "Since when it has been published, a time in UTC such as 2026-11-20. Default: what the file says itself, else now.", HelpName = "TIME" };
        var command = new CisternCommand("import", "Put a downloaded address list into force.", "cistern agents import gptbot gptbot.json --data ./data") { list, file, from, force };
        var files = new SharedFiles(command);
        command.SetAction(async (parsed, cancel) =>
        {
            await using var shared = await files.OpenAsync(context, parsed, cancel);
            return await ImportAsync(context, shared, parsed.GetValue(list)!, parsed.GetValue(file)!, parsed.GetValue(from), parsed.GetValue(force), cancel);
        });
        return command;
    }

    private static CisternCommand CreateRefresh(CommandContext context)
    {
        var force = Force();
        var lists = new Argument<string[]>("lists") { Description = "The ids of the lists; without any all that have an address.", Arity = ArgumentArity.ZeroOrMore };
        var command = new CisternCommand("refresh", "Fetch address lists from where their operators publish them, and put them into force.", "cistern agents refresh --data ./data", "cistern agents refresh gptbot anthropic --data ./data") { lists, force };
        var files = new SharedFiles(command);
        command.SetAction(async (parsed, cancel) =>
        {
            await using var shared = await files.OpenAsync(context, parsed, cancel);
            return await RefreshAsync(context, shared, parsed.GetValue(lists)!, parsed.GetValue(force), cancel);
        });
        return command;
    }

    private static CisternCommand CreateName(CommandContext context)
    {
        var userAgent = new Argument<string>("user-agent") { Description = "The user agent, as the request sent it." };
        var command = new CisternCommand("name", "Say how the rules name a user agent.", "cistern agents name \"Mozilla/5.0; compatible; GPTBot/1.2\"") { userAgent };
        var files = new SharedFiles(command);
        command.SetAction(async (parsed, cancel) =>
        {
            await using var shared = files.AreNamed(context, parsed) ? await files.OpenAsync(context, parsed, cancel) : null;
            var rules = shared is null ? RuleSet.Own : Read(shared);
            var naming = rules.UserAgents.Namings[rules.UserAgents.Classify(Encoding.UTF8.GetBytes(parsed.GetValue(userAgent)!))];
            context.Terminal.Out.WriteLine($"class     {Encoding.UTF8.GetString(naming.ClassName)}");
            context.Terminal.Out.WriteLine($"agent     {naming.Agent?.Name ?? "-"}");
            context.Terminal.Out.WriteLine($"operator  {naming.Agent?.Operator ?? "-"}");
            context.Terminal.Out.WriteLine($"lists     {(naming.Agent is { Lists.Count: > 0 } agent ? string.Join(", ", agent.Lists) : "-")}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<int> ImportAsync(CommandContext context, SharedFolder shared, string list, string file, DateTimeOffset? from, bool force, CancellationToken cancel)
    {
        using var reader = new StreamReader(file == "-" ? context.Terminal.OpenIn() : File.OpenRead(file));
        Take(context, shared, list, await reader.ReadToEndAsync(cancel), from, force);
        return ExitCode.Ok;
    }

    private static async Task<int> RefreshAsync(CommandContext context, SharedFolder shared, string[] wanted, bool force, CancellationToken cancel)
    {
        var lists = Read(shared).Lists;
        if (wanted.FirstOrDefault(id => lists.PlaceOf(id) < 0) is { } unknown)
        {
            throw new CommandFailedException($"there is no list '{unknown}'; lists are {string.Join(", ", lists.Sources.Select(source => source.Id))}");
        }

        using var fetch = new ListFetch();
        var failed = 0;
        foreach (var source in lists.Sources.Where(source => wanted.Length == 0 ? source.Url.Length > 0 : wanted.Contains(source.Id)))
        {
            try
            {
                Take(context, shared, source.Id, await fetch.GetAsync(source, cancel), null, force);
            }
            catch (CommandFailedException failure)
            {
                // The others are as useful without it, and what was in force of this one stays.
                failed++;
                context.Terminal.Error.WriteLine($"{source.Id}: {failure.Message}");
            }
        }

        return failed == 0 ? ExitCode.Ok : throw new CommandFailedException($"{failed} lists could not be refreshed; those from before stay in force");
    }

    private static void Take(CommandContext context, SharedFolder shared, string list, string text, DateTimeOffset? from, bool force)
    {
        var import = new RuleEditor(shared, context.Time).ImportList(list, text, from, force);
        if (import.File is null)
        {
            throw new CommandFailedException(import.Problem);
        }

        context.Terminal.Error.WriteLine($"{list}: {import.Prefixes} prefixes in force ({import.PrefixesBefore} before), stored as {Path.GetFileName(import.File)}");
    }

    private static RuleSet Read(SharedFolder shared)
    {
        List<RuleProblem> problems = [];
        return RuleSet.Read(shared.Rules, problems)
            ?? throw new CommandFailedException($"the rules in {shared.Rules} cannot be used: {string.Join("; ", problems.Take(5))}");
    }

    private static Table TableOf(AddressLists lists, DateTimeOffset now)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("list", "operator", "in force since", "age", "whole", "prefixes", "published at");
        foreach (var source in lists.Sources)
        {
            var inForce = lists.Snapshots.LastOrDefault(snapshot => snapshot.List == source.Id && snapshot.ValidFrom <= now);
            table.AddRow(new[]
            {
                source.Id, source.Operator,
                inForce?.ValidFrom.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture) ?? "-",
                inForce is null ? "-" : $"{(now - inForce.ValidFrom).Days} d",
                inForce is null ? "-" : inForce.IsComplete ? "yes" : "no",
                Units.Count(inForce?.Prefixes.Count ?? 0), source.Url,
            }.Select(Markup.Escape).ToArray());
        }

        return table;
    }

    private static Option<bool> Force() => new("--force") { Description = "Take a list, too, that lost more than half of its prefixes." };
}
