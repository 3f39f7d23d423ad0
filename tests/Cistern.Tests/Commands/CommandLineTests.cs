using System.CommandLine;
using Cistern.Commands;

namespace Cistern.Tests.Commands;

public sealed class CommandLineTests
{
    public static TheoryData<string> EveryCommand() => [.. Names(Root()).Where(name => name.Length > 0)];

    [Theory]
    [MemberData(nameof(EveryCommand))]
    public async Task Help_describes_every_command_and_its_options_and_ends_with_an_example_that_parses(string name)
    {
        var run = await CommandRun.RunAsync($"{name} --help");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var examples = run.Out[run.Out.IndexOf("Examples:", StringComparison.Ordinal)..].Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];
        Assert.NotEmpty(examples);
        Assert.All(examples, example => Assert.Contains($"cistern {name}", example, StringComparison.Ordinal));
        Assert.All(examples, AssertParses);
    }

    [Theory]
    [MemberData(nameof(EveryCommand))]
    public void Every_command_option_and_argument_has_a_description(string name)
    {
        var command = Find(name);

        Assert.False(string.IsNullOrWhiteSpace(command.Description), name);
        Assert.All(command.Options, option => Assert.False(string.IsNullOrWhiteSpace(option.Description), $"{name} {option.Name}"));
        Assert.All(command.Arguments, argument => Assert.False(string.IsNullOrWhiteSpace(argument.Description), $"{name} {argument.Name}"));
    }

    [Fact]
    public async Task Help_of_the_program_names_its_commands_and_shows_examples_that_parse()
    {
        var run = await CommandRun.RunAsync("--help");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("serve", run.Out, StringComparison.Ordinal);
        var examples = run.Out[run.Out.IndexOf("Examples:", StringComparison.Ordinal)..].Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];
        Assert.All(examples, AssertParses);
    }

    [Theory]
    [InlineData("", "cistern: a command is missing")]
    [InlineData("frobnicate", "cistern: there is no command 'frobnicate'")]
    [InlineData("keys", "cistern keys: a command is missing; there are create, list, revoke")]
    [InlineData("keys create --data x", "cistern keys create: Option '--name' is required")]
    [InlineData("keys create --data x --name n --scope root", "cannot use the scope 'root'; scopes are ingest, read, admin")]
    [InlineData("keys create --data x --name n --expires soon", "cannot read 'soon' as a time")]
    [InlineData("send", "--url is missing")]
    [InlineData("send --url example.com", "cannot use 'example.com' as an address")]
    [InlineData("send --url http://127.0.0.1:1 --records 10001", "cannot use 10001 for --records: it must be from 1 to 10000")]
    [InlineData("send --url http://127.0.0.1:1 --bytes 65MiB", "Firehose sends 1 byte to 64 MiB")]
    [InlineData("send --url http://127.0.0.1:1 --bytes many", "cannot read 'many' as a size")]
    [InlineData("send --url http://127.0.0.1:1 --retry-for 3h", "Firehose allows at most 2 h")]
    [InlineData("send --url http://127.0.0.1:1 --attribute novalue", "cannot read 'novalue' for --attribute; write NAME=VALUE")]
    [InlineData("send - --url http://127.0.0.1:1 --repeat 2", "cannot repeat standard input")]
    [InlineData("import", "Required argument missing")]
    [InlineData("query --sql select status:200", "--sql and a filter cannot be used together")]
    [InlineData("query", "name a server with --url")]
    [InlineData("query --format xml", "xml")]
    [InlineData("serve --set hot", "cannot read 'hot' for --set; write NAME=VALUE")]
    [InlineData("demo --rate 0", "cannot use 0 for --rate")]
    [InlineData("firehose --account 12", "cannot use '12' for --account: an account has 12 digits")]
    [InlineData("firehose --region ../x", "cannot use '../x' for --region")]
    [InlineData("firehose --listen 127.0.0.1", "cannot listen on '127.0.0.1'; write http:// or https://")]
    [InlineData("firehose --listen http://0.0.0.0:4573", "beyond this machine without --credentials")]
    [InlineData("firehose --listen https://127.0.0.1:4573", "without --tls-certificate and --tls-key")]
    public async Task Wrong_use_is_exit_code_2_one_line_and_where_help_is(string commandLine, string message)
    {
        var run = await CommandRun.RunAsync(commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.EndsWith("--help", Assert.Single(run.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("send /nowhere/at-all.tsv --url http://127.0.0.1:1", "cannot read /nowhere/at-all.tsv: there is no such file")]
    [InlineData("import /nowhere/at-all --url http://127.0.0.1:1 --key k", "cannot import /nowhere/at-all: there is no such file or folder")]
    [InlineData("query --url http://127.0.0.1:1 --key k", "cannot reach http://127.0.0.1:1/")]
    [InlineData("serve --data /nowhere --set store:hotBytes=1", "store:hotBytes '1' is outside")]
    [InlineData("firehose --credentials /nowhere/credentials", "/nowhere/credentials")]
    public async Task Failure_is_exit_code_1_and_one_message_that_says_what_failed(string commandLine, string message)
    {
        var run = await CommandRun.RunAsync(commandLine);

        Assert.Equal((1, ""), (run.ExitCode, run.Out));
        Assert.StartsWith($"cistern {commandLine.Split(' ')[0]}: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_is_printed_for_scripts()
    {
        var run = await CommandRun.RunAsync("--version");

        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+", run.Out);
    }

    private static RootCommand Root() => CommandLine.Build(new CommandContext
    {
        Terminal = new Terminal { Out = TextWriter.Null, Error = TextWriter.Null, OpenIn = () => Stream.Null },
        OpenStore = (_, _) => throw new InvalidOperationException("this test opens no store"),
    });

    private static IEnumerable<string> Names(Command command, string prefix = "") =>
        command.Subcommands.SelectMany(sub => new[] { (prefix + " " + sub.Name).Trim() }.Concat(Names(sub, prefix + " " + sub.Name)));

    private static Command Find(string name) => name.Split(' ').Aggregate((Command)Root(), (command, part) => command.Subcommands.Single(sub => sub.Name == part));

    // What stands before a pipe is another program; variables and continuation lines are text to the parser.
    private static void AssertParses(string example)
    {
        var own = example[example.IndexOf("cistern ", StringComparison.Ordinal)..]["cistern ".Length..];
        Assert.Empty(Root().Parse(own).Errors);
    }
}
