using Cistern.Delivery.Backup;
using Cistern.Replay;

namespace Cistern.Delivery.Watching;

/// <summary>Finds the objects in which a stream's failed records lie.</summary>
/// <remarks>They begin with the stream's prefixes for errors and end with its name, because several streams may share a bucket and a prefix.</remarks>
internal sealed class BackupList(IObjectSource source)
{
    public static IReadOnlyList<string> Prefixes(StreamPlan plan) => S3Prefix.ErrorStarts(plan.S3);

    /// <summary>In the order of their keys: of one kind of error the oldest first.</summary>
    /// <exception cref="ObjectStoreException">The bucket cannot be read.</exception>
    public async IAsyncEnumerable<ReplayObject> ListAsync(StreamPlan plan, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var bucket = plan.S3.Bucket;
        foreach (var prefix in Prefixes(plan))
        {
            string? after = null;
            do
            {
                var page = await source.ListAsync(bucket, prefix, after, cancel);
                foreach (var found in page.Objects.Where(found => IsOf(plan, found.Key)))
                {
                    yield return new ReplayObject($"{bucket}/{found.Key}", found.Key, found.Bytes, token => source.OpenAsync(bucket, found.Key, token));
                }

                after = page.Next;
            }
            while (after is not null);
        }
    }

    /// <summary>Which kind of error the key of an object names; none is the default.</summary>
    public static ErrorOutputType KindOf(string key) => Enum.GetValues<ErrorOutputType>().FirstOrDefault(type => key.Contains(type.Name(), StringComparison.Ordinal));

    // A prefix that does not end with a slash stands before the name without a mark between them.
    private static bool IsOf(StreamPlan plan, string key)
    {
        var name = ObjectKey.StreamNameIn(key);
        return KindOf(key) != default && name is not null && (name == plan.Name || (S3Prefix.RunsIntoName(plan.S3) && name.EndsWith(plan.Name, StringComparison.Ordinal)));
    }
}
