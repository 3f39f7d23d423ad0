namespace Cistern.Journal;

/// <summary>Replaces a whole file so that a crash leaves either the old or the new content, never a mixture.</summary>
internal static class AtomicFile
{
    /// <summary>Writes aside, syncs, renames, syncs the folder. When it returns the new content is durable.</summary>
    /// <exception cref="DiskException">The file may hold the old or the new content; which, only the next start tells for certain.</exception>
    public static void Replace(IDisk disk, string path, ReadOnlyMemory<byte> content)
    {
        var aside = DataFolder.Unfinished(path);
        using (var file = disk.Create(aside))
        {
            file.Write([content]);
            file.Sync();
        }

        disk.Rename(aside, path);
        disk.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }
}
