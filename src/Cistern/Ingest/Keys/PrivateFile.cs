using System.Runtime.InteropServices;

namespace Cistern.Ingest.Keys;

/// <summary>Files that only their owner may read, replaced whole and durably.</summary>
internal static partial class PrivateFile
{
    // EROFS, on Linux and macOS alike: no wait mends it.
    public const int ReadOnlyFileSystem = 30;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(20);

    /// <summary>Makes a folder, and those above it, if they are not there; their names are durable then.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        var missing = new Stack<string>();
        for (var folder = Path.GetFullPath(path).TrimEnd('/'); folder.Length > 0 && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder)!)
        {
            missing.Push(folder);
        }

        foreach (var folder in missing)
        {
            Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
            SyncFolder(Path.GetDirectoryName(folder)!);
        }
    }

    /// <summary>Writes aside, syncs, renames, and syncs the folder: after a crash the file is the old one or the new one.</summary>
    /// <param name="durable">False for a copy of what is durable elsewhere: nothing is synced.</param>
    public static void Replace(string path, ReadOnlySpan<byte> bytes, bool durable = true)
    {
        var aside = path + ".new";
        File.Delete(aside);

        // Not exclusive: a program that is started at this moment keeps the lock for a while, and who reads the file in its place would be refused.
        using (var stream = new FileStream(aside, Options(FileMode.CreateNew, FileShare.Read)))
        {
            stream.Write(bytes);
            stream.Flush(flushToDisk: durable);
        }

        File.Move(aside, path, overwrite: true);
        if (durable)
        {
            SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
    }

    /// <summary>Holds a lock file until it is disposed; waits for another holder.</summary>
    /// <exception cref="IOException">Another process held it all the while.</exception>
    public static FileStream Lock(string path, TimeSpan wait)
    {
        var deadline = Environment.TickCount64 + (long)wait.TotalMilliseconds;
        while (true)
        {
            try
            {
                return new FileStream(path, Options(FileMode.OpenOrCreate, FileShare.None));
            }
            catch (IOException error) when (error.HResult != ReadOnlyFileSystem && Environment.TickCount64 < deadline)
            {
                Thread.Sleep(LockPause);
            }
        }
    }

    private static FileStreamOptions Options(FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return options;
    }

    // .NET has no call that opens a folder, and without its sync the rename may be forgotten.
    private static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var handle = Open(folder, flags: 0);
        if (handle < 0)
        {
            throw new IOException($"cannot open {folder}: error {Marshal.GetLastPInvokeError()}");
        }

        var failed = Fsync(handle) != 0;
        var error = Marshal.GetLastPInvokeError();
        _ = Close(handle);
        if (failed)
        {
            throw new IOException($"cannot sync {folder}: error {error}");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int handle);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int handle);
}
