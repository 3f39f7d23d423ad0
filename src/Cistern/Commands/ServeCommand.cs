using System.CommandLine;
using Cistern.Dashboard;
using Cistern.Operations;
using Cistern.Operations.Settings;

namespace Cistern.Commands;

/// <summary><c>cistern serve</c>: the destination, until it is told to stop.</summary>
internal sealed class ServeCommand : CisternCommand
{
    private readonly Option<string?> _data = new("--data") { Description = "The data folder; it is made if it is not there. Default: ./data.", HelpName = "DIR" };
    private readonly Option<string[]> _listen = new("--listen") { Description = "An address to listen on; several times for several. Default: http://127.0.0.1:8080.", HelpName = "URL", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> _store = new("--store") { Description = "Keep rows in this ClickHouse instead of the data folder, as clickhouse://user:password@host:8123/database. With a password better as CISTERN__STORE__ADDRESS in the environment.", HelpName = "ADDRESS" };
    private readonly Option<string?> _firehose = new("--firehose") { Description = "A local Firehose (cistern firehose) that the dashboard shows.", HelpName = "URL" };
    private readonly Option<string[]> _set = SharedOptions.Pairs("--set", "A setting, such as store:retentionAge=30d; see docs/settings.md.");

    public ServeCommand(CommandContext context)
        : base(
            "serve",
            "Take deliveries and answer queries, until Ctrl-C or SIGTERM.",
            "cistern serve --data ./data",
            "cistern serve --data /var/lib/cistern --listen https://0.0.0.0:8443 --set tlsCertificate=/etc/cistern/fullchain.pem --set tlsKey=/etc/cistern/key.pem")
    {
        Add(_data);
        Add(_listen);
        Add(_store);
        Add(_firehose);
        Add(_set);

        // Longer than any stop that the settings allow for deliveries in flight and the closing of the store.
        StopTimeout = TimeSpan.FromMinutes(15);
        SetAction((parsed, cancel) => RunAsync(context, ReadSettings(context, parsed), cancel));
    }

    private CisternSettings ReadSettings(CommandContext context, ParseResult parsed)
    {
        var over = SharedOptions.ReadPairs(parsed.GetValue(_set));
        if (parsed.GetValue(_listen) is { Length: > 0 } listen)
        {
            over["listen"] = string.Join(',', listen);
        }

        if (parsed.GetValue(_data) is { } folder)
        {
            over[SettingsCatalogue.DataFolder] = folder;
        }

        if (parsed.GetValue(_store) is { } store)
        {
            over[SettingsCatalogue.StoreAddress] = store;
        }

        if (parsed.GetValue(_firehose) is { } firehose)
        {
            over["firehose"] = firehose;
        }

        return LocalServer.ReadSettings(over, context.Environment);
    }

    private static async Task<int> RunAsync(CommandContext context, CisternSettings settings, CancellationToken cancel)
    {
        await using var server = await CisternServer.StartAsync(settings, context.OpenStore, new ServerOptions { Time = context.Time, Firehose = FirehoseAccess.Of(context.Environment) }, cancel);
        Greet(context, server, settings, new Uri(server.Urls[0]));
        await Task.Delay(Timeout.Infinite, cancel).ContinueWith(static _ => { }, TaskScheduler.Default);
        return ExitCode.Ok;
    }

    // Until somebody signed in for the first time there is nobody who would know how.
    private static void Greet(CommandContext context, CisternServer server, CisternSettings settings, Uri url)
    {
        try
        {
            var signIns = new SignIns(server.Shared, context.Time);
            signIns.NoteServer(url);
            if (signIns.Read().LastSignIn is null)
            {
                context.Terminal.Out.WriteLine($"Sign in to the dashboard with this link, once and within {SignIns.LinkLifetime.TotalMinutes} minutes; later links: cistern signin {(settings.Store.Address.Length > 0 ? "--store ADDRESS" : $"--data {settings.DataFolder}")}");
                context.Terminal.Out.WriteLine(signIns.CreateLink(url));
                context.Terminal.Out.Flush();
            }
        }
        catch (SignInFileException failure)
        {
            // Deliveries do not need it.
            context.Terminal.Error.WriteLine($"cistern serve: {failure.Message}");
        }
    }
}
