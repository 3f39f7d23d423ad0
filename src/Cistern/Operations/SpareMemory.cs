using System.Runtime;
using System.Runtime.InteropServices;

namespace Cistern.Operations;

/// <summary>Gives memory back to the system that a load took and that is not needed any more.</summary>
/// <remarks>
/// Neither the managed heap nor the C library does so by itself in an idle process: the one collects when something allocates, the other
/// keeps what was freed in the middle of its arenas.
/// </remarks>
internal static partial class SpareMemory
{
    /// <summary>Takes some ten milliseconds: for moments in which nothing waits.</summary>
    public static void Return()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (OperatingSystem.IsLinux())
        {
            TrimArenas();
        }
    }

    private static void TrimArenas()
    {
        try
        {
            _ = MallocTrim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library than glibc; musl returns memory by itself.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MallocTrim(nuint pad);
}
