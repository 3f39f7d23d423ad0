using System.CommandLine;
using Cistern.Dashboard;
using Cistern.Operations.Settings;

namespace Cistern.Commands;

/// <summary><c>cistern signin</c>: prints a link that signs a browser in to the dashboard, also while a server runs on the folder.</summary>
internal sealed class SignInCommand : CisternCommand
{
    private readonly Option<string> _data = new("--data") { Description = "The data folder of the server.", HelpName = "DIR", Required = true };
    private readonly Option<Uri?> _url = new("--url") { Description = "The server's address as the browser reaches it. Default: where the last server on the folder listened.", HelpName = "URL", CustomParser = SharedOptions.ParseUrl };

    public SignInCommand(CommandContext context)
        : base(
            "signin",
            "Print a link that signs a browser in to the dashboard: once, within 15 minutes.",
            "cistern signin --data ./data",
            "cistern signin --data /var/lib/cistern --url https://logs.example.com")
    {
        Add(_data);
        Add(_url);
        SetAction(parsed => Run(context, parsed.GetValue(_data)!, parsed.GetValue(_url)));
    }

    private static int Run(CommandContext context, string folder, Uri? url)
    {
        if (!Directory.Exists(folder))
        {
            throw new CommandFailedException($"there is no folder {folder}; name the data folder of the server");
        }

        var settings = LocalServer.ReadSettings(new Dictionary<string, string> { [SettingsCatalogue.DataFolder] = folder }, context.Environment);
        var link = new SignIns(folder, context.Time).CreateLink(url, otherwise: SignIns.AddressOf(settings.Listen[0]));
        context.Terminal.Error.WriteLine($"signs in once, within {SignIns.LinkLifetime.TotalMinutes} minutes; if the server has another address, give it with --url");
        context.Terminal.Out.WriteLine(link);
        return ExitCode.Ok;
    }
}
