using System.CommandLine;
using System.Globalization;
using Cistern.Enrich.Kinds;
using Cistern.Enrich.Robots;
using Cistern.Enrich.Rules;
using Spectre.Console;

namespace Cistern.Commands;

/// <summary><c>cistern agents add</c> and <c>cistern agents robots</c>: rules of the operator's own. A running server takes them within a second.</summary>
internal static class AgentChanges
{
    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss'Z'";

    public static CisternCommand CreateAdd(CommandContext context)
    {
        var token = new Argument<string>("token") { Description = "What the agent's user agent holds and no browser's does, ASCII." };
        var agent = new Option<string>("--agent") { Description = "The agent's name, as it is stored; the token if not set.", HelpName = "NAME", DefaultValueFactory = _ => "" };
        var operatorName = new Option<string>("--operator") { Description = "Who runs it.", HelpName = "NAME", Required = true };
        var agentClass = new Option<string>("--class") { Description = $"What kind of reader it is: {string.Join(", ", AgentRule.ClassNames)}.", HelpName = "CLASS", Required = true };
        var form = new Option<string>("--form") { Description = "How the token stands: token (between characters that are no letters or digits), product (a '/' follows), whole (the whole user agent).", HelpName = "FORM", DefaultValueFactory = _ => "token" };
        var robots = new Option<string>("--robots") { Description = "What its operator says of robots.txt: follows, may-ignore, unsaid.", HelpName = "STANCE", DefaultValueFactory = _ => "" };
        var command = new CisternCommand("add", "Name an agent of your own, or put it in the place of the one with its token.",
            "cistern agents add OurMonitor --agent \"Our Monitor\" --operator \"Example Inc\" --class other-bot --data ./data") { token, agent, operatorName, agentClass, form, robots };
        var files = new SharedFiles(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var wanted = new NewAgent(parsed.GetValue(token)!, parsed.GetValue(form)!, parsed.GetValue(agent)!, parsed.GetValue(operatorName)!, parsed.GetValue(agentClass)!, parsed.GetValue(robots)!);
            await using var shared = await files.OpenAsync(context, parsed, cancel);
            Made(new RuleEditor(shared, context.Time).AddAgent(wanted));
            context.Terminal.Error.WriteLine($"{wanted.Token}: added; rows that were stored before keep what they have until history is classified again");
            return ExitCode.Ok;
        });
        return command;
    }

    public static CisternCommand CreateRobots(CommandContext context) =>
        new("robots", "Say what robots.txt said, so that reads are judged by the version in force at their time.") { CreateRobotsAdd(context), CreateRobotsList(context) };

    private static CisternCommand CreateRobotsAdd(CommandContext context)
    {
        var host = new Option<string>("--host") { Description = "The host whose file it is, with its port if that is not the default.", HelpName = "HOST", Required = true };
        var file = new Option<string>("--file") { Description = "The robots.txt; - for standard input.", HelpName = "FILE", Required = true };
        var from = new Option<DateTimeOffset?>("--from") { Description = "Since when it has been in force, a time in UTC such as 2026-11-20. Default: now.", HelpName = "TIME" };
        var command = new CisternCommand("add", "Put a version of a robots.txt into force.", "cistern agents robots add --host www.example.com --file robots.txt --data ./data") { host, file, from };
        var files = new SharedFiles(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var text = await ReadAsync(context, parsed.GetValue(file)!, cancel);
            var moment = parsed.GetValue(from) ?? context.Time.GetUtcNow();
            await using var shared = await files.OpenAsync(context, parsed, cancel);
            Made(new RuleEditor(shared, context.Time).AddRobots(parsed.GetValue(host)!, moment, text));
            context.Terminal.Error.WriteLine($"{parsed.GetValue(host)}: in force since {Text(moment)}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static CisternCommand CreateRobotsList(CommandContext context)
    {
        var command = new CisternCommand("list", "Show the versions of robots.txt that are known.", "cistern agents robots list --data ./data");
        var files = new SharedFiles(command);
        command.SetAction(async (parsed, cancel) =>
        {
            await using var shared = await files.OpenAsync(context, parsed, cancel);
            var table = new Table().Border(TableBorder.Simple).AddColumns("host", "from", "bytes");
            foreach (var version in RobotsFiles.List(shared.Rules))
            {
                table.AddRow(new[] { version.Host, Text(version.From), Units.Count(version.Bytes) }.Select(Markup.Escape).ToArray());
            }

            context.Terminal.CreateAnsi().Write(table);
            return ExitCode.Ok;
        });
        return command;
    }

    // One byte more than a file may have, so that a larger one is refused and not cut.
    private static async Task<string> ReadAsync(CommandContext context, string file, CancellationToken cancel)
    {
        await using var stream = file == "-" ? context.Terminal.OpenIn() : File.OpenRead(file);
        var bytes = new byte[RobotsTxt.BytesMax + 1];
        var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel);
        return System.Text.Encoding.UTF8.GetString(bytes, 0, length);
    }

    private static void Made(RuleChange change)
    {
        if (change.Fault is not null)
        {
            throw new CommandFailedException(change.Problem);
        }
    }

    private static string Text(DateTimeOffset moment) => moment.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
}
