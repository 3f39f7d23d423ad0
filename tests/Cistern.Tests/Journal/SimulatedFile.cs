using Cistern.Journal;

namespace Cistern.Tests.Journal;

/// <summary>A file of a <see cref="SimulatedDisk"/> that is open for writing.</summary>
internal sealed class SimulatedFile(SimulatedDisk disk, FileDisk real, string path, SimulatedFileNode node, int life) : IDiskFile
{
    private readonly IDiskFile _file = real.OpenAppend(path);
    private readonly IDiskReader _reader = real.OpenRead(path);

    public long Length => _file.Length;

    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        var all = parts.SelectMany(part => part.ToArray()).ToArray();
        disk.Change(
            "write",
            path,
            () =>
            {
                var fits = (int)Math.Min(all.Length, disk.Room() ?? all.Length);
                WriteFirst(all, fits);
                if (fits < all.Length)
                {
                    throw SimulatedFaults.Full("write", path);
                }
            },
            random => WriteFirst(all, random.Next(all.Length + 1)),
            life);
    }

    public void Rewrite(long offset, ReadOnlyMemory<byte> bytes) => disk.Change(
        "write",
        path,
        () =>
        {
            _file.Rewrite(offset, bytes);
            node.Wrote(offset, offset + bytes.Length);
        },
        life: life);

    public void WriteBack()
    {
    }

    public void Sync() => disk.Change(
        "sync",
        path,
        () => node.Sync(_reader),
        random =>
        {
            switch (random.Next(3))
            {
                case 0:
                    node.Sync(_reader);
                    break;
                case 1:
                    node.LoseDirty(_reader.Length);
                    break;
            }
        },
        life);

    public void Truncate(long length) => disk.Change(
        "truncate",
        path,
        () =>
        {
            _file.Truncate(length);
            node.Truncated(length);
        },
        life: life);

    public void Dispose()
    {
        _file.Dispose();
        _reader.Dispose();
    }

    private void WriteFirst(byte[] bytes, int count)
    {
        node.Wrote(_file.Length, _file.Length + count);
        _file.Write([bytes.AsMemory(0, count)]);
    }
}

/// <summary>A file of a <see cref="SimulatedDisk"/> that is open for reading.</summary>
internal sealed class SimulatedReader(SimulatedDisk disk, IDiskReader real, string path, int life) : IDiskReader
{
    public long Length => real.Length;

    public int Read(long offset, Span<byte> buffer)
    {
        disk.CheckAlive("read", path, life);
        return real.Read(offset, buffer);
    }

    public void Dispose() => real.Dispose();
}
