using System.Buffers.Binary;

namespace Cistern.Journal;

/// <summary>The layout of a journal file: see docs/format/journal.md, which must change with this file. Little-endian throughout.</summary>
internal static class JournalFormat
{
    public const uint Version = 1;

    /// <summary>The largest header of an entry: far above what a caller needs, and a bound for what a damaged length may claim.</summary>
    public const int MaxEntryHeaderBytes = 16 << 20;

    private const string Extension = ".journal";
    private const int NumberDigits = 20;

    public static string FileName(long number) => $"{number:D20}{Extension}";

    public static bool TryParseFileName(string name, out long number)
    {
        number = 0;
        return name.Length == NumberDigits + Extension.Length
            && name.EndsWith(Extension, StringComparison.Ordinal)
            && long.TryParse(name.AsSpan(0, NumberDigits), System.Globalization.NumberStyles.None, null, out number)
            && number > 0;
    }
}

/// <summary>The first 64 bytes of a journal file.</summary>
/// <param name="Salt">A random number that each check sum of the file begins with.</param>
/// <param name="PreviousNumber">The file before this one; 0 if there is none.</param>
/// <param name="PreviousEnd">Where the entries of the file before end: bytes behind that were withdrawn.</param>
internal readonly record struct JournalFileHeader(uint Salt, long Number, long FirstSequence, long PreviousNumber, long PreviousEnd)
{
    public const int Bytes = 64;

    private const int ChecksumOffset = 60;

    private static ReadOnlySpan<byte> Magic => "CISTJRNL"u8;

    public byte[] ToBytes()
    {
        var bytes = new byte[Bytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), JournalFormat.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), Salt);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), Number);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), FirstSequence);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), PreviousNumber);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(40), PreviousEnd);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ChecksumOffset), Crc32C.Of(bytes.AsSpan(0, ChecksumOffset)));
        return bytes;
    }

    /// <summary>Null if the bytes are a header; else what is wrong with them.</summary>
    public static string? Read(ReadOnlySpan<byte> bytes, out JournalFileHeader header)
    {
        header = default;
        if (bytes.Length < Bytes)
        {
            return $"the header of the file is cut: {bytes.Length} of {Bytes} bytes are there";
        }

        if (!bytes.StartsWith(Magic) || BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]) != Crc32C.Of(bytes[..ChecksumOffset]))
        {
            return "the check sum of the file's header differs";
        }

        header = new JournalFileHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]));
        var version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        return version == JournalFormat.Version ? null : $"it is written in format version {version}, this release reads {JournalFormat.Version}";
    }
}

/// <summary>The 40 bytes before an entry's header and body.</summary>
/// <param name="GroupStart">The first sequence of the group that was synced together: everything before it had been synced when this was written.</param>
/// <param name="PayloadChecksum">Over salt, header and body.</param>
internal readonly record struct JournalEntryPrefix(int HeaderBytes, long BodyBytes, long Sequence, long GroupStart, uint PayloadChecksum)
{
    public const int Bytes = 40;

    private const int ChecksumOffset = 36;

    public static ReadOnlySpan<byte> Magic => "CENT"u8;

    /// <summary>Bytes of the whole entry.</summary>
    public long EntryBytes => Bytes + HeaderBytes + BodyBytes;

    public void Write(Span<byte> target, uint salt)
    {
        Magic.CopyTo(target);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], HeaderBytes);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], BodyBytes);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], GroupStart);
        BinaryPrimitives.WriteUInt32LittleEndian(target[32..], PayloadChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(target[ChecksumOffset..], Checksum(target, salt));
    }

    /// <summary>Null if the bytes are an entry's prefix; else what is wrong with them.</summary>
    public static string? Read(ReadOnlySpan<byte> bytes, uint salt, out JournalEntryPrefix prefix)
    {
        prefix = default;
        if (bytes.Length < Bytes)
        {
            return $"the entry is cut: {bytes.Length} of the {Bytes} bytes before its header are there";
        }

        if (!bytes.StartsWith(Magic) || BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]) != Checksum(bytes, salt))
        {
            return "the check sum before the entry's header differs";
        }

        prefix = new JournalEntryPrefix(
            BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]));
        return null;
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes, uint salt) =>
        Crc32C.Finish(Crc32C.Append(Crc32C.Append(Crc32C.Start, salt), bytes[..ChecksumOffset]));
}
