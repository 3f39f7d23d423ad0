namespace Cistern.Journal;

/// <summary>Replaces a whole file so that a crash leaves either the old or the new content, never a mixture.</summary>
internal static class AtomicFile
{
    /// <summary>Writes aside, syncs, renames, syncs the folder. When it returns the new content is durable.</summary>
    /// <param name="ownerOnly">Nobody else of the machine may read it, at no moment.</param>
    /// <exception cref="DiskException">The file may hold the old or the new content; which, only the next start tells for certain.</exception>
    public static void Replace(IDisk disk, string path, ReadOnlyMemory<byte> content, bool ownerOnly = false)
    {
        var aside = DataFolder.Unfinished(path);
        using (var file = disk.Create(aside))
        {
            if (ownerOnly)
            {
                FileDisk.Run("restrict", aside, () => RestrictToOwner(aside));
            }

            file.Write([content]);
            file.Sync();
        }

        disk.Rename(aside, path);
        disk.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    private static void RestrictToOwner(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
