using Microsoft.Win32.SafeHandles;

namespace Cistern.Journal;

/// <summary>A real file that grows at its end.</summary>
internal sealed class FileDiskFile : IDiskFile
{
    private readonly SafeFileHandle _handle;
    private readonly string _path;

    private FileDiskFile(SafeFileHandle handle, string path)
    {
        _handle = handle;
        _path = path;
        Length = RandomAccess.GetLength(handle);
    }

    public long Length { get; private set; }

    public static FileDiskFile Open(string path, FileMode mode)
    {
        var handle = File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            return new FileDiskFile(handle, path);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        FileDisk.Run("write", _path, () => RandomAccess.Write(_handle, parts, Length));
        foreach (var part in parts)
        {
            Length += part.Length;
        }
    }

    public void Rewrite(long offset, ReadOnlyMemory<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + bytes.Length, Length);
        FileDisk.Run("write", _path, () => RandomAccess.Write(_handle, bytes.Span, offset));
    }

    // Unlike a sync it leaves the file system's own journal alone, for which the syncs of all files wait.
    public void WriteBack()
    {
        if (OperatingSystem.IsLinux())
        {
            FileDisk.Run("write", _path, () => PosixCalls.WriteBack(_handle));
        }
    }

    // Elsewhere .NET's call is the right one: on macOS it reaches through the drive's cache, which fsync does not.
    public void Sync() => FileDisk.Run("sync", _path, () =>
    {
        if (OperatingSystem.IsLinux())
        {
            PosixCalls.SyncData(_handle);
        }
        else
        {
            RandomAccess.FlushToDisk(_handle);
        }
    });

    public void Truncate(long length)
    {
        FileDisk.Run("truncate", _path, () => RandomAccess.SetLength(_handle, length));
        Length = length;
    }

    public void Dispose() => _handle.Dispose();
}

/// <summary>A real file, read at any place.</summary>
internal sealed class FileDiskReader : IDiskReader
{
    private readonly SafeFileHandle _handle;
    private readonly string _path;

    public FileDiskReader(string path)
    {
        _path = path;
        _handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
    }

    public long Length => FileDisk.Run("ask for the length of", _path, () => RandomAccess.GetLength(_handle));

    public int Read(long offset, Span<byte> buffer)
    {
        var total = 0;
        try
        {
            while (total < buffer.Length && RandomAccess.Read(_handle, buffer[total..], offset + total) is var read and > 0)
            {
                total += read;
            }
        }
        catch (IOException e)
        {
            throw new DiskException("read", _path, e);
        }

        return total;
    }

    public void Dispose() => _handle.Dispose();
}
