using System.CommandLine;
using System.Text.RegularExpressions;
using Cistern.Commands;
using Cistern.Operations.Settings;
using Cistern.Tests.Faults;

namespace Cistern.Tests.Documents;

/// <summary>Holds every page to the program: its commands run, and what it names is there.</summary>
public sealed partial class CommandBlockTests
{
    private static readonly RootCommand Root = CommandLine.Build(new CommandContext
    {
        Terminal = new Terminal { Out = TextWriter.Null, Error = TextWriter.Null, OpenIn = () => Stream.Null },
        OpenStore = (_, _) => throw new InvalidOperationException("this test opens no store"),
    });

    public static TheoryData<string> Pages => [.. DocumentPage.Names];

    public static TheoryData<string> PagesThatRun => [.. DocumentPage.Names.Where(name => new DocumentPage(name).Blocks.Any(Runs))];

    /// <summary>Follows a page as a reader does, in an empty folder.</summary>
    [Theory]
    [MemberData(nameof(PagesThatRun))]
    public async Task The_commands_of_a_page_run(string name)
    {
        Requirement.Package("curl", "curl");
        var page = new DocumentPage(name);
        if (page.Blocks.Any(block => Runs(block) && AwsCommand().IsMatch(block.Text)))
        {
            Requirement.Package("aws", "awscli");
        }

        using var script = new PageScript(page);
        await script.RunAsync();
    }

    /// <summary>Also those that no test can run: a command or an option that is not there fails.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public void The_commands_of_a_page_exist(string name)
    {
        var commands = new DocumentPage(name).Blocks.Where(block => block.Language == "sh").SelectMany(block => ShellLines.OfCistern(block.Text));

        Assert.All(commands, arguments => Assert.True(Root.Parse(arguments).Errors is [], $"{name}: cistern {string.Join(' ', arguments)}: {string.Join("; ", Root.Parse(arguments).Errors.Select(error => error.Message))}"));
    }

