using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cistern.Journal;

/// <summary>The calls of Linux and macOS that .NET does not offer. A call that a signal interrupted is made again.</summary>
internal static partial class PosixCalls
{
    private const int Interrupted = 4;
    private const int WouldBlockLinux = 11;
    private const int WouldBlockMac = 35;
    private const uint WaitBefore = 1;
    private const uint StartWrite = 2;
    private const uint WaitAfter = 4;
    private const int LockExclusiveNonBlocking = 2 | 4;
    private const int PriorityOfProcess = 0;
    private const int CallingThread = 0;

    // O_RDONLY and O_RDWR have the same numbers everywhere, O_CLOEXEC (a child process does not get the descriptor) has not.
    private const int ReadOnly = 0;
    private const int ReadWrite = 2;

    private static readonly int _closeOnExec = OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;

    /// <summary>Makes content and length of a file durable, but not its times of access and change.</summary>
    public static void SyncData(SafeFileHandle file) => Check(() => fdatasync(file));

    /// <summary>Writes the pages of a file that are new, and waits for them. Linux only.</summary>
    public static void WriteBack(SafeFileHandle file) => Check(() => sync_file_range(file, 0, 0, WaitBefore | StartWrite | WaitAfter));

    /// <summary>Has the system run the calling thread only in what others of the same time leave. There is no way back. Linux only: elsewhere the call is for the whole process.</summary>
    public static void StandBehind(int niceness) => Check(() => setpriority(PriorityOfProcess, CallingThread, niceness));

    public static void SyncDirectory(string path)
    {
        using var folder = Open(path, ReadOnly);
        Check(() => fsync(folder));
    }

    public static void Link(string existing, string added) => Check(() => link(existing, added));

    /// <summary>Opens an existing file without the advisory lock that .NET takes of every file it opens.</summary>
    public static SafeFileHandle OpenUnlocked(string path) => Open(path, ReadWrite);

    /// <summary>Takes the advisory lock of a file; false if another process (or another handle) has it.</summary>
    public static bool TryLock(SafeFileHandle file)
    {
        while (flock(file, LockExclusiveNonBlocking) != 0)
        {
            var code = Marshal.GetLastPInvokeError();
            if (code == (OperatingSystem.IsMacOS() ? WouldBlockMac : WouldBlockLinux))
            {
                return false;
            }

            ThrowUnlessInterrupted(code);
        }

        return true;
    }

    private static SafeFileHandle Open(string path, int access)
    {
        while (true)
        {
            var descriptor = open(path, access | _closeOnExec);
            if (descriptor >= 0)
            {
                return new SafeFileHandle(descriptor, ownsHandle: true);
            }

            ThrowUnlessInterrupted(Marshal.GetLastPInvokeError());
        }
    }

    private static void Check(Func<int> call)
    {
        while (call() != 0)
        {
            ThrowUnlessInterrupted(Marshal.GetLastPInvokeError());
        }
    }

    private static void ThrowUnlessInterrupted(int code)
    {
        if (code != Interrupted)
        {
            throw new IOException(Marshal.GetPInvokeErrorMessage(code), code);
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fdatasync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int sync_file_range(SafeFileHandle file, long offset, long count, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setpriority(int which, int who, int niceness);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int flock(SafeFileHandle file, int operation);

    // Variadic in C; without O_CREAT no further argument is read, and two integer arguments travel the same way on both systems.
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string existing, string added);
}
