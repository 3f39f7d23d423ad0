using System.Buffers;
using System.Globalization;
using System.Text.Json.Serialization;
using Cistern.Journal;

namespace Cistern.Store.Embedded;

/// <summary>The body of a journal entry that lies in a file of its own, as the entry's header names it.</summary>
internal sealed record BodyFile
{
    /// <summary>The file's name in <c>bodies/</c>.</summary>
    [JsonPropertyName("file")]
    public required string Name { get; init; }

    [JsonPropertyName("bytes")]
    public required long Bytes { get; init; }

    /// <summary>CRC-32C of the body.</summary>
    [JsonPropertyName("crc")]
    public required uint Checksum { get; init; }
}

/// <summary>Bodies that are too large to be written between other deliveries. A file is whole and durable before an entry names it.</summary>
/// <remarks>
/// <para>Files are written to the disk in slices: its queue, and what a commit of the file system's journal waits for, never hold more. Another file's sync would wait for both.</para>
/// <para>A file goes when its entry is sealed. One that no entry names is left by a crash, and the next start removes it.</para>
/// </remarks>
internal sealed class BodyFiles(IDisk disk, DataFolder folder)
{
    private const int SliceBytes = 256 << 10;
    private const string Extension = ".body";

    private readonly Lock _lock = new();
    private readonly List<(long Sequence, BodyFile File)> _kept = [];
    private readonly List<BodyFile> _withdrawn = [];
    private long _next = 1;

    /// <summary>Bytes of the files that entries name.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
            {
                return _kept.Sum(kept => kept.File.Bytes);
            }
        }
    }

    /// <summary>Makes the folder. Numbers go on behind those of the files that are there, because entries may name them.</summary>
    public void Open()
    {
        disk.CreateDirectory(folder.Bodies);
        disk.SyncDirectory(folder.Root);
        _next = 1 + disk.List(folder.Bodies).Select(entry => NumberOf(entry.Name)).DefaultIfEmpty(0).Max();
    }

    /// <summary>Writes a body and makes it durable.</summary>
    /// <exception cref="DiskException">It was not written, and nothing of it is left that counts.</exception>
    public BodyFile Write(in ReadOnlySequence<byte> body)
    {
        var name = $"{Interlocked.Increment(ref _next) - 1:D20}{Extension}";
        try
        {
            var checksum = WriteSlices(PathOf(name), body);
            disk.SyncDirectory(folder.Bodies);
            return new BodyFile { Name = name, Bytes = body.Length, Checksum = checksum };
        }
        catch (IOException)
        {
            TryDelete(name);
            throw;
        }
    }

    /// <summary>Reads a body back.</summary>
    /// <exception cref="InvalidDataException">It is not there as it was written.</exception>
    public ReadOnlySequence<byte> Read(BodyFile file)
    {
        var path = PathOf(file.Name);
        var bytes = disk.Exists(path) ? disk.ReadAllBytes(path) : throw new InvalidDataException($"{path} is missing, and the journal names it; restore it from a backup");
        return bytes.Length == file.Bytes && Crc32C.Of(bytes) == file.Checksum
            ? new ReadOnlySequence<byte>(bytes)
            : throw new InvalidDataException($"{path} is damaged: {bytes.Length} bytes where the journal names {file.Bytes}, or another check sum; restore it from a backup");
    }

    /// <summary>An entry names the file, so it stays until that is sealed.</summary>
    public void Keep(long sequence, BodyFile file)
    {
        lock (_lock)
        {
            _kept.Add((sequence, file));
        }
    }

    /// <summary>No entry names the file, nor ever did.</summary>
    public void Discard(BodyFile file) => TryDelete(file.Name);

    /// <summary>The entry that names the file was withdrawn. A crash may bring it back until the journal has gone on, so the file stays until then.</summary>
    public void Withdraw(BodyFile file) => _withdrawn.Add(file);

    /// <summary>The journal has gone on behind what was withdrawn.</summary>
    public void DropWithdrawn()
    {
        _withdrawn.ForEach(Discard);
        _withdrawn.Clear();
    }

    /// <summary>Says that entries up to and with a sequence are sealed.</summary>
    public void Release(long upToSequence)
    {
        BodyFile[] released;
        lock (_lock)
        {
            released = [.. _kept.Where(kept => kept.Sequence <= upToSequence).Select(kept => kept.File)];
            _kept.RemoveAll(kept => kept.Sequence <= upToSequence);
        }

        Array.ForEach(released, Discard);
    }

    /// <summary>Removes what no entry names, after a start has read them all.</summary>
    public void RemoveUnnamed(long writtenBefore)
    {
        HashSet<string> named;
        lock (_lock)
        {
            named = [.. _kept.Select(kept => kept.File.Name)];
        }

        foreach (var entry in disk.List(folder.Bodies).Where(entry => NumberOf(entry.Name) < writtenBefore && !named.Contains(entry.Name)))
        {
            TryDelete(entry.Name);
        }
    }

    /// <summary>The number of the next file.</summary>
    public long NextNumber => Interlocked.Read(ref _next);

    private uint WriteSlices(string path, ReadOnlySequence<byte> body)
    {
        using var file = disk.Create(path);
        var checksum = Crc32C.Start;
        while (!body.IsEmpty)
        {
            var slice = body.Slice(0, Math.Min(body.Length, SliceBytes));
            body = body.Slice(slice.Length);
            List<ReadOnlyMemory<byte>> parts = [];
            foreach (var part in slice)
            {
                checksum = Crc32C.Append(checksum, part.Span);
                parts.Add(part);
            }

            file.Write(parts);
            file.WriteBack();
        }

        file.Sync();

        return Crc32C.Finish(checksum);
    }

    // What stays is only space: the next start removes it.
    private void TryDelete(string name)
    {
        try
        {
            disk.Delete(PathOf(name));
        }
        catch (IOException)
        {
        }
    }

    private string PathOf(string name) => Path.Combine(folder.Bodies, name);

    private static long NumberOf(string name) =>
        long.TryParse(Path.GetFileNameWithoutExtension(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
