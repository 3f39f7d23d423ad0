using System.Collections;
using System.Text;
using Cistern.Commands;
using Cistern.Operations;

namespace Cistern.Tests.Commands;

/// <summary>Runs a command line as a script would: nothing is a terminal.</summary>
internal sealed record CommandRun(int ExitCode, string Out, string Error)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task<CommandRun> RunAsync(string commandLine, string input = "", OpenStore? openStore = null, TimeProvider? time = null) =>
        await RunAsync(commandLine.Split(' '), input, openStore, time);

    /// <param name="isAsked">Whether a person is there to answer questions with the input.</param>
    public static async Task<CommandRun> RunAsync(string[] arguments, string input = "", OpenStore? openStore = null, TimeProvider? time = null, bool isAsked = false)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var context = new CommandContext
        {
            Terminal = new Terminal { Out = TextWriter.Synchronized(output), Error = TextWriter.Synchronized(error), OpenIn = () => new MemoryStream(Encoding.UTF8.GetBytes(input)), InIsInteractive = isAsked },
            OpenStore = openStore ?? ((_, _) => throw new InvalidOperationException("this test opens no store")),
            Time = time ?? TimeProvider.System,
            Environment = new Hashtable(),
        };
        var exitCode = await CommandLine.RunAsync(arguments, context).WaitAsync(Limit);
        return new CommandRun(exitCode, output.ToString(), error.ToString());
    }
}
