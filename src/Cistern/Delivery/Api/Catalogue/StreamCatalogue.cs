using System.Collections.Concurrent;
using Cistern.Journal;

namespace Cistern.Delivery.Api.Catalogue;

/// <summary>All delivery streams: in memory for who asks, in a file each for the next start, and handed on to the delivery service as plans.</summary>
/// <remarks>
/// Changes of one stream come one after the other, and each is durable before the service acts by it. What takes a while at AWS (creating, deleting,
/// changing the encryption) shows its states for <see cref="CatalogueOptions.TransitionTime"/>.
/// </remarks>
internal sealed partial class StreamCatalogue : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, DeliveryStream> _streams = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task> _deletions = new(StringComparer.Ordinal);
    private readonly Lock _changes = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly FirehoseFolder _folder;
    private readonly IDisk _disk;
    private readonly IDeliveryService _delivery;
    private readonly CatalogueOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<StreamCatalogue> _logger;

    private StreamCatalogue(FirehoseFolder folder, IDisk disk, IDeliveryService delivery, CatalogueOptions options, TimeProvider time, ILogger<StreamCatalogue> logger) =>
        (_folder, _disk, _delivery, _options, _time, _logger) = (folder, disk, delivery, options, time, logger);

    public CatalogueOptions Options => _options;

    /// <summary>Every stream, in no order.</summary>
    public IEnumerable<DeliveryStream> All => _streams.Values;

    /// <summary>Reads the streams of a folder, starts each, and goes on with deletions that were not done.</summary>
    /// <exception cref="StreamFileException">A stream cannot be read. The start ends here, since to go on would lose its records unseen.</exception>
    public static StreamCatalogue Open(FirehoseFolder folder, IDisk disk, IDeliveryService delivery, CatalogueOptions options, TimeProvider time, ILogger<StreamCatalogue> logger)
    {
        disk.CreateDirectory(folder.Streams);
        var catalogue = new StreamCatalogue(folder, disk, delivery, options, time, logger);
        foreach (var entry in disk.List(folder.Streams).Where(entry => entry.IsFolder))
        {
            catalogue.Load(Path.Combine(folder.Streams, entry.Name));
        }

        return catalogue;
    }

    public DeliveryStream? Find(StreamId id) => _streams.GetValueOrDefault(id.Arn);

    /// <summary>Adds a stream; when it returns the stream is durable.</summary>
    /// <exception cref="ApiException">The name is taken, or there are too many.</exception>
    public void Add(DeliveryStream stream)
    {
        lock (_changes)
        {
            if (_streams.ContainsKey(stream.Id.Arn))
            {
                throw new ApiException(ApiErrors.InUse($"Firehose {stream.Id.Name} under accountId {stream.Id.Account} already exists"));
            }

            if (_streams.Values.Count(other => other.Id.Region == stream.Id.Region && other.Id.Account == stream.Id.Account) >= _options.MaxStreams)
            {
                throw new ApiException(ApiErrors.LimitExceeded($"There are {_options.MaxStreams} Firehose streams in this region already, which is the limit"));
            }

            Create(stream);
        }
    }

    /// <summary>Changes a stream; when it returns the change is durable.</summary>
    /// <param name="change">Gives the new state or throws; called once, while nobody else changes a stream.</param>
    /// <exception cref="ApiException">There is no such stream.</exception>
    public DeliveryStream Change(StreamId id, Func<DeliveryStream, DeliveryStream> change)
    {
        lock (_changes)
        {
            var old = Find(id) ?? throw new ApiException(ApiErrors.NotFound(id.Name, id.Account));
            var changed = change(old);
            if (changed == old)
            {
                return old;
            }

            Write(changed);
            _streams[id.Arn] = changed;
            if (changed.Version != old.Version)
            {
                _delivery.Update(changed.Plan());
            }

            return changed;
        }
    }

    /// <summary>Marks a stream as being deleted, and deletes it behind the caller's back.</summary>
    public void Delete(StreamId id)
    {
        lock (_changes)
        {
            Change(id, stream => stream with { Deleting = true });
            StartDeletion(id);
        }
    }

    /// <summary>Waits for deletions that go on; those that wait for their time go on after the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_deletions.Values);
        _stop.Dispose();
    }

    private void Load(string folder)
    {
        var path = Path.Combine(folder, FirehoseFolder.ConfigurationName);
        if (!_disk.Exists(path))
        {
            // A creation or a deletion that a crash cut short: nobody was told of the one, everybody of the other.
            Log.Leftover(_logger, folder);
            DeleteFolder(folder);
            return;
        }

        var stream = StreamFile.Read(_disk, path);
        if (Path.GetFileName(_folder.Stream(stream.Id.Arn)) != Path.GetFileName(folder))
        {
            throw new StreamFileException($"cannot read the delivery stream in {path}: it is of {stream.Id.Arn}, whose folder is {_folder.Stream(stream.Id.Arn)}");
        }

        _streams[stream.Id.Arn] = stream;
        _delivery.Start(stream.Plan());
        if (stream.Deleting)
        {
            StartDeletion(stream.Id);
        }
    }

    private void Create(DeliveryStream stream)
    {
        _disk.CreateDirectory(_folder.Stream(stream.Id.Arn));
        Write(stream);
        _disk.SyncDirectory(_folder.Streams);
        _delivery.Start(stream.Plan());
        _streams[stream.Id.Arn] = stream;
        Log.Created(_logger, stream.Id.Arn);
    }

    private void Write(DeliveryStream stream) => StreamFile.Write(_disk, _folder.Configuration(stream.Id.Arn), stream, _time.GetUtcNow());

    // Under the lock, so that a deletion cannot end before it is noted.
    private void StartDeletion(StreamId id)
    {
        lock (_changes)
        {
            _deletions.GetOrAdd(id.Arn, _ => Task.Run(() => DeleteAsync(id)));
        }
    }

    private async Task DeleteAsync(StreamId id)
    {
        try
        {
            await Task.Delay(_options.TransitionTime, _time, _stop.Token);
            await _delivery.DeleteAsync(id.Arn);
            lock (_changes)
            {
                // First the file: a folder without one is removed by the next start.
                _disk.Delete(_folder.Configuration(id.Arn));
                DeleteFolder(_folder.Stream(id.Arn));
                _streams.TryRemove(id.Arn, out _);
                _deletions.TryRemove(id.Arn, out _);
            }

            Log.Deleted(_logger, id.Arn);
        }
        catch (OperationCanceledException)
        {
            // The file says DELETING: the next start goes on.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _deletions.TryRemove(id.Arn, out _);
            Log.DeletionFailed(_logger, id.Arn, error.Message);
        }
    }

    private void DeleteFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
            _disk.SyncDirectory(_folder.Streams);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2201, LogLevel.Information, "Created {Stream}")]
        public static partial void Created(ILogger logger, string stream);

        [LoggerMessage(2202, LogLevel.Information, "Deleted {Stream}")]
        public static partial void Deleted(ILogger logger, string stream);

        [LoggerMessage(2203, LogLevel.Error, "Cannot delete {Stream}: {Problem}; another DeleteDeliveryStream or the next start tries again")]
        public static partial void DeletionFailed(ILogger logger, string stream, string problem);

        [LoggerMessage(2204, LogLevel.Warning, "Removed {Folder}, which holds no stream: a creation or a deletion was cut short")]
        public static partial void Leftover(ILogger logger, string folder);
    }
}

internal sealed record CatalogueOptions
{
    /// <summary>How long creating, deleting and changing the encryption are seen to take.</summary>
    public TimeSpan TransitionTime { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Of an account in a region.</summary>
    public int MaxStreams { get; init; } = 5000;

    /// <summary>Endpoints may have <c>http://</c> addresses and certificates of one's own also beyond this machine.</summary>
    public bool AllowInsecureEndpoints { get; init; }

    /// <summary>Buckets are folders: what cannot be the name of one is refused, because no object could ever be written.</summary>
    public bool BucketsAreFolders { get; init; }
}
