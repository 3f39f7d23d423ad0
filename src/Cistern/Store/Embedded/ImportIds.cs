using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Cistern.Journal;

namespace Cistern.Store.Embedded;

/// <summary>Remembers for ever which imports were stored: <c>imports-N.ids</c>, named by the manifest.</summary>
/// <remarks>
/// Between two seals the journal remembers; a seal that covers new imports writes the whole list anew (16 bytes each, some dozens a
/// million lines). Format: <c>docs/format/imports.md</c>.
/// </remarks>
internal sealed class ImportIds(IDisk disk, DataFolder folder)
{
    private const int HeaderBytes = 24;
    private const int IdBytes = 16;

    private readonly Lock _lock = new();
    private readonly HashSet<UInt128> _ids = [];
    private string? _file;
    private long _number;
    private long _version;
    private long _writtenVersion;
    private long _writingVersion;

    private static ReadOnlySpan<byte> Magic => "CISTIMP1"u8;

    /// <summary>The same for the same import in every process, so not keyed.</summary>
    public static UInt128 IdOf(string stream, string deliveryId)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{stream}\n{deliveryId}"), hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    /// <summary>Remembers one import; it is durable by the journal until the next seal.</summary>
    public bool TryAdd(UInt128 id)
    {
        lock (_lock)
        {
            if (!_ids.Add(id))
            {
                return false;
            }

            _version++;
            return true;
        }
    }

    public void Remove(UInt128 id)
    {
        lock (_lock)
        {
            _ids.Remove(id);
        }
    }

    /// <summary>Reads the file that the manifest names, and removes others.</summary>
    /// <exception cref="InvalidDataException">The file is missing or damaged.</exception>
    public void Open(string? named)
    {
        foreach (var entry in disk.List(folder.Root).Where(entry => IsName(entry.Name) && entry.Name != named))
        {
            disk.Delete(Path.Combine(folder.Root, entry.Name));
        }

        if (named is not null)
        {
            Read(named);
            _file = named;
            _number = long.Parse(named.AsSpan(8, named.Length - 12), System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Writes the list if it changed since the last time; the name for the manifest, or null.</summary>
    public string? WriteIfChanged()
    {
        byte[] content;
        lock (_lock)
        {
            if (_version == _writtenVersion)
            {
                return null;
            }

            _writingVersion = _version;
            content = ToBytes();
        }

        var name = $"imports-{++_number:D6}.ids";
        AtomicFile.Replace(disk, Path.Combine(folder.Root, name), content);
        return name;
    }

    /// <summary>The manifest names the new file: the one before goes. Until this is called the list counts as changed.</summary>
    public void Written(string? name)
    {
        if (name is null)
        {
            return;
        }

        if (_file is { } old)
        {
            disk.Delete(Path.Combine(folder.Root, old));
        }

        (_file, _writtenVersion) = (name, _writingVersion);
    }

    private static bool IsName(string name) => name.StartsWith("imports-", StringComparison.Ordinal) && name.EndsWith(".ids", StringComparison.Ordinal);

    private byte[] ToBytes()
    {
        var bytes = new byte[HeaderBytes + (_ids.Count * IdBytes)];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), _ids.Count);
        var place = HeaderBytes;
        foreach (var id in _ids.Order())
        {
            BinaryPrimitives.WriteUInt128LittleEndian(bytes.AsSpan(place), id);
            place += IdBytes;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), Crc32C.Of(bytes.AsSpan(HeaderBytes)));
        return bytes;
    }

    private void Read(string name)
    {
        var path = Path.Combine(folder.Root, name);
        if (!disk.Exists(path))
        {
            throw new InvalidDataException($"cannot open the store: {path} is missing, the manifest names it; restore it from a backup");
        }

        var bytes = disk.ReadAllBytes(path);
        var sound = bytes.Length >= HeaderBytes
            && bytes.AsSpan().StartsWith(Magic)
            && BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8)) == (bytes.Length - HeaderBytes) / IdBytes
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(16)) == Crc32C.Of(bytes.AsSpan(HeaderBytes));
        if (!sound)
        {
            throw new InvalidDataException($"cannot open the store: {path} is damaged (its check sum differs); restore it from a backup");
        }

        for (var place = HeaderBytes; place < bytes.Length; place += IdBytes)
        {
            _ids.Add(BinaryPrimitives.ReadUInt128LittleEndian(bytes.AsSpan(place)));
        }
    }
}