    /// <summary>In running text <c>cistern serve --data</c> stands for a command without all that it needs.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public void The_commands_that_a_page_speaks_of_exist(string name)
    {
        var commands = Quoted().Matches(new DocumentPage(name).Text).SelectMany(match => ShellLines.OfCistern(match.Groups[1].Value));

        Assert.All(commands, arguments =>
        {
            Command command = Root;
            foreach (var word in arguments.TakeWhile(word => command.Subcommands.Count > 0 && word.All(char.IsAsciiLetterLower)))
            {
                command = command.Subcommands.SingleOrDefault(one => one.Name == word) ?? throw new InvalidOperationException($"{name} speaks of '{word}' in 'cistern {string.Join(' ', arguments)}', which is no command");
            }

            Assert.All(arguments.Where(word => word.StartsWith("--", StringComparison.Ordinal)), word =>
                Assert.True(Below(command).SelectMany(one => one.Options).Any(option => option.Name == word.Split('=')[0]), $"{name}: cistern {string.Join(' ', arguments)} has no option {word}"));
        });
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void The_options_of_a_page_exist(string name)
    {
        var options = Root.Subcommands.SelectMany(Below).SelectMany(command => command.Options).Select(option => option.Name).ToHashSet();
        var named = Quoted().Matches(new DocumentPage(name).Text).Select(match => match.Groups[1].Value).Where(code => OptionAlone().IsMatch(code)).Select(code => OptionAlone().Match(code).Groups[1].Value);

        Assert.All(named, option => Assert.True(options.Contains(option) || NotOurs.Contains(option), $"{name} names the option {option}, which no command has"));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void The_settings_of_a_page_exist(string name)
    {
        var page = new DocumentPage(name);
        var settings = SettingsCatalogue.All.Select(setting => setting.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var groups = settings.Where(setting => setting.Contains(':', StringComparison.Ordinal)).Select(setting => setting[..setting.IndexOf(':', StringComparison.Ordinal)]).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var named = Quoted().Matches(page.Text).Select(match => match.Groups[1].Value).Where(code => SettingName().IsMatch(code)).Select(code => SettingName().Match(code).Groups[1].Value)
            .Concat(SetOption().Matches(page.Text).Select(match => match.Groups[1].Value))
            .Concat(Variable().Matches(page.Text).Select(match => match.Groups[1].Value.Replace("__", ":", StringComparison.Ordinal)))
            .Where(setting => setting != "NAME")
            .Where(setting => !setting.Contains(':', StringComparison.Ordinal) || groups.Contains(setting[..setting.IndexOf(':', StringComparison.Ordinal)]));

        Assert.All(named, setting => Assert.True(settings.Contains(setting), $"{name} names the setting {setting}, which is not there"));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void The_addresses_of_a_page_exist(string name)
    {
        var routes = Routes.Value;
        var named = Route().Matches(new DocumentPage(name).Text).Select(match => match.Groups[1].Value.TrimEnd('/', '.'));

        Assert.All(named, route => Assert.True(routes.Any(known => known.IsMatch(route)), $"{name} names the address {route}, which is not there"));
    }

    [Fact]
    public void Pages_that_cannot_run_say_why()
    {
        var blocks = DocumentPage.Names.SelectMany(name => new DocumentPage(name).Blocks).ToArray();

        Assert.True(blocks.Count(Runs) > 30, $"only {blocks.Count(Runs)} blocks run");
        Assert.All(blocks, block => Assert.True(block.NotRun is null || block.NotRun.Length > 5, $"the block of line {block.Line} says '{block.NotRun}'"));
        Assert.DoesNotContain(blocks, block => block.Language is "bash" or "shell" or "console" or "");
    }

    private static readonly string[] NotOurs = ["--help", "--project", "--endpoint-url", "--if-match", "--secret-string", "--health-cmd"];

    // What an operator may meet, and what stands for several of them: the OpenAPI document, what only a local Firehose serves, and the pages.
    private static readonly Lazy<Regex[]> Routes = new(() =>
    [
        .. File.ReadAllLines(Path.Combine(Repository.Root, "src", "Cistern", "Query", "Api", "openapi.json")).Select(line => PathOfDocument().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value)
            .Concat(Cistern.Ingest.IngestAddress.All.Select(address => address.Path)).Concat(["/cistern/streams", "/cistern/streams/{name}/backups", "/cistern/streams/{name}/replay"])
            .SelectMany(path => Enumerable.Range(2, path.Count(character => character == '/')).Select(parts => string.Join('/', path.Split('/').Take(parts)))).Distinct()
            .Select(path => new Regex($"^{RouteParameter().Replace(path.Replace(".", "\\.", StringComparison.Ordinal), "[^/]+")}(/\\*)?$")),
    ]);

    private static bool Runs(CodeBlock block) => block is { Language: "sh" or "sql", NotRun: null };

    private static IEnumerable<Command> Below(Command command) => command.Subcommands.SelectMany(Below).Prepend(command);

    [GeneratedRegex(@"(?<!`)`([^`\n]+)`(?!`)")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^(--[a-z][a-z0-9-]+)(?: |$)")]
    private static partial Regex OptionAlone();

    [GeneratedRegex(@"^([a-zA-Z]+:[a-z][a-zA-Z]+)$")]
    private static partial Regex SettingName();

    [GeneratedRegex(@"--set ([a-zA-Z:]+)=")]
    private static partial Regex SetOption();

    [GeneratedRegex(@"\bCISTERN__([A-Z_]+[A-Z])\b")]
    private static partial Regex Variable();

    [GeneratedRegex(@"(?<![\w./-])((?:/api|/ingester|/cistern/streams|/v1/logs)(?:/[\w{}*-]+)*|/(?:healthz|readyz|openapi\.json))(?![\w/])")]
    private static partial Regex Route();

    [GeneratedRegex(@"^\s+""(/[^""]+)"": \{$")]
    private static partial Regex PathOfDocument();

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex RouteParameter();

    [GeneratedRegex(@"(^|\s)aws ")]
    private static partial Regex AwsCommand();
}
