using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Cistern.Journal;

/// <summary>A data folder belongs to another process.</summary>
internal sealed class DataFolderInUseException(string folder, string owner) : IOException(
    $"cannot open the data folder {folder}: it is in use by {owner}; stop that process, or speak to it over HTTP (--url, --key)");

/// <summary>Makes this process the only one that has a data folder open. The system ends the lock with the process, however that ends.</summary>
/// <remarks>
/// The file stays when the lock goes: were it deleted, a process that has just opened it would lock a file that no one else can find. What it says
/// about its owner is only text for people.
/// </remarks>
internal sealed class DataFolderLock : IDisposable
{
    private const int OwnerBytesMax = 512;
    private const string Passing = "another process that is just starting or stopping";

    // A program that the owner was starting when it let go holds the lock as well, from its fork to its exec.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    private readonly SafeFileHandle _file;

    private DataFolderLock(SafeFileHandle file) => _file = file;

    /// <summary>Takes the lock.</summary>
    /// <param name="purpose">What this process is, for the message that another one shows: <c>cistern serve</c>.</param>
    /// <exception cref="DataFolderInUseException">Another process has it.</exception>
    public static DataFolderLock Take(DataFolder folder, string purpose, DateTimeOffset now)
    {
        FileDisk.Run("create the folder", folder.Root, () => Directory.CreateDirectory(folder.Root));
        var file = OperatingSystem.IsWindows() ? OpenOnWindows(folder) : OpenOnPosix(folder);
        WriteOwner(file, $"process {Environment.ProcessId} ({purpose}, since {now.UtcDateTime.ToString("u", CultureInfo.InvariantCulture)})");
        return new DataFolderLock(file);
    }

    public void Dispose()
    {
        if (!_file.IsClosed)
        {
            RandomAccess.SetLength(_file, 0);
            _file.Dispose();
        }
    }

    // .NET's own locking cannot tell the owner: while it holds a file exclusively, nobody can open the file with .NET to read who it is.
    private static SafeFileHandle OpenOnPosix(DataFolder folder)
    {
        CreateIfMissing(folder);
        var file = FileDisk.Run("open", folder.Lock, () => PosixCalls.OpenUnlocked(folder.Lock));
        var locked = false;
        try
        {
            var began = Stopwatch.GetTimestamp();
            while (!(locked = FileDisk.Run("lock", folder.Lock, () => PosixCalls.TryLock(file))))
            {
                var owner = ReadOwner(file);
                if (owner != Passing || Stopwatch.GetElapsedTime(began) > _patience)
                {
                    throw new DataFolderInUseException(folder.Root, owner);
                }

                Thread.Sleep(20);
            }

            return file;
        }
        finally
        {
            if (!locked)
            {
                file.Dispose();
            }
        }
    }

    private static void CreateIfMissing(DataFolder folder) => FileDisk.Run("create", folder.Lock, () =>
    {
        try
        {
            if (!File.Exists(folder.Lock))
            {
                File.OpenHandle(folder.Lock, FileMode.CreateNew, FileAccess.Write).Dispose();
            }
        }
        catch (IOException) when (File.Exists(folder.Lock))
        {
            // Another process was faster; who gets the lock is decided by the lock.
        }
    });

    private static SafeFileHandle OpenOnWindows(DataFolder folder)
    {
        try
        {
            return File.OpenHandle(folder.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        }
        catch (IOException) when (File.Exists(folder.Lock))
        {
            using var file = File.OpenHandle(folder.Lock, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            throw new DataFolderInUseException(folder.Root, ReadOwner(file));
        }
    }

    // Only text for people: a full disk must not stop a start for it.
    private static void WriteOwner(SafeFileHandle file, string owner)
    {
        try
        {
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(owner + "\n"), 0);
        }
        catch (IOException)
        {
        }
    }

    private static string ReadOwner(SafeFileHandle file)
    {
        var bytes = new byte[OwnerBytesMax];
        var owner = Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(file, bytes, 0)).Trim();
        return owner.Length == 0 ? Passing : owner;
    }
}
