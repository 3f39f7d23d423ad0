using Cistern.Commands;
using Cistern.Store;

namespace Cistern;

internal static class Program
{
    public static Task<int> Main(string[] arguments) =>
        CommandLine.RunAsync(arguments, new CommandContext { Terminal = Terminal.OfProcess(), OpenStore = StoreChoice.OpenAsync });
}
