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
    // mallopt's M_MMAP_THRESHOLD.
    private const int MapThreshold = -3;
    private const int MapThresholdBytes = 256 << 10;

    /// <summary>Has the C library give large blocks back when they are freed. To be called before there are any.</summary>
    /// <remarks>By default it learns from each large block that is freed to take the next one from its arenas, and they hold on to up to 64 MiB each.</remarks>
    public static void ReturnLargeBlocksAtOnce()
    {
        if (OperatingSystem.IsLinux())
        {
            Try(static () => _ = MallOpt(MapThreshold, MapThresholdBytes));
        }
    }

    /// <summary>Takes some ten milliseconds: for moments in which nothing waits.</summary>
    public static void Return()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (OperatingSystem.IsLinux())
        {
            Try(static () => _ = MallocTrim(0));
        }
    }

    private static void Try(Action call)
    {
        try
        {
            call();
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library than glibc; musl returns memory by itself.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MallocTrim(nuint pad);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MallOpt(int parameter, int value);
}
