using System.CommandLine;
using Cistern.Dashboard;

namespace Cistern.Commands;

/// <summary><c>cistern signin</c>: prints a link that signs a browser in to the dashboard, also while servers run.</summary>
internal sealed class SignInCommand : CisternCommand
{
    private readonly SharedFiles _files;
    private readonly Option<Uri?> _url = new("--url") { Description = "The server's address as the browser reaches it. Default: where the server that started last listens.", HelpName = "URL", CustomParser = SharedOptions.ParseUrl };

    public SignInCommand(CommandContext context)
        : base(
            "signin",
            "Print a link that signs a browser in to the dashboard: once, within 15 minutes.",
            "cistern signin --data ./data",
            "cistern signin --data /var/lib/cistern --url https://logs.example.com",
            "cistern signin --store clickhouse://app@clickhouse:8123/cistern --url https://logs.example.com")
    {
        _files = new SharedFiles(this);
        Add(_url);
        SetAction((parsed, cancel) => RunAsync(context, parsed, cancel));
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancel)
    {
        var settings = _files.Settings(context, parsed);
        await using var shared = await _files.OpenAsync(context, parsed, cancel);
        if (!Directory.Exists(shared.Root))
        {
            throw new CommandFailedException($"there is no folder {shared.Root}; name the data folder of the server");
        }

        var link = new SignIns(shared, context.Time).CreateLink(parsed.GetValue(_url), otherwise: SignIns.AddressOf(settings.Listen[0]));
        context.Terminal.Error.WriteLine($"signs in once, within {SignIns.LinkLifetime.TotalMinutes} minutes; if the server has another address, give it with --url");
        context.Terminal.Out.WriteLine(link);
        return ExitCode.Ok;
    }
}
