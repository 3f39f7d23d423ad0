using Cistern.Commands.Asking;
using Cistern.Dashboard;
using Cistern.Enrich.Rules;
using Cistern.Ingest.Keys;
using Cistern.Journal;
using Cistern.Operations;
using Cistern.Operations.Settings;
using Cistern.Operations.Shared;
using Cistern.Store.Copying;

namespace Cistern.Commands.Copying;

/// <summary>The embedded store that is copied: gives images of it, whether a server runs on it or not.</summary>
/// <remarks>An image is a backup: files of the store under second names, which cost neither time nor space, and go when they were copied.</remarks>
internal sealed class SourceStore : IAsyncDisposable
{
    // From a request's arrival to its rows: what waits for room, for its body, and for the disk. A delivery that takes longer is found by the verification.
    private static readonly TimeSpan Commit = TimeSpan.FromMinutes(3);

    private readonly CommandContext _context;
    private readonly DataFolder _data;
    private readonly ServerChoice _server;
    private readonly FileStream _id;
    private readonly ILoggerFactory _loggers;
    private string? _image;

    private SourceStore(CommandContext context, DataFolder data, ServerChoice server, FileStream id, ILoggerFactory loggers) => (_context, _data, _server, _id, _loggers) = (context, data, server, id, loggers);

    /// <summary>By which copies know the store, also one of the same folder that was moved.</summary>
    public required string Id { get; init; }

    public required CisternSettings Settings { get; init; }

    public DataFolder Folder => _data;

    /// <summary>Until when all arrivals are in the last image; null if nobody ran on the store, so that all are.</summary>
    public DateTimeOffset? Until { get; private set; }

    /// <param name="server">The server on the folder, if one runs and does not listen where its folder says.</param>
    /// <exception cref="CommandFailedException">There is no store, or it is being copied.</exception>
    public static SourceStore Open(CommandContext context, string folder, ServerChoice server, ILoggerFactory loggers)
    {
        var data = new DataFolder(folder);
        if (!Directory.Exists(data.Journal) && !File.Exists(data.Manifest))
        {
            throw new CommandFailedException($"there is no store in {data.Root}; name the data folder of a server with --from");
        }

        var settings = LocalServer.ReadSettings(new() { [SettingsCatalogue.DataFolder] = folder, ["store:address"] = "" }, context.Environment);
        var file = Lock(data);
        return new SourceStore(context, data, server, file, loggers) { Id = ReadId(file), Settings = settings };
    }

    /// <summary>An image of what the store holds now. The one before goes.</summary>
    /// <exception cref="IOException">It cannot be written; the disk may be full.</exception>
    public async Task<SourceImage> TakeImageAsync(CancellationToken cancel)
    {
        RemoveImage();
        Until = _context.Time.GetUtcNow() - Commit;
        try
        {
            await using var store = await _context.OpenStore(new StoreOpening(Settings, _context.Time, _loggers) { Rules = new RuleStore(_data.Rules, _loggers.CreateLogger<RuleStore>()) }, cancel);
            RemoveLeft();
            _image = (await store.BackUpAsync(ImageFolder, cancel)).Folder;
            Until = null;
        }
        catch (DataFolderInUseException)
        {
            _image = await AskServerAsync(cancel);
        }

        return SourceImage.Open(_image, Until, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        RemoveImage();
        await _id.DisposeAsync();
    }

    // Beside the store, so that files can have second names.
    private string ImageFolder => _data.Root.TrimEnd(Path.DirectorySeparatorChar) + ".copying";

    private static FileStream Lock(DataFolder data)
    {
        try
        {
            return new FileStream(data.CopyId, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (File.Exists(data.CopyId))
        {
            throw new CommandFailedException($"cannot open {data.CopyId}: {error.Message} Is the store being copied already?");
        }
    }

    private static string ReadId(FileStream file)
    {
        using var reader = new StreamReader(file, leaveOpen: true);
        var text = reader.ReadToEnd().Trim();
        if (Guid.TryParseExact(text, "N", out _))
        {
            return text;
        }

        text = Guid.NewGuid().ToString("N");
        file.SetLength(0);
        file.Write(System.Text.Encoding.ASCII.GetBytes(text + "\n"));
        file.Flush(flushToDisk: true);
        return text;
    }

    private async Task<string> AskServerAsync(CancellationToken cancel)
    {
        var url = _server.Url ?? new SignIns(new LocalFolder(_data.Root), _context.Time).Read().Url ?? throw new CommandMisuseException("a server runs on the folder; name it with --url");
        using var key = _server.Key is { Length: > 0 } given ? new BackupKey(given) : BackupKey.Make(_data.Root, _context.Time);
        using var http = new HttpClient();
        var done = await BackupRequest.RunAsync(new ApiClient(http, url, key.Text), $"copying-{Guid.NewGuid():N}"[..24], _context.Time, cancel);
        return File.Exists(new DataFolder(done.Folder).Manifest)
            ? done.Folder
            : throw new CommandFailedException($"the server at {url} has written {done.Folder}, which is not on this machine; run the copy where the data folder is");
    }

    // Of a copy that was killed.
    private void RemoveLeft()
    {
        if (File.Exists(new DataFolder(ImageFolder).Manifest))
        {
            Directory.Delete(ImageFolder, recursive: true);
        }
    }

    private void RemoveImage()
    {
        if (_image is { } folder && Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        _image = null;
    }

    /// <summary>A key that may ask for a backup; one that was made for it goes with it.</summary>
    private sealed class BackupKey(string text, Action? revoke = null) : IDisposable
    {
        private static readonly TimeSpan Life = TimeSpan.FromHours(6);

        public string Text { get; } = text;

        public static BackupKey Make(string folder, TimeProvider time)
        {
            var keys = new KeyStore(new LocalFolder(folder), time);
            var name = $"copy-{Guid.NewGuid():N}"[..13];
            var made = keys.Create(new NewKey { Name = name, Scopes = KeyScopes.Admin, Expires = time.GetUtcNow() + Life });
            return new BackupKey(made.Secret?.Reveal() ?? throw new CommandFailedException(made.Problem!), () => keys.Revoke(name));
        }

        public void Dispose() => revoke?.Invoke();
    }
}
