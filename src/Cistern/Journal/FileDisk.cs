using System.Runtime.InteropServices;

namespace Cistern.Journal;

/// <summary>The file system of this machine.</summary>
/// <remarks>
/// Windows keeps a folder's names durable by itself and offers no call for it, so <see cref="SyncDirectory"/> does nothing there.
/// </remarks>
internal sealed partial class FileDisk : IDisk
{
    public IDiskFile Create(string path) => Run("create", path, () => FileDiskFile.Open(path, FileMode.Create));

    public IDiskFile OpenAppend(string path) => Run("open", path, () => FileDiskFile.Open(path, FileMode.Open));

    public IDiskReader OpenRead(string path) => Run("open", path, () => new FileDiskReader(path));

    public byte[] ReadAllBytes(string path) => Run("read", path, () => File.ReadAllBytes(path));

    public void SyncFile(string path)
    {
        using var file = OpenAppend(path);
        file.Sync();
    }

    public void Rename(string from, string to) => Run($"rename to {Path.GetFileName(to)} the file", from, () =>
    {
        if (Directory.Exists(from))
        {
            Directory.Move(from, to);
        }
        else
        {
            File.Move(from, to, overwrite: true);
        }
    });

    public void Delete(string path) => Run("delete", path, () => File.Delete(path));

    public void Link(string existing, string added) => Run($"link to {added} the file", existing, () =>
    {
        if (!OperatingSystem.IsWindows())
        {
            PosixCalls.Link(existing, added);
        }
        else if (!CreateHardLink(added, existing, 0))
        {
            throw new IOException(Marshal.GetLastPInvokeErrorMessage(), unchecked((int)0x80070000) | Marshal.GetLastPInvokeError());
        }
    });

    public void CreateDirectory(string path) => Run("create the folder", path, () => Directory.CreateDirectory(path));

    public void SyncDirectory(string path) => Run("sync the folder", path, () =>
    {
        if (!OperatingSystem.IsWindows())
        {
            PosixCalls.SyncDirectory(path);
        }
    });

    public IReadOnlyList<DiskEntry> List(string path) => Run("list", path, () =>
        new DirectoryInfo(path).EnumerateFileSystemInfos()
            .Select(entry => new DiskEntry(entry.Name, entry is DirectoryInfo, entry is FileInfo file ? file.Length : 0))
            .ToList());

    public bool Exists(string path) => Path.Exists(path);

    public long FreeBytes(string path) => Run("ask for the free space of", path, () => new DriveInfo(Path.GetFullPath(path)).AvailableFreeSpace);

    /// <summary>Runs a call of .NET and names operation and file if it fails.</summary>
    internal static T Run<T>(string operation, string path, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (Exception e) when (e is (IOException and not DiskException) or UnauthorizedAccessException)
        {
            throw new DiskException(operation, path, e);
        }
    }

    internal static void Run(string operation, string path, Action call) => Run(operation, path, () =>
    {
        call();
        return true;
    });

    [LibraryImport("kernel32", EntryPoint = "CreateHardLinkW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateHardLink(string added, string existing, nint security);
}
