using Cistern.Journal;

namespace Cistern.Delivery.Backup;

/// <summary>Buckets as folders, objects as files: <c>ROOT/BUCKET/KEY</c>. A bucket that is not there is made.</summary>
/// <remarks>
/// An object is written in <c>ROOT/.unfinished</c>, synced, and renamed; then all folders from its own up to the root are synced, also those that were
/// there before: an attempt that failed may have made them. The content type and encoding of an object are not kept; its name and first bytes say them.
/// </remarks>
internal sealed class FolderObjectStore : IObjectStore, IObjectSource
{
    // No bucket can have this name.
    private const string UnfinishedName = ".unfinished";

    private readonly string _root;
    private readonly IDisk _disk;
    private readonly int _pageSize;
    private long _written;

    /// <exception cref="DiskException">The folder cannot be made or read.</exception>
    public FolderObjectStore(string root, IDisk disk, int pageSize = 1000)
    {
        (_root, _disk, _pageSize) = (Path.GetFullPath(root), disk, pageSize);
        _disk.CreateDirectory(Unfinished);
        _disk.SyncDirectory(Path.GetDirectoryName(_root) ?? _root);
        foreach (var left in _disk.List(Unfinished).Where(entry => !entry.IsFolder))
        {
            _disk.Delete(Path.Combine(Unfinished, left.Name));
        }
    }

    private string Unfinished => Path.Combine(_root, UnfinishedName);

    /// <summary>Why no object of this bucket and key can be kept in a folder, or null. A stream whose keys are refused here could never write one.</summary>
    public static string? FindProblem(string bucket, string key) => FolderKeys.FindBucketProblem(bucket) ?? FolderKeys.FindKeyProblem(key);

    // On a thread of the pool, because a sync may take long.
    public Task<ObjectFailure?> PutAsync(NewObject added, CancellationToken cancel) => Task.Run(() => Put(added), cancel);

    public Task<ObjectPage> ListAsync(string bucket, string prefix, string? after, CancellationToken cancel) => Task.Run(() => List(bucket, prefix, after, cancel), cancel);

    public Task<Stream> OpenAsync(string bucket, string key, CancellationToken cancel) => Task.Run<Stream>(() => Open(bucket, key), cancel);

    private ObjectFailure? Put(NewObject added)
    {
        if (FolderKeys.FindBucketProblem(added.Bucket) is { } bucketProblem)
        {
            return new ObjectFailure("S3.NoSuchBucket", bucketProblem);
        }

        if (FolderKeys.FindKeyProblem(added.Key) is { } keyProblem)
        {
            return new ObjectFailure("S3.InvalidPrefixConfigurationException", keyProblem);
        }

        try
        {
            Write(PathOf(added.Bucket, added.Key), added.Body);
            return null;
        }
        catch (DiskException exception)
        {
            return new ObjectFailure("S3.InternalError", exception.Message);
        }
    }

    private void Write(string path, ReadOnlyMemory<byte> body)
    {
        var aside = Path.Combine(Unfinished, $"{Interlocked.Increment(ref _written)}");
        try
        {
            using (var file = _disk.Create(aside))
            {
                file.Write([body]);
                file.Sync();
            }

            var folder = Path.GetDirectoryName(path)!;
            _disk.CreateDirectory(folder);
            _disk.Rename(aside, path);
            for (var synced = folder; synced.Length >= _root.Length; synced = Path.GetDirectoryName(synced)!)
            {
                _disk.SyncDirectory(synced);
            }
        }
        catch (DiskException)
        {
            TryDelete(aside);
            throw;
        }
    }

    // On a full disk the half of an object would take the room of others.
    private void TryDelete(string aside)
    {
        try
        {
            _disk.Delete(aside);
        }
        catch (DiskException)
        {
            // The next start deletes it.
        }
    }

    private ObjectPage List(string bucket, string prefix, string? after, CancellationToken cancel)
    {
        var folder = BucketFolder(bucket);
        try
        {
            var objects = new FolderListing(_disk, folder, prefix, after).Walk(cancel).Take(_pageSize + 1).ToList();
            var more = objects.Count > _pageSize;
            return new ObjectPage(more ? objects[..^1] : objects, more ? objects[^2].Key : null);
        }
        catch (DiskException exception)
        {
            throw new ObjectStoreException(new ObjectFailure("S3.InternalError", exception.Message), exception);
        }
    }

    private FolderObject Open(string bucket, string key)
    {
        BucketFolder(bucket);
        if (FolderKeys.FindKeyProblem(key) is { } problem)
        {
            throw new ObjectStoreException(new ObjectFailure("S3.NoSuchKey", problem));
        }

        try
        {
            return new FolderObject(_disk.OpenRead(PathOf(bucket, key)));
        }
        catch (DiskException exception)
        {
            throw new ObjectStoreException(new ObjectFailure("S3.NoSuchKey", exception.Message), exception);
        }
    }

    private string BucketFolder(string bucket)
    {
        var problem = FolderKeys.FindBucketProblem(bucket);
        var folder = problem is null ? Path.Combine(_root, bucket) : "";
        return problem is null && _disk.Exists(folder)
            ? folder
            : throw new ObjectStoreException(new ObjectFailure("S3.NoSuchBucket", problem ?? $"there is no bucket {bucket}: {folder} is not there"));
    }

    private string PathOf(string bucket, string key) => Path.Combine(_root, bucket, key.Replace('/', Path.DirectorySeparatorChar));
}
