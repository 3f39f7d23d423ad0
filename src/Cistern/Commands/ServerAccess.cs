using System.CommandLine;
using Cistern.Ingest.Keys;

namespace Cistern.Commands;

/// <summary>The server that a command speaks to: one that runs (<c>--url</c>, <c>--key</c>), or one of its own on a data folder (<c>--data</c>).</summary>
internal sealed class ServerAccess : IAsyncDisposable
{
    private readonly LocalServer? _local;

    private ServerAccess(Uri url, string key, LocalServer? local) => (Url, Key, _local) = (url, key, local);

    public Uri Url { get; }

    public string Key { get; }

    /// <summary>The server is in this process.</summary>
    public bool IsLocal => _local is not null;

    /// <exception cref="CommandMisuseException">Neither an address nor a folder was named.</exception>
    public static async Task<ServerAccess> OpenAsync(CommandContext context, ServerChoice choice, string purpose, KeyScopes scopes, CancellationToken cancel)
    {
        if (choice.DataFolder is { } folder)
        {
            var local = await LocalServer.StartAsync(context, folder, purpose, scopes, cancel: cancel);
            return new ServerAccess(local.Url, local.Key, local);
        }

        var url = choice.Url ?? throw new CommandMisuseException($"name a server with --url (or {SharedOptions.UrlVariable}), or a data folder with --data");
        var key = choice.Key is { Length: > 0 } given
            ? given
            : throw new CommandMisuseException($"--key is missing; make one with scope {ScopeNames.Of(scopes)[^1]} by keys create, or set {SharedOptions.KeyVariable}");
        return new ServerAccess(url, key, local: null);
    }

    public ValueTask DisposeAsync() => _local?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>What was said about the server on the command line.</summary>
internal sealed record ServerChoice(Uri? Url, string? Key, string? DataFolder);

/// <summary>The three options by which a command finds its server.</summary>
internal sealed class ServerOptionsGroup
{
    private readonly Option<Uri?> _url = SharedOptions.Url("The server's address.");
    private readonly Option<string?> _key = SharedOptions.Key();
    private readonly Option<string?> _data = new("--data") { Description = "Instead of --url: a data folder that no server runs on; it is opened here.", HelpName = "DIR" };

    public void AddTo(Command command)
    {
        command.Add(_url);
        command.Add(_key);
        command.Add(_data);
    }

    public ServerChoice Read(ParseResult parsed) => new(parsed.GetValue(_url), parsed.GetValue(_key), parsed.GetValue(_data));
}
