using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cistern.Journal;

/// <summary>The calls of Linux and macOS that .NET does not offer. A call that a signal interrupted is made again.</summary>
internal static partial class PosixCalls
{
    private const int Interrupted = 4;
    private const int WouldBlockLinux = 11;
    private const int WouldBlockMac = 35;
    private const int LockExclusiveNonBlocking = 2 | 4;

    /// <summary>Makes content and length of a file durable, but not its times of access and change.</summary>
    public static void SyncData(SafeFileHandle file) => Check(() => fdatasync(file));

    public static void SyncDirectory(string path)
    {
        // O_RDONLY is 0; a folder cannot be opened for more. O_CLOEXEC keeps the descriptor from a child process.
        using var folder = Open(path, OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000);
        Check(() => fsync(folder));
    }

    public static void Link(string existing, string added) => Check(() => link(existing, added));

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

    private static SafeFileHandle Open(string path, int flags)
    {
        while (true)
        {
            var descriptor = open(path, flags);
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
    private static partial int fsync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int flock(SafeFileHandle file, int operation);

    // Variadic in C; without O_CREAT no further argument is read, and two integer arguments travel the same way on both systems.
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string existing, string added);
}
