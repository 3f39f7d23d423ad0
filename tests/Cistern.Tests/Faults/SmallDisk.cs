using System.Diagnostics;

namespace Cistern.Tests.Faults;

/// <summary>A file system in memory of a few MiB, with a file on it that takes as much of it as a test wants. Unmounted in any case.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _mountPoint;
    private readonly string _filler;

    private SmallDisk(string mountPoint)
    {
        _mountPoint = mountPoint;
        _filler = Path.Combine(mountPoint, "filler");
        Data = Path.Combine(mountPoint, "data");
    }

    /// <summary>Where the data folder may be.</summary>
    public string Data { get; }

    public long FreeBytes => new DriveInfo(_mountPoint).AvailableFreeSpace;

    /// <summary>Mounts one, or leaves the test out where that is not allowed.</summary>
    public static SmallDisk Mount(int mebibytes)
    {
        Requirement.Need(OperatingSystem.IsLinux() && Environment.UserName == "root", "needs to mount a small disk (tmpfs): run it as root on Linux");
        var mountPoint = Directory.CreateTempSubdirectory("cistern-disk-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m", "tmpfs", mountPoint) is { } problem)
        {
            Directory.Delete(mountPoint);
            Requirement.Need(false, $"needs to mount a small disk (tmpfs), and that failed: {problem}");
        }

        return new SmallDisk(mountPoint);
    }

    /// <summary>Takes all space but so much.</summary>
    public void FillUpTo(long freeBytes)
    {
        using var file = new FileStream(_filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var zeros = new byte[64 << 10];
        while (FreeBytes - freeBytes is > 0 and var excess)
        {
            file.Write(zeros.AsSpan(0, (int)Math.Min(excess, zeros.Length)));
        }
    }

    /// <summary>Gives the space back.</summary>
    public void MakeRoom() => File.Delete(_filler);

    public void Dispose()
    {
        // Lazily, because a process that was killed a moment ago may still have files open.
        if (Run("umount", "-l", _mountPoint) is { } problem)
        {
            throw new InvalidOperationException($"cannot unmount {_mountPoint}: {problem}");
        }

        Directory.Delete(_mountPoint);
    }

    /// <returns>What the program wrote if it failed, or null.</returns>
    private static string? Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var text = process.StandardError.ReadToEnd();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(20)), $"{program} does not end");
        return process.ExitCode == 0 ? null : text.Trim();
    }
}
