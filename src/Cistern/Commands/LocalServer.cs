using System.Collections;
using Cistern.Dashboard;
using Cistern.Ingest.Keys;
using Cistern.Operations;
using Cistern.Operations.Settings;

namespace Cistern.Commands;

/// <summary>How such a server is run.</summary>
/// <param name="Firehose">The local Firehose that its dashboard shows, or nothing.</param>
/// <param name="Refuses">Which deliveries it turns away as if it were out of order; null for none.</param>
internal sealed record LocalServing(string Listen = "http://127.0.0.1:0", string Firehose = "", Func<HttpRequest, bool>? Refuses = null);

/// <summary>A server within this process, on loopback, with a key that goes with it: for a command that is given a data folder instead of an address.</summary>
/// <remarks>The command then speaks HTTP to it like to any other, so that there is one way through the program, and one to test.</remarks>
internal sealed class LocalServer : IAsyncDisposable
{
    private static readonly TimeSpan _keyLife = TimeSpan.FromDays(7);

    private readonly CisternServer _server;
    private readonly SignIns _signIns;
    private readonly KeyStore _keys;
    private readonly TimeProvider _time;
    private readonly List<string> _keyNames = [];

    private LocalServer(CisternServer server, SignIns signIns, KeyStore keys, TimeProvider time, string purpose, KeyScopes scopes)
    {
        (_server, _signIns, _keys, _time) = (server, signIns, keys, time);
        Key = CreateKey(purpose, scopes);
        Url = new Uri(server.Urls[0]);
        signIns.NoteServer(Url);
    }

    public Uri Url { get; }

    public string Key { get; }

    /// <summary>A new link that signs a browser in to this server's dashboard: once, within <see cref="SignIns.LinkLifetime"/>.</summary>
    /// <exception cref="SignInFileException">The file of the folder cannot be read or written.</exception>
    public string CreateSignInLink() => _signIns.CreateLink(Url);

    /// <summary>A further key that goes with this server.</summary>
    /// <exception cref="CommandFailedException">The keys of the folder cannot be used.</exception>
    public string CreateKey(string purpose, KeyScopes scopes)
    {
        var name = $"{purpose}-{Guid.NewGuid():N}"[..(purpose.Length + 9)];
        var made = _keys.Create(new NewKey { Name = name, Scopes = scopes, Expires = _time.GetUtcNow() + _keyLife });
        _keyNames.Add(name);
        return made.Secret?.Reveal() ?? throw new CommandFailedException(made.Problem!);
    }

    /// <param name="purpose">Begins the name of the key, which is stored with each delivery.</param>
    /// <exception cref="CommandFailedException">The settings of the folder or its keys cannot be used.</exception>
    /// <exception cref="IOException">Another process has the folder, or the address.</exception>
    public static async Task<LocalServer> StartAsync(
        CommandContext context, string folder, string purpose, KeyScopes scopes, LocalServing? serving = null, CancellationToken cancel = default)
    {
        serving ??= new LocalServing();
        var settings = ReadSettings(new Dictionary<string, string> { [SettingsCatalogue.DataFolder] = folder, ["listen"] = serving.Listen, ["firehose"] = serving.Firehose }, context.Environment);
        var server = await CisternServer.StartAsync(settings, context.OpenStore, new ServerOptions { Time = context.Time, Logging = WarningsOnly, Refuses = serving.Refuses }, cancel);
        try
        {
            return new LocalServer(server, new SignIns(server.Shared, context.Time), new KeyStore(server.Shared, context.Time), context.Time, purpose, scopes);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reads the settings of a data folder, and what the command line puts over them.</summary>
    /// <exception cref="CommandFailedException">Some are wrong; the message names them all.</exception>
    public static CisternSettings ReadSettings(Dictionary<string, string> commandLine, IDictionary environment)
    {
        var reading = SettingsReader.Read(commandLine, environment);
        return reading.Problems.Count == 0
            ? reading.Settings
            : throw new CommandFailedException("cannot use the settings:" + string.Concat(reading.Problems.Select(problem => $"{Environment.NewLine}  {problem}")));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync();
        _keyNames.ForEach(name => _keys.Revoke(name));
        await _server.DisposeAsync();
    }

    // What the server says at its start and stop would only be in the way of what the command says.
    private static void WarningsOnly(ILoggingBuilder logging)
    {
        ServerLogging.ToStandardError(logging);
        logging.SetMinimumLevel(LogLevel.Warning);
    }
}
