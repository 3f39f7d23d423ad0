using System.CommandLine;
using Cistern.Operations;
using Cistern.Operations.Settings;
using Cistern.Operations.Shared;
using Cistern.Store;

namespace Cistern.Commands;

/// <summary>The two options by which a command finds the files that servers share: in the data folder of one server, or in a ClickHouse.</summary>
internal sealed class SharedFiles
{
    private const string Variable = "CISTERN__STORE__ADDRESS";

    private readonly Option<string?> _data = new("--data") { Description = "The data folder of the server; what its settings say of the files counts.", HelpName = "DIR" };
    private readonly Option<string?> _store = new("--store") { Description = $"Instead of --data: the ClickHouse that the servers share, as clickhouse://user:password@host:8123/database. With a password better as {Variable} in the environment.", HelpName = "ADDRESS" };

    public SharedFiles(Command command)
    {
        command.Add(_data);
        command.Add(_store);
    }

    /// <summary>Whether there is anything to open.</summary>
    public bool AreNamed(CommandContext context, ParseResult parsed) => parsed.GetValue(_data) is not null || Settings(context, parsed).Store.Address.Length > 0;

    /// <summary>Opens them; a server may run meanwhile.</summary>
    /// <exception cref="CommandMisuseException">None were named.</exception>
    /// <exception cref="IOException">They cannot be reached.</exception>
    public async Task<SharedFolder> OpenAsync(CommandContext context, ParseResult parsed, CancellationToken cancel)
    {
        if (!AreNamed(context, parsed))
        {
            throw new CommandMisuseException($"--data is missing: name the data folder of a server, or the ClickHouse of several with --store (or {Variable})");
        }

        using var loggers = LoggerFactory.Create(ServerLogging.ToStandardError);
        return await StoreChoice.OpenSharedOnceAsync(Settings(context, parsed), context.Time, loggers, cancel);
    }

    /// <summary>The settings that say where they are: on the command line, in the environment, or in the data folder. Others may be wrong without harm.</summary>
    public CisternSettings Settings(CommandContext context, ParseResult parsed)
    {
        var over = new Dictionary<string, string>();
        if (parsed.GetValue(_data) is { } folder)
        {
            over[SettingsCatalogue.DataFolder] = folder;
        }

        if (parsed.GetValue(_store) is { } address)
        {
            over[SettingsCatalogue.StoreAddress] = address;
        }

        return SettingsReader.Read(over, context.Environment).Settings;
    }
}
