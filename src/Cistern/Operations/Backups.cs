using System.Globalization;
using System.Text.RegularExpressions;
using Cistern.Journal;
using Cistern.Operations.Settings;
using Cistern.Store;

namespace Cistern.Operations;

/// <summary>How a backup goes or went.</summary>
/// <param name="Ended">Null while it runs.</param>
/// <param name="Done">What was written; null if nothing was, or not yet.</param>
/// <param name="Problem">Why there is none, or null.</param>
internal sealed record BackupProgress(string Name, string Folder, DateTimeOffset Started, DateTimeOffset? Ended, BackupDone? Done, string? Problem);

/// <summary>Makes the backups that a running server is asked for: in the background, one at a time, and only in the folder for them, because who asks may be far away.</summary>
internal sealed partial class Backups(IStore store, CisternSettings settings, TimeProvider time, ILogger<Backups> logger) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private BackupProgress? _last;
    private Task _running = Task.CompletedTask;

    private string Folder => settings.Store.BackupFolder is { Length: > 0 } folder ? Path.GetFullPath(folder) : new DataFolder(settings.DataFolder).Backups;

    /// <summary>The last backup since the start of the server, or null.</summary>
    public BackupProgress? Last
    {
        get
        {
            lock (_gate)
            {
                return _last;
            }
        }
    }

    /// <summary>Whether a text can be the name of a backup.</summary>
    public static bool IsName(string text) => NameForm().IsMatch(text);

    /// <summary>Begins a backup; false if one runs.</summary>
    /// <param name="name">Of its folder; null for one made of the time.</param>
    public bool TryStart(string? name)
    {
        lock (_gate)
        {
            if (!_running.IsCompleted)
            {
                return false;
            }

            var now = time.GetUtcNow();
            name ??= now.UtcDateTime.ToString("yyyy-MM-dd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
            var begun = new BackupProgress(name, Path.Combine(Folder, name), now, null, null, null);
            _last = begun;
            _running = Task.Run(() => RunAsync(begun));
            return true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    // Never throws: what went wrong is the outcome.
    private async Task RunAsync(BackupProgress begun)
    {
        BackupDone? done = null;
        string? problem = null;
        try
        {
            done = await store.BackUpAsync(begun.Folder, _stop.Token);
            Log.Made(logger, begun.Folder, done.Rows, done.Files, done.CopiedBytes);
        }
        catch (OperationCanceledException)
        {
            problem = "the server was stopped";
        }
        catch (Exception error)
        {
            problem = error.Message;
            Log.NotMade(logger, begun.Folder, error.Message);
        }

        lock (_gate)
        {
            _last = begun with { Ended = time.GetUtcNow(), Done = done, Problem = problem };
        }
    }

    // A name that begins with a dot, or that a backup has while it is written, would be taken for something else.
    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
    private static partial Regex NameForm();

    private static partial class Log
    {
        [LoggerMessage(2030, LogLevel.Information, "Backed up to {Folder}: {Rows} rows in {Files} files, {Copied} bytes of them copied")]
        public static partial void Made(ILogger logger, string folder, long rows, int files, long copied);

        [LoggerMessage(2031, LogLevel.Error, "No backup was made in {Folder}: {Problem}")]
        public static partial void NotMade(ILogger logger, string folder, string problem);
    }
}
