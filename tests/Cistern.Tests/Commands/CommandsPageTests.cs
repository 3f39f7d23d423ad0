using System.CommandLine;
using System.Runtime.CompilerServices;
using Cistern.Commands;

namespace Cistern.Tests.Commands;

/// <summary>Holds <c>docs/commands.md</c> to the program.</summary>
public sealed class CommandsPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(SourceFolder(), "..", "..", "..", "docs", "commands.md"));

    private static readonly RootCommand Root = CommandLine.Build(new CommandContext
    {
        Terminal = new Terminal { Out = TextWriter.Null, Error = TextWriter.Null, OpenIn = () => Stream.Null },
        OpenStore = (_, _) => throw new InvalidOperationException("this test opens no store"),
    });

    [Fact]
    public void Every_command_and_option_is_on_the_page()
    {
        foreach (var command in Root.Subcommands)
        {
            var section = Section(command.Name);
            foreach (var option in Below(command).SelectMany(one => one.Options).Where(option => option is not System.CommandLine.Help.HelpOption))
            {
                Assert.True(section.Contains($"{option.Name}", StringComparison.Ordinal), $"docs/commands.md says nothing of {command.Name} {option.Name}");
            }

            Assert.All(Below(command).Skip(1), sub => Assert.Contains($"{((Command)sub.Parents.First()).Name} {sub.Name}", section, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_option_on_the_page_exists()
    {
        var known = Root.Subcommands.SelectMany(Below).SelectMany(command => command.Options).Select(option => option.Name).ToHashSet();
        var named = System.Text.RegularExpressions.Regex.Matches(Page, @"(?<![\w-])--[a-z][a-z0-9-]+").Select(match => match.Value).Distinct();

        Assert.All(named, name => Assert.True(known.Contains(name) || name is "--help" or "--project", $"docs/commands.md names {name}, which no command has"));
    }

    private static IEnumerable<Command> Below(Command command) => command.Subcommands.SelectMany(Below).Prepend(command);

    private static string Section(string command)
    {
        var start = Page.IndexOf($"\n## {command}", StringComparison.Ordinal);
        Assert.True(start >= 0, $"docs/commands.md has no section of {command}");
        var end = Page.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        return Page[start..(end < 0 ? Page.Length : end)];
    }

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
