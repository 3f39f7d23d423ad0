using Cistern.Commands;

namespace Cistern;

internal static class Program
{
    public static Task<int> Main(string[] arguments) => CommandLine.RunAsync(arguments, CommandContext.OfProcess());
}
