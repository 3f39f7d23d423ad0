using System.Buffers;

namespace Cistern.Journal;

/// <summary>Reads the entries of one journal file in order and checks each.</summary>
/// <remarks>
/// What a damaged file claims is checked against what is there before anything is allocated for it. A body is either kept, in one buffer
/// that is used again for the next entry, or only summed up piece by piece, so that checking a file needs little memory.
/// </remarks>
/// <param name="start">Where to begin: the place of the entry with the sequence <paramref name="nextSequence"/>.</param>
internal sealed class JournalFileReader(IDisk disk, string path, uint salt, long end, long nextSequence, long start = JournalFileHeader.Bytes) : IDisposable
{
    private const int WindowBytes = 256 << 10;

    private readonly IDiskReader _reader = disk.OpenRead(path);
    private readonly byte[] _window = ArrayPool<byte>.Shared.Rent(WindowBytes);
    private long _windowStart;
    private int _windowLength;
    private byte[] _header = [];
    private byte[] _body = [];

    /// <summary>Where the next entry begins; after a fault, where the bad one does.</summary>
    public long Offset { get; private set; } = start;

    /// <summary>The sequence that the next entry must have.</summary>
    public long NextSequence { get; private set; } = nextSequence;

    /// <summary>The entry that was read last.</summary>
    public JournalEntryPrefix Entry { get; private set; }

    public ReadOnlySpan<byte> Header => _header.AsSpan(0, Entry.HeaderBytes);

    /// <summary>The body of the entry that was read last, if it was to be kept.</summary>
    public ReadOnlySequence<byte> Body => new(_body, 0, (int)Entry.BodyBytes);

    public bool AtEnd => Offset == end;

    /// <summary>Reads the next entry. Null if it is sound; else what is wrong with it, and the reader stays before it.</summary>
    public string? Read(bool keepBody)
    {
        if (ReadPrefix() is { } fault)
        {
            return fault;
        }

        var checksum = Crc32C.Append(Crc32C.Start, salt);
        checksum = Crc32C.Append(checksum, Load(ref _header, Offset + JournalEntryPrefix.Bytes, Entry.HeaderBytes));
        var bodyOffset = Offset + JournalEntryPrefix.Bytes + Entry.HeaderBytes;
        checksum = keepBody ? Crc32C.Append(checksum, Load(ref _body, bodyOffset, (int)Entry.BodyBytes)) : Sum(checksum, bodyOffset, Entry.BodyBytes);
        if (Crc32C.Finish(checksum) != Entry.PayloadChecksum)
        {
            return $"the check sum of entry {NextSequence} differs";
        }

        Advance();
        return null;
    }

    /// <summary>Goes past the next entry without reading header and body. Null if its prefix is sound.</summary>
    public string? Skip()
    {
        var fault = ReadPrefix();
        if (fault is null)
        {
            Advance();
        }

        return fault;
    }

    /// <summary>
    /// Whether any bytes behind the bad entry are the prefix of one whose group began after it. That one was written when the bad one had been synced, so
    /// the bad one is damage and not a torn tail. Salt and check sum keep a body that looks like an entry from being taken for one.
    /// </summary>
    public bool LaterEntryProvesThatThisWasSynced()
    {
        var at = Offset + 1;
        while (at + JournalEntryPrefix.Bytes <= end)
        {
            var window = Window(at, (int)Math.Min(WindowBytes, end - at));
            if (window.Length < JournalEntryPrefix.Bytes)
            {
                return false;
            }

            // The last bytes of a window are looked at again in the next, where a whole prefix fits behind them.
            for (var place = 0; place + JournalEntryPrefix.Bytes <= window.Length; place++, at++)
            {
                var skipped = window[place..].IndexOf(JournalEntryPrefix.Magic);
                skipped = skipped < 0 ? window.Length - place - JournalEntryPrefix.Bytes + 1 : skipped;
                place += skipped;
                at += skipped;
                if (IsPrefixOfLaterGroup(window[place..]))
                {
                    return true;
                }
            }
        }

        return false;
    }

    public void Dispose()
    {
        _reader.Dispose();
        ArrayPool<byte>.Shared.Return(_window);
    }

    private bool IsPrefixOfLaterGroup(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= JournalEntryPrefix.Bytes
        && bytes.StartsWith(JournalEntryPrefix.Magic)
        && JournalEntryPrefix.Read(bytes, salt, out var prefix) is null
        && prefix.GroupStart > NextSequence;

    private string? ReadPrefix()
    {
        var bytes = Window(Offset, (int)Math.Clamp(end - Offset, 0, JournalEntryPrefix.Bytes));
        if (JournalEntryPrefix.Read(bytes, salt, out var prefix) is { } fault)
        {
            return fault;
        }

        Entry = prefix;
        return prefix switch
        {
            { HeaderBytes: < 0 or > JournalFormat.MaxEntryHeaderBytes } => $"the header of entry {prefix.Sequence} claims {prefix.HeaderBytes} bytes",
            { BodyBytes: < 0 } => $"the body of entry {prefix.Sequence} claims {prefix.BodyBytes} bytes",
            _ when prefix.BodyBytes > Array.MaxLength => $"the body of entry {prefix.Sequence} claims {prefix.BodyBytes} bytes",
            _ when prefix.Sequence != NextSequence => $"entry {prefix.Sequence} stands where entry {NextSequence} belongs",
            _ when prefix.EntryBytes > end - Offset => $"entry {prefix.Sequence} is cut: {end - Offset} of its {prefix.EntryBytes} bytes are there",
            _ => null,
        };
    }

    private void Advance()
    {
        Offset += Entry.EntryBytes;
        NextSequence++;
    }

    private ReadOnlySpan<byte> Load(ref byte[] buffer, long offset, int count)
    {
        if (buffer.Length < count)
        {
            buffer = new byte[Math.Max(count, Math.Min(2 * buffer.Length, 1 << 20))];
        }

        var target = buffer.AsSpan(0, count);
        if (count <= WindowBytes)
        {
            Window(offset, count).CopyTo(target);
        }
        else
        {
            _ = _reader.Read(offset, target); // Bytes that a shrinking file lacks are found by the check sum.
        }

        return target;
    }

    private uint Sum(uint checksum, long offset, long count)
    {
        while (count > 0)
        {
            var piece = Window(offset, (int)Math.Min(WindowBytes, count));
            if (piece.IsEmpty)
            {
                break;
            }

            checksum = Crc32C.Append(checksum, piece);
            offset += piece.Length;
            count -= piece.Length;
        }

        return checksum;
    }

    // The bytes from an offset on, of which at most WindowBytes are asked for; fewer only where the file ends.
    private ReadOnlySpan<byte> Window(long offset, int count)
    {
        if (offset < _windowStart || offset + count > _windowStart + _windowLength)
        {
            _windowStart = offset;
            _windowLength = _reader.Read(offset, _window.AsSpan(0, (int)Math.Min(WindowBytes, Math.Max(0, end - offset))));
        }

        var start = (int)(offset - _windowStart);
        return _window.AsSpan(start, Math.Max(0, Math.Min(count, _windowLength - start)));
    }
}
