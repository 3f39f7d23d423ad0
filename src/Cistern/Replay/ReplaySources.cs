using System.Runtime.CompilerServices;
using Cistern.Delivery.Backup;

namespace Cistern.Replay;

/// <summary>Finds the objects that a command line names: files, folders, and buckets as <c>s3://BUCKET/PREFIX</c>.</summary>
internal sealed class ReplaySources(IReadOnlyList<string> sources, S3Options s3) : IDisposable
{
    private const string Scheme = "s3://";

    private readonly Lazy<S3ObjectStore> _store = new(() => new S3ObjectStore(s3));

    public static bool IsBucket(string source) => source.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>The first source that cannot be used, with the reason; or null.</summary>
    public string? FindProblem() => s3.FindProblem() ?? sources.Select(FindProblem).FirstOrDefault(problem => problem is not null);

    /// <summary>All objects, in the order of the sources and of the keys in each.</summary>
    /// <exception cref="IOException">A source cannot be listed.</exception>
    public async IAsyncEnumerable<ReplayObject> ListAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var source in sources)
        {
            await foreach (var found in IsBucket(source) ? ListBucketAsync(source, cancel) : ListFiles(source).ToAsyncEnumerable())
            {
                yield return found;
            }
        }
    }

    public void Dispose()
    {
        if (_store.IsValueCreated)
        {
            _store.Value.Dispose();
        }
    }

    private static string? FindProblem(string source) =>
        IsBucket(source) ? (Split(source).Bucket.Length > 0 ? null : $"cannot use '{source}': write s3://BUCKET or s3://BUCKET/PREFIX")
        : Path.Exists(source) ? null
        : $"cannot replay {source}: there is no such file or folder";

    private static (string Bucket, string Prefix) Split(string source)
    {
        var rest = source[Scheme.Length..];
        var slash = rest.IndexOf('/');
        return slash < 0 ? (rest, "") : (rest[..slash], rest[(slash + 1)..]);
    }

    private async IAsyncEnumerable<ReplayObject> ListBucketAsync(string source, [EnumeratorCancellation] CancellationToken cancel)
    {
        var (bucket, prefix) = Split(source);
        string? after = null;
        do
        {
            var page = await _store.Value.ListAsync(bucket, prefix, after, cancel);
            foreach (var found in page.Objects.Where(found => !found.Key.EndsWith('/'))) // What consoles make for an empty folder.
            {
                yield return new ReplayObject($"{Scheme}{bucket}/{found.Key}", found.Key, found.Bytes, token => _store.Value.OpenAsync(bucket, found.Key, token));
            }

            after = page.Next;
        }
        while (after is not null);
    }

    // Hidden files are left out, also the state of a replay.
    private static IEnumerable<ReplayObject> ListFiles(string source)
    {
        if (File.Exists(source))
        {
            return [OfFile(source, Path.GetFileName(source))];
        }

        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System };
        return Directory.EnumerateFiles(source, "*", options)
            .Where(file => !Path.GetFileName(file).StartsWith('.'))
            .Order(StringComparer.Ordinal)
            .Select(file => OfFile(file, Path.GetRelativePath(source, file).Replace(Path.DirectorySeparatorChar, '/')));
    }

    private static ReplayObject OfFile(string path, string key) => new(
        path, key, new FileInfo(path).Length, _ => Task.FromResult<Stream>(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 17)));
}
