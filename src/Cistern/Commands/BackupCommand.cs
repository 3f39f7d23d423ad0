using System.CommandLine;
using Cistern.Commands.Asking;
using Cistern.Enrich.Rules;
using Cistern.Ingest.Keys;
using Cistern.Journal;
using Cistern.Operations;
using Cistern.Store;

namespace Cistern.Commands;

/// <summary><c>cistern backup</c>: a folder that a server can be started on, of a running server or of a folder that none runs on.</summary>
internal sealed class BackupCommand : CisternCommand
{
    private readonly ServerOptionsGroup _server = new();
    private readonly Option<string?> _to = new("--to") { Description = "With --data: the folder to write, which is not there yet.", HelpName = "DIR" };
    private readonly Option<string?> _name = new("--name") { Description = "With --url: the name of the folder within the server's own folder for backups. Default: the time.", HelpName = "NAME" };

    public BackupCommand(CommandContext context)
        : base(
            "backup",
            "Copy a data folder, also while a server takes deliveries. Start a server on the copy to use it.",
            "cistern backup --url http://127.0.0.1:8080 --key $KEY --name monday",
            "cistern backup --data ./data --to ./data-backup")
    {
        _server.AddTo(this);
        Add(_to);
        Add(_name);
        SetAction((parsed, cancel) => RunAsync(context, _server.Read(parsed), parsed.GetValue(_to), parsed.GetValue(_name), cancel));
    }

    private static async Task<int> RunAsync(CommandContext context, ServerChoice choice, string? to, string? name, CancellationToken cancel)
    {
        var done = choice.DataFolder is { } folder
            ? await CopyAsync(context, folder, Folder(to, name), cancel)
            : await AskAsync(context, choice, BackupName(to, name), cancel);
        context.Terminal.Error.WriteLine($"backed up {Units.Count(done.Rows)} rows in {Units.Count(done.Files)} files: {Units.Bytes(done.Bytes - done.CopiedBytes)} share their place with the data folder, {Units.Bytes(done.CopiedBytes)} were copied");
        context.Terminal.Out.WriteLine(done.Folder);
        return ExitCode.Ok;
    }

    private static string Folder(string? to, string? name) =>
        name is not null ? throw new CommandMisuseException("--name is for a running server; with --data name the folder to write with --to")
        : to ?? throw new CommandMisuseException("--to is missing: name the folder to write");

    private static string? BackupName(string? to, string? name) => to is null
        ? name
        : throw new CommandMisuseException("--to is for --data; a running server writes into its own folder for backups (setting store:backupFolder), and --name names the backup in it");

    // The store is opened without a server: nobody is to be let in, and no key is needed that would be in the copy.
    private static async Task<BackupDone> CopyAsync(CommandContext context, string folder, string to, CancellationToken cancel)
    {
        var data = new DataFolder(folder);
        if (!Directory.Exists(data.Journal) && !File.Exists(data.Manifest))
        {
            throw new CommandFailedException($"there is no store in {data.Root}; name the data folder of a server with --data");
        }

        var settings = LocalServer.ReadSettings(new() { [Operations.Settings.SettingsCatalogue.DataFolder] = folder }, context.Environment);
        using var loggers = LoggerFactory.Create(logging =>
        {
            ServerLogging.ToStandardError(logging);
            logging.SetMinimumLevel(LogLevel.Warning);
        });
        var rules = new RuleStore(data.Rules, loggers.CreateLogger<RuleStore>());
        await using var store = await context.OpenStore(new StoreOpening(settings, context.Time, loggers) { Rules = rules }, cancel);
        return await store.BackUpAsync(to, cancel);
    }

    private static async Task<BackupDone> AskAsync(CommandContext context, ServerChoice choice, string? name, CancellationToken cancel)
    {
        await using var server = await ServerAccess.OpenAsync(context, choice, "backup", KeyScopes.Admin, cancel);
        using var http = new HttpClient();
        var api = new ApiClient(http, server.Url, server.Key);
        return await BackupRequest.RunAsync(api, name, context.Time, cancel);
    }
}
