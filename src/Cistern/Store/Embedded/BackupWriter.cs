using System.Runtime.Versioning;
using Cistern.Ingest.Keys;
using Cistern.Journal;
using Cistern.Operations.Settings;

namespace Cistern.Store.Embedded;

/// <summary>Writes a backup: a data folder that a server can be started on as it is.</summary>
/// <remarks>
/// <para>
/// Segment files never change, so a second name (a hard link) is a copy that takes no space and no time; on another file system they are copied. All else is small and
/// copied: it is changed or replaced in the folder it comes from. There is no journal: the rows that only it held were sealed for the backup.
/// </para>
/// <para>
/// It is written aside, the manifest last, and renamed when all of it is durable: a folder with the name of a backup is whole. Nobody changes the folder it comes from.
/// </para>
/// </remarks>
internal sealed class BackupWriter(IDisk disk, DataFolder from)
{
    /// <summary>Ends the name of the folder while it is written.</summary>
    public const string Unfinished = ".unfinished";

    private const int SliceBytes = 1 << 20;

    // Not who is signed in, and nothing that belongs to the process.
    private static readonly string[] _others = [SettingsReader.FileName, "keys.json", "keys-used.json", "views.json", "rules-history.json"];

    private readonly byte[] _slice = new byte[SliceBytes];
    private bool _mayLink = true;
    private int _files;
    private long _bytes;
    private long _copied;

    /// <param name="folder">Where to: nothing may be there.</param>
    /// <exception cref="IOException">It cannot be written, or something is there; nothing is left of it then.</exception>
    public BackupDone Write(StoreImage image, string folder, CancellationToken cancel)
    {
        var target = Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar);
        if (Path.Exists(target))
        {
            throw new IOException($"cannot back up to {target}: it is there already; name a folder that is not, each backup has its own");
        }

        var aside = target + Unfinished;
        RemoveAside(aside);
        try
        {
            FileDisk.Run("create the folder", aside, () => PrivateFile.CreateFolder(aside));
            WriteInto(new DataFolder(aside), image, cancel);
            disk.Rename(aside, target);
            disk.SyncDirectory(Path.GetDirectoryName(target)!);
        }
        catch
        {
            RemoveAside(aside);
            throw;
        }

        return new BackupDone(target, _files, image.Rows, _bytes, _copied);
    }

    private void WriteInto(DataFolder to, StoreImage image, CancellationToken cancel)
    {
        foreach (var (table, segments) in image.Segments)
        {
            WriteTable(to.SegmentsOf(table), segments, cancel);
        }

        disk.SyncDirectory(to.Segments);
        if (image is { Imports: { } imports, Manifest.Imports: { } name })
        {
            WriteSmall(Path.Combine(to.Root, name), imports, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        foreach (var other in _others)
        {
            CopySmall(Path.Combine(from.Root, other), Path.Combine(to.Root, other));
        }

        CopyFolder(from.Rules, to.Rules, cancel);

        // Without it the folder is no store, so it comes when all that it names is there.
        new ManifestFile(disk, to).Write(image.Manifest);
        _files++;
    }

    private void WriteTable(string folder, IReadOnlyList<Segment> segments, CancellationToken cancel)
    {
        disk.CreateDirectory(folder);
        foreach (var segment in segments)
        {
            cancel.ThrowIfCancellationRequested();
            var target = Path.Combine(folder, segment.Info.File);
            if (!TryLink(segment.Path, target))
            {
                CopyLarge(segment.Path, target, cancel);
                _copied += segment.Info.Bytes;
            }

            _files++;
            _bytes += segment.Info.Bytes;
        }

        disk.SyncDirectory(folder);
    }

    // What fails once fails for all: another file system, or one that has no links. If it was for another reason, copying will say it.
    private bool TryLink(string path, string target)
    {
        try
        {
            if (_mayLink)
            {
                disk.Link(path, target);
            }
        }
        catch (IOException)
        {
            _mayLink = false;
        }

        return _mayLink;
    }

    private void CopyLarge(string path, string target, CancellationToken cancel)
    {
        // A link that was reported as failed may be there all the same (NFS), and creating the file would then empty the original.
        disk.Delete(target);
        using var reader = disk.OpenRead(path);
        using var file = disk.Create(target);
        for (long at = 0; reader.Read(at, _slice) is > 0 and var count; at += count)
        {
            cancel.ThrowIfCancellationRequested();
            file.Write([_slice.AsMemory(0, count)]);
            file.WriteBack(); // A server may be taking deliveries on the same disk, and their sync waits for what stands in its queue.
        }

        file.Sync();
    }

    private void CopyFolder(string folder, string target, CancellationToken cancel)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        disk.CreateDirectory(target);
        foreach (var entry in disk.List(folder))
        {
            cancel.ThrowIfCancellationRequested();
            var (path, copy) = (Path.Combine(folder, entry.Name), Path.Combine(target, entry.Name));
            if (entry.IsFolder)
            {
                CopyFolder(path, copy, cancel);
            }
            else
            {
                CopySmall(path, copy);
            }
        }

        disk.SyncDirectory(target);
    }

    // These files are only ever replaced whole, so what is read is one version or the next.
    private void CopySmall(string path, string target)
    {
        if (File.Exists(path))
        {
            WriteSmall(target, disk.ReadAllBytes(path), OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path));
        }
    }

    private void WriteSmall(string target, byte[] content, UnixFileMode mode)
    {
        using var file = disk.Create(target);
        if (!OperatingSystem.IsWindows())
        {
            Restrict(target, mode);
        }

        file.Write([content]);
        file.Sync();
        _files++;
    }

    [UnsupportedOSPlatform("windows")]
    private static void Restrict(string target, UnixFileMode mode) => FileDisk.Run("restrict", target, () => File.SetUnixFileMode(target, mode));

    private static void RemoveAside(string aside) => FileDisk.Run("remove", aside, () =>
    {
        if (Directory.Exists(aside))
        {
            Directory.Delete(aside, recursive: true);
        }
    });
}
