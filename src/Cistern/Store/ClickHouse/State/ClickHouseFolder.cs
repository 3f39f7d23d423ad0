using Cistern.Journal;
using Cistern.Operations.Shared;
using Cistern.Store.ClickHouse.Http;

namespace Cistern.Store.ClickHouse.State;

/// <summary>Files that all nodes share through a ClickHouse: read from a copy on this machine, changed by compare-and-set in <see cref="StateTable"/>.</summary>
/// <remarks>
/// The copy is fetched at the start, then each second, and before something is refused that it does not know. So what was known goes on while ClickHouse is away. A change fetches what is newest, runs on the copy, and is pushed file
/// by file; if another node was quicker with one, its version is fetched and the change runs again. If it cannot be pushed the copy is put back; whether a push arrived that lost its answer, the next fetch shows.
/// </remarks>
internal sealed partial class ClickHouseFolder : SharedFolder
{
    // Each time one of the others has got through.
    private const int AttemptsMax = 100;

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StartPause = TimeSpan.FromSeconds(2);

    private readonly StateHosts _hosts;
    private readonly StateTable _table;
    private readonly StateMirror _mirror;
    private readonly ClickHouseAddress _address;
    private readonly FolderOptions _options;
    private readonly DataFolderLock _owned;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;

    // Held by who works on the copy.
    private readonly SemaphoreSlim _copy = new(1);
    private readonly Lock _asking = new();
    private readonly CancellationTokenSource _stop = new();
    private Task? _asked;
    private Task _watching = Task.CompletedTask;
    private bool _closed;

    private ClickHouseFolder(ClickHouseAddress address, FolderOptions options, DataFolderLock owned, TimeProvider time, ILogger logger)
    {
        (_address, _options, _owned, _time, _logger) = (address, options, owned, time, logger);
        _hosts = new StateHosts(address, time, options.Connections);
        _table = new StateTable(_hosts, address);
        _mirror = new StateMirror(options.Copy);
    }

    public override string Root => _options.Copy;

    /// <summary>Connects, makes the table if there is none, and fetches everything.</summary>
    /// <exception cref="StoreUnusableException">ClickHouse does not answer, or refuses.</exception>
    /// <exception cref="DataFolderInUseException">Another process has the copy.</exception>
    public static async Task<ClickHouseFolder> OpenAsync(ClickHouseAddress address, FolderOptions options, TimeProvider time, ILogger logger, CancellationToken cancel)
    {
        var folder = new ClickHouseFolder(address, options, DataFolderLock.Take(new DataFolder(options.Copy), "the files that nodes share", time.GetUtcNow()), time, logger);
        try
        {
            await folder.StartAsync(cancel);
            return folder;
        }
        catch (Exception error)
        {
            await folder.DisposeAsync();
            throw error is ClickHouseException ? new StoreUnusableException($"cannot use {address}: {error.Message}", error) : error;
        }
    }

    public override T Change<T>(string lockName, Func<T> change) => ChangeAsync(change).GetAwaiter().GetResult();

