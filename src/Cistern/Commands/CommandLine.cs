using System.CommandLine;
using System.CommandLine.Invocation;

namespace Cistern.Commands;

/// <summary>The command line as a whole: which commands there are, and how each way of ending becomes an exit code.</summary>
internal static class CommandLine
{
    private static readonly string[] _examples =
    [
        "cistern demo",
        "cistern serve --data ./data",
        "cistern keys create --data ./data --name laptop --scope ingest --scope read",
        "zcat access.tsv.gz | cistern send --url http://127.0.0.1:8080/firehose --key $KEY",
        "cistern query --url http://127.0.0.1:8080 --key $KEY --measure requests --by path",
    ];

    public static RootCommand Build(CommandContext context)
    {
        var root = new RootCommand("Cistern, the self-hosted destination for Amazon Data Firehose.");
        foreach (var command in All(context))
        {
            root.Add(command);
        }

        CommandHelp.Install(root, _examples);
        return root;
    }

    /// <summary>Runs one command line. Exceptions that a person can act on become one line; others are bugs and keep their stack.</summary>
    public static async Task<int> RunAsync(string[] arguments, CommandContext context, CancellationToken cancel = default)
    {
        var parsed = Build(context).Parse(arguments);
        var name = NameOf(parsed.CommandResult.Command);
        if (parsed.Action is ParseErrorAction)
        {
            return Misuse(context.Terminal, name, ProblemOf(parsed));
        }

        var configuration = new InvocationConfiguration
        {
            Output = context.Terminal.Out,
            Error = context.Terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = (parsed.CommandResult.Command as CisternCommand)?.StopTimeout ?? TimeSpan.FromSeconds(2),
        };
        try
        {
            return await parsed.InvokeAsync(configuration, cancel);
        }
        catch (CommandMisuseException misuse)
        {
            return Misuse(context.Terminal, name, misuse.Message);
        }
        catch (CommandFailedException failure)
        {
            return Fail(context.Terminal, name, failure.Message);
        }
        catch (OperationCanceledException)
        {
            return Fail(context.Terminal, name, "stopped before it was done");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Fail(context.Terminal, name, exception.Message);
        }
    }

    private static IEnumerable<CisternCommand> All(CommandContext context) => 
    [
        new ServeCommand(context), new FirehoseCommand(context), new SignInCommand(context), KeysCommand.Create(context), AgentsCommand.Create(context), new SendCommand(context), new ImportCommand(context),
        new ReplayCommand(context), new QueryCommand(context), new TailCommand(context), new CheckCommand(context), AwsCommand.Create(context), new BackupCommand(context), new CopyCommand(context), new ReadyCommand(context), new DemoCommand(context),
        new BenchCommand(context),
    ];

    private static string NameOf(Command command) =>
        command is RootCommand ? "cistern" : $"{NameOf((Command)command.Parents.First())} {command.Name}";

    // "Required command was not provided" would hide that a command was given, but one that does not exist.
    private static string ProblemOf(ParseResult parsed) => (parsed.UnmatchedTokens, parsed.CommandResult.Command.Subcommands) switch
    {
        ([var unknown, ..], { Count: > 0 } commands) => $"there is no command '{unknown}'; there are {string.Join(", ", commands.Select(command => command.Name))}",
        ([], { Count: > 0 } commands) when parsed.CommandResult.Command.Action is null => $"a command is missing; there are {string.Join(", ", commands.Select(command => command.Name))}",
        _ => string.Join(' ', parsed.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)),
    };

    private static int Misuse(Terminal terminal, string command, string message)
    {
        terminal.Error.WriteLine($"{command}: {message.TrimEnd('.')}; see {command} --help");
        return ExitCode.Misuse;
    }

    private static int Fail(Terminal terminal, string command, string message)
    {
        terminal.Error.WriteLine($"{command}: {message}");
        return ExitCode.Failed;
    }
}
