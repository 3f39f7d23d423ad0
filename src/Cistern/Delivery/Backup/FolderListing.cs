using Cistern.Journal;

namespace Cistern.Delivery.Backup;

/// <summary>Walks the files below a folder in the order of their keys, and only the folders that can hold one that is asked for.</summary>
internal sealed class FolderListing(IDisk disk, string root, string prefix, string? after)
{
    public IEnumerable<StoredObject> Walk(CancellationToken cancel) => Walk("", cancel);

    // A folder stands in the order of keys where its name with a slash does: a-b comes before a/b.
    private IEnumerable<StoredObject> Walk(string folder, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var entries = disk.List(Path.Combine(root, folder)).Select(entry => (Key: folder + entry.Name + (entry.IsFolder ? "/" : ""), Entry: entry)).ToList();
        entries.Sort((one, other) => string.CompareOrdinal(one.Key, other.Key));
        foreach (var (key, entry) in entries)
        {
            if (!entry.IsFolder && IsAskedFor(key))
            {
                yield return new StoredObject(key, entry.Bytes);
            }
            else if (entry.IsFolder && MayHold(key))
            {
                foreach (var found in Walk(key, cancel))
                {
                    yield return found;
                }
            }
        }
    }

    private bool IsAskedFor(string key) => key.StartsWith(prefix, StringComparison.Ordinal) && (after is null || string.CompareOrdinal(key, after) > 0);

    // A key is never longer, so that a link to a folder above ends somewhere.
    private bool MayHold(string folder) =>
        folder.Length <= FolderKeys.KeyBytesMax
        && (folder.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(folder, StringComparison.Ordinal))
        && (after is null || string.CompareOrdinal(folder, after) > 0 || after.StartsWith(folder, StringComparison.Ordinal));
}