    public override Task RefreshAsync()
    {
        // One question at a time, and all who come before the next begins wait for that: so guessing keys costs the server no more than this.
        lock (_asking)
        {
            return _asked ??= AskAsync();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        await _stop.CancelAsync();
        await _watching;
        _hosts.Dispose();
        _owned.Dispose();
        if (_options.IsTemporary)
        {
            Directory.Delete(Root, recursive: true);
        }

        await base.DisposeAsync();
    }

    private async Task StartAsync(CancellationToken cancel)
    {
        for (var started = _time.GetTimestamp(); ;)
        {
            try
            {
                await _table.CreateAsync(cancel);
                await FetchAsync(cancel);
                break;
            }
            catch (ClickHouseException error) when (error.IsLost && _time.GetElapsedTime(started) < _options.StartPatience)
            {
                Log.Waiting(_logger, error.Message);
                await Task.Delay(StartPause, _time, cancel);
            }
        }

        // What the copy holds beyond that: deleted meanwhile, or of a change that a crash cut off.
        _mirror.PutBack();
        _watching = _options.IsWatched ? WatchAsync() : Task.CompletedTask;
    }

    private async Task<T> ChangeAsync<T>(Func<T> change)
    {
        await _copy.WaitAsync();
        try
        {
            for (var attempt = 1; attempt <= AttemptsMax; attempt++)
            {
                await FetchAsync(_stop.Token);

                // What somebody did to the copy must not be taken for the change.
                _mirror.PutBack();
                var result = change();
                if (await TryPushAsync())
                {
                    return result;
                }

                await Task.Delay(Random.Shared.Next(10 * Math.Min(attempt, 10)));
            }

            throw new IOException($"{_address} has the files that nodes share, and others changed them before us {AttemptsMax} times; try again");
        }
        catch (Exception error)
        {
            _mirror.PutBack();
            throw error is ClickHouseException or OperationCanceledException ? Unavailable(error) : error;
        }
        finally
        {
            _copy.Release();
        }
    }

    private async Task<bool> TryPushAsync()
    {
        foreach (var (before, content) in _mirror.Changes())
        {
            if (await _table.TryWriteAsync(before.Next(content), _stop.Token) is not { } written)
            {
                return false;
            }

            _mirror.Take(written);
        }

        return true;
    }

    private async Task AskAsync()
    {
        // What follows must not run before the caller has kept the task.
        await Task.Yield();
        await _copy.WaitAsync();
        try
        {
            lock (_asking)
            {
                _asked = null;
            }

            await FetchAsync(_stop.Token);
        }
        catch (Exception error) when (error is ClickHouseException or OperationCanceledException)
        {
            throw Unavailable(error);
        }
        finally
        {
            _copy.Release();
        }
    }

    private async Task FetchAsync(CancellationToken cancel)
    {
        var versions = await _table.VersionsAsync(cancel);
        string[] newer = [.. versions.Where(one => one.Value > _mirror[one.Key].Version).Select(one => one.Key)];
        foreach (var file in newer.Length == 0 ? [] : await _table.ReadAsync(newer, cancel))
        {
            _mirror.Take(file);
        }
    }

    private IOException Unavailable(Exception error) => new(
        error is ClickHouseException ? $"the files that nodes share are in {_address}, which cannot be used now: {error.Message}" : "the server is stopping", error);

    private async Task WatchAsync()
    {
        var told = false;
        using var timer = new PeriodicTimer(Beat, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                told = await LookAsync(told);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    // Says it once, not each second.
    private async Task<bool> LookAsync(bool told)
    {
        try
        {
            await RefreshAsync();
            if (told)
            {
                Log.Back(_logger);
            }

            return false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (!told && !_stop.IsCancellationRequested)
            {
                Log.Away(_logger, error.Message);
            }

            return true;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4520, LogLevel.Warning, "The files that nodes share cannot be read yet: {Problem}")]
        public static partial void Waiting(ILogger logger, string problem);

        [LoggerMessage(4521, LogLevel.Warning, "Keys, sessions, views and rules stay as they are here: {Problem}")]
        public static partial void Away(ILogger logger, string problem);

        [LoggerMessage(4522, LogLevel.Information, "The files that nodes share are read again")]
        public static partial void Back(ILogger logger);
    }
}

/// <param name="Copy">The folder for the copy, which belongs to one process.</param>
/// <param name="IsWatched">What others change is fetched each second; if not, only when something is asked or changed.</param>
/// <param name="IsTemporary">The copy goes with the end.</param>
/// <param name="StartPatience">How long the start waits for a ClickHouse that does not answer yet.</param>
internal sealed record FolderOptions(string Copy, bool IsWatched, bool IsTemporary, TimeSpan StartPatience)
{
    /// <summary>Connections other than those of the program.</summary>
    public HttpMessageHandler? Connections { get; init; }
}
