using Spectre.Console;

namespace Cistern.Commands;

/// <summary>Where a command reads and writes: the console of the process, or what a test hands in.</summary>
/// <remarks>Results go to <see cref="Out"/>; progress, notes and errors to <see cref="Error"/>, so that output can be piped.</remarks>
internal sealed class Terminal
{
    private const int PipeWidth = 160;

    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    public required Func<Stream> OpenIn { get; init; }

    /// <summary>A person looks at standard output: colour and human units are welcome.</summary>
    public bool OutIsInteractive { get; init; }

    /// <summary>A person looks at standard error: a progress line may be drawn over.</summary>
    public bool ErrorIsInteractive { get; init; }

    /// <summary>A person can answer a question: standard input is a terminal.</summary>
    public bool InIsInteractive { get; init; }

    public static Terminal OfProcess() => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        OpenIn = Console.OpenStandardInput,
        OutIsInteractive = !Console.IsOutputRedirected,
        ErrorIsInteractive = !Console.IsErrorRedirected,
        InIsInteractive = !Console.IsInputRedirected,
    };

    /// <summary>A console for tables on standard output; without colour and control codes when nobody looks.</summary>
    public IAnsiConsole CreateAnsi()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = OutIsInteractive ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = OutIsInteractive ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = OutIsInteractive ? InteractionSupport.Detect : InteractionSupport.No,
            Out = new AnsiConsoleOutput(Out),
        });
        if (!OutIsInteractive)
        {
            console.Profile.Width = PipeWidth;
        }

        return console;
    }
}
