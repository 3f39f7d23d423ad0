using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Cistern.Commands;

/// <summary>The standard help of a command, and below it examples and the exit codes.</summary>
internal sealed class CommandHelp(HelpAction standard, IReadOnlyList<string> rootExamples) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        standard.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (var example in ExamplesOf(parseResult.CommandResult.Command))
        {
            output.WriteLine($"  {example}");
        }

        return ExitCode.Ok;
    }

    /// <summary>Gives every command below the root this help instead of the standard one.</summary>
    public static void Install(RootCommand root, IReadOnlyList<string> rootExamples)
    {
        foreach (var option in root.Options.OfType<HelpOption>())
        {
            option.Description = "Show help with examples.";
            option.Action = new CommandHelp((HelpAction)option.Action!, rootExamples);
        }
    }

    private IReadOnlyList<string> ExamplesOf(Command command) => command switch
    {
        CisternCommand { Examples.Count: > 0 } own => own.Examples,
        CisternCommand group => [.. group.Subcommands.OfType<CisternCommand>().SelectMany(sub => sub.Examples.Take(1))],
        _ => rootExamples,
    };
}
